"""What keeps the tables in shape: retention, leftovers of the machinery, and erasing. Nothing here sends."""

"""What a new company holds."""

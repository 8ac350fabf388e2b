"""Writing ahead, sending, and reading what came back."""

"""What a bookkeeper does, and what a program can read, over HTTP."""

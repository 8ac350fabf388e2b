"""What a bookkeeper does, and what a program may look at, over HTTP."""

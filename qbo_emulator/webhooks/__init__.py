"""What is told to the outside when a company changes."""

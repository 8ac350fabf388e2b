"""What is sent out when a company changes."""

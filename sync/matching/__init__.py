"""Which customer or product of QuickBooks one of ours is: what staff see of it, and what they choose."""

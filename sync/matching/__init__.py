"""Matching our customers and items to QuickBooks: what staff see, and what they choose."""

"""From QuickBooks to us: comparing the books with what we know."""

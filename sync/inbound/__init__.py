"""From QuickBooks to us: what the books hold, beside what we know."""

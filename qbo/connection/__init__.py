"""The right and the means to call a QuickBooks company; it does not know what is said over it."""

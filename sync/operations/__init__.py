"""What people do to events, by a button, a page or a command; and what goes again by itself once QuickBooks changed."""

"""Who may call a QuickBooks company, and how; it does not know what is sent."""

"""Settings → QuickBooks and the help pages, one module a page."""

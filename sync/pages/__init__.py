"""Pages and downloads of sync that are not admin pages."""

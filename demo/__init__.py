"""Three shops, their QuickBooks companies and the eight documented sync errors, on this machine only."""

"""Fixing what stopped events, where the log shows it: which fixes there are, what each would come to, doing it."""

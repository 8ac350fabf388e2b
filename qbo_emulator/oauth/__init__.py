"""Intuit's OAuth over HTTP, with its consent page."""

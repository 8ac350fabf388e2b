"""Upkeep of the tables: retention, leftovers of background jobs, and erasing. Nothing here sends."""

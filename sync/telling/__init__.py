"""Telling people by e-mail what needs them, and how the books stand."""

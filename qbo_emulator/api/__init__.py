"""The v3 accounting API over HTTP."""

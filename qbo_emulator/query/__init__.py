"""The query language: a statement taken apart, and answered from the books."""

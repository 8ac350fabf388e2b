"""The query language: a parsed statement, answered from the books."""

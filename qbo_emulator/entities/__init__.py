"""The entities of the API with their rules, one module per group."""

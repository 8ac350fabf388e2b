"""The engine: takes what is due for one connection, in dependency order, and sends or otherwise settles it."""

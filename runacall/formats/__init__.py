"""How days and times are written on every page; what is not here is Django's own."""

"""Reports: their heads and columns as Intuit sends them, with rows that agree with the books."""

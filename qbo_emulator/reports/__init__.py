"""Reports: headers and columns as Intuit sends them, with rows that agree with the books."""

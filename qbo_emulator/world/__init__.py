"""Companies, tokens, clock, faults and log."""

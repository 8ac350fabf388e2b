"""Ways out of a closed period other than another date: waiting until it moves, and asking the accountant."""

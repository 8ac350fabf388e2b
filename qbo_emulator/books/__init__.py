"""One company's books: its rows, their balances, and how they are saved."""

"""One company's books: its rows, what they come to, and what keeps them on disk."""

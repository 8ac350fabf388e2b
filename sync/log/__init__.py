"""What staff read about the sync: rows, words, causes, counts, exports."""

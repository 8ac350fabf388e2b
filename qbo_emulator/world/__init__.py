"""What there is, whoever asks."""

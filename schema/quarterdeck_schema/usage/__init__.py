"""Usage: recording it, prices, and what it sums up to."""

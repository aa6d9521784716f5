"""Task files: how they stand with the log, and deciding what both sides changed."""

"""The caller and their tokens."""

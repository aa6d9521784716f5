"""Searching the record: commands and what they printed, line by line."""

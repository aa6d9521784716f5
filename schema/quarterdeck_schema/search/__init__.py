"""Searching commands and what they printed."""

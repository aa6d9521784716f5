"""The web client: its files, and the way in for browsers."""

"""A session as it was: its time line, its terminals and its state at any moment, from a server or from a bundle."""

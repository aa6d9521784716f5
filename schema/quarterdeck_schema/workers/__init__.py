"""Workers, and what they found."""

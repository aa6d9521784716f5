"""Each port's real thing, and its memory twin."""

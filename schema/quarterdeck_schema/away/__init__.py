"""What happened while one was away, and how far one has read."""

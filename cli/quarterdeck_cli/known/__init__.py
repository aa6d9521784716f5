"""What is known of a server without asking it."""

"""Other people's tests of what the gateway speaks."""

"""The web client, in a browser."""

"""The record, event by event with what commands printed: of a bundle, or of a server."""

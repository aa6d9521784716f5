"""Twins of the adapters that keep everything in memory: for tests, and for reading how a port behaves."""

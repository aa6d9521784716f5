"""Ports of sessions in browsers, each at an origin of its own."""

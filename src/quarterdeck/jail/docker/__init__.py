"""Jails made with Docker."""

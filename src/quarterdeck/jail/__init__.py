"""Jails: where commands run. One interface, several drivers, one contract test."""

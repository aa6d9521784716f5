"""Alerts: rules, what they raise, silences."""

"""What the schemas are called, for those who have no need of what is in them."""

SCHEMA = "read"
NEXT_SCHEMA = "read_next"
"""Where a rebuild makes its tables."""

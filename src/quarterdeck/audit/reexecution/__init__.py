"""A session's commands run again in a fresh jail, and compared with the record."""

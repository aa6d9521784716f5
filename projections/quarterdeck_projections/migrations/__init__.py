"""Alembic's migrations of schema `read`. Nothing in it is precious: a migration may drop a table and its position."""

"""Alembic migrations of the store's schema, oldest first in versions/."""

NEWEST = "0003"
"""The last revision; a test holds it against the files."""

"""Writes the shipped schemas anew."""

from wijkblik.schemas import write

write()

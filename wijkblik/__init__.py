"""Wijkblik: what is publicly said about one wijk, ranked and weighed for a ten-minute read."""

__version__ = "0.1.0"

"""The installed collectors, found by their entry points."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import cast

from collector.base import Collector

GROUP = "wijkblik.collectors"


@cache
def collectors() -> dict[str, Collector]:
    """Every installed collector by its kind. Raises TypeError if an entry point's name and kind differ."""
    found: dict[str, Collector] = {}
    for entry_point in entry_points(group=GROUP):
        module = cast(Collector, entry_point.load())
        if module.kind != entry_point.name:
            raise TypeError(f"entry point '{entry_point.name}' leads to a collector of kind '{module.kind}'")
        found[module.kind] = module
    return found

"""The installed collectors, found by their entry points and loaded when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from collector.base import Collector

GROUP = "wijkblik.collectors"


class Installed(Mapping[str, Collector]):
    """Collectors by their kind; one that no wijk uses is never loaded."""

    def __init__(self, found: Mapping[str, EntryPoint]) -> None:
        self._found, self._loaded = found, dict[str, Collector]()

    def __getitem__(self, kind: str) -> Collector:
        """The collector of that kind. Raises KeyError, or TypeError if the entry point's name and its kind differ."""
        if kind not in self._loaded:
            module = cast(Collector, self._found[kind].load())
            if module.kind != kind:
                raise TypeError(f"entry point '{kind}' leads to a collector of kind '{module.kind}'")
            self._loaded[kind] = module
        return self._loaded[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __contains__(self, kind: object) -> bool:
        return kind in self._found


@cache
def collectors() -> Installed:
    """Every installed collector."""
    return Installed({entry_point.name: entry_point for entry_point in entry_points(group=GROUP)})

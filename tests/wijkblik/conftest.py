"""A web site on loopback for tests of what a person does with sources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from configured import serving

Route = bytes | tuple[int, dict[str, str], bytes]


@dataclass
class Site:
    """Answers each path with what `routes` has for it, or for it without its query, and any other with 404.

    `asked` are the paths in order.
    """

    routes: dict[str, Route] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def __call__(self, path: str, _headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        self.asked.append(path)
        route = self.routes.get(path) or self.routes.get(path.partition("?")[0], (404, {}, b""))
        return route if isinstance(route, tuple) else (200, {}, route)


@pytest.fixture
def site() -> Iterator[Site]:
    it = Site()
    with serving(it) as it.url:
        yield it


@pytest.fixture
def other_site() -> Iterator[Site]:
    it = Site()
    with serving(it) as it.url:
        yield it

"""A web site on loopback for tests of what a person does with sources."""

from collections.abc import Iterator

import pytest
from sites import Site, running_site


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as it:
        yield it


@pytest.fixture
def other_site() -> Iterator[Site]:
    with running_site() as it:
        yield it

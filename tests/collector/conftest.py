import pytest
from helping import make_fetcher, running


@pytest.fixture
async def server():
    async with running() as it:
        yield it


@pytest.fixture
async def second_server():
    async with running() as it:
        yield it


@pytest.fixture
async def fetcher():
    async with make_fetcher() as it:
        yield it

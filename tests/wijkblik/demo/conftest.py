import pytest
from published import NOW, write_folder

from wijkblik.demo.publisher import Publisher
from wijkblik.settings import load_settings


@pytest.fixture(scope="session")
def settings(tmp_path_factory):
    """The folder that has a source of every format, at a fixed moment."""
    return load_settings(str(write_folder(tmp_path_factory.mktemp("proef"))), now=NOW)


@pytest.fixture
def publisher(settings):
    """A publisher of that folder that answers while the test runs."""
    with Publisher(settings).in_background() as running:
        yield running

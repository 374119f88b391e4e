import json

import pytest
from helping import make_source
from hypothesis import given
from hypothesis import strategies as st

from collector.raad import MOST_TEXT, address, parse
from wijkblik.models.wijk import Source

SOURCE = make_source(collector="raad")
ANYTHING = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.lists(st.text(max_size=3), max_size=2)
FIELDS = ("entityId", "entityType", "title", "date", "sortDate", "summary", "downloadUrl")


def asking(url=None, **query):
    return Source(key="s", name="S", collector="raad", type="official", organisation="G", url=url, query=query)


def body(*results):
    return json.dumps({"results": results, "hasMore": False}).encode()


def test_the_address_is_that_of_the_first_word():
    search = "https://openbesluitvorming.nl/api/search?organization=lindevoort&sort=date_desc"
    assert address(asking(municipality="lindevoort")) == search
    assert address(asking(municipality="lindevoort", words=["de Weverij", "x"])) == f"{search}&query=de+Weverij"
    assert address(asking("https://proef.example/een/pad")) == "https://proef.example/een/pad"


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        (asking(words=["x"]), "add 'municipality"),
        (asking(municipality="Bergen op Zoom"), "pattern"),
        (asking("https://proef.example/een/pad", municipality="lindevoort"), "leave out 'url'"),
        (asking(municipality="lindevoort", author="x"), "Extra inputs"),
    ],
)
def test_a_wrong_configuration_says_what_would_be_right(source, wrong):
    with pytest.raises(ValueError, match=wrong):
        address(source)


def test_only_the_beginning_of_a_text_is_taken_and_nobody_as_its_author():
    [item] = parse(body({"entityId": "d:1", "title": "T", "summary": "x" * 5000, "author": "iemand"}), SOURCE).items
    assert len(item.text) == MOST_TEXT
    assert item.author is None


@given(st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, ANYTHING)) | ANYTHING, max_size=3))
def test_fields_of_any_type_give_items_that_can_be_stored(results):
    harvest = parse(body(*results), SOURCE)
    assert len({item.entry_id for item in harvest.items}) == len(harvest.items)
    assert all(f"{item.entry_id}{item.title}{item.text}{item.url}".encode() for item in harvest.items)

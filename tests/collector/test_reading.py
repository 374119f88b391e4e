import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.reading import (
    as_json,
    counted,
    cut,
    digest,
    each_once,
    end_of,
    folded,
    language,
    moment,
    record,
    text_of,
    web_address,
    written,
)
from wijkblik.errors import ParseError
from wijkblik.models.items import Fault, FetchedItem


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b" \n", "empty"),
        (b"<!doctype html><title>Onderhoud</title>", "html"),
        (b"{", "not_json"),
        (b"NaN", "not_json"),
        (b"[1e5, Infinity]", "not_json"),
        (b"[" * 100_000, "not_json"),
        (b"1" * 5000, "not_json"),
        (b"\xff\xfe\xff", "not_json"),
    ],
)
def test_what_is_no_json_says_so(body, code):
    with pytest.raises(ParseError) as caught:
        as_json(body)
    assert caught.value.code == code


@given(st.binary() | st.text().map(lambda text: json.dumps([text]).encode()))
def test_any_bytes_are_json_or_a_parse_error(body):
    try:
        value = as_json(body)
    except ParseError:
        return
    assert value == json.loads(body)


@given(st.none() | st.integers() | st.text() | st.lists(st.text()) | st.just("\ud800"))
def test_a_text_can_be_stored(value):
    assert text_of(value).encode() is not None
    assert text_of(value) == "" or isinstance(value, str)


def test_what_is_no_object_has_no_members():
    assert [dict(record(value)) for value in ({"a": 1}, None, [], "a", 5)] == [{"a": 1}, {}, {}, {}, {}]


def test_a_cut_is_told():
    faults = []
    assert (cut("abc", 3, "text_cut", faults), faults) == ("abc", [])
    assert (cut("abcd", 3, "text_cut", faults), faults) == ("ab…", [Fault("text_cut", "4 characters")])


@pytest.mark.parametrize(
    ("link", "address", "told"),
    [
        ("", None, False),
        ("/nieuws/1", "https://voorbeeld.nl/nieuws/1", False),
        ("http://ander.nl/x", "http://ander.nl/x", False),
        ("javascript:alert(1)", None, True),
        ("mailto:a@voorbeeld.nl", None, True),
        ("https://[", None, True),
        ("https://voorbeeld.nl/" + "x" * 3000, None, True),
    ],
)
def test_only_web_addresses_are_links(link, address, told):
    faults = []
    assert web_address(link, "https://voorbeeld.nl/feed", faults) == address
    assert [fault.code for fault in faults] == (["bad_link"] if told else [])


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("2026-07-15T12:00:00+02:00", datetime(2026, 7, 15, 10, tzinfo=UTC)),
        ("2026-07-15T12:00:00Z", datetime(2026, 7, 15, 12, tzinfo=UTC)),
        ("2026-07-15T12:00:00", datetime(2026, 7, 15, 12)),
        ("2026-07-15", datetime(2026, 7, 15)),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("gisteren", None),
        (20260715, None),
        (None, None),
    ],
)
def test_a_moment_is_iso_8601(value, at):
    assert moment(value) == at
    assert at is None or moment(value).tzinfo in (UTC, None)


@pytest.mark.parametrize(
    ("value", "found"),
    [("nl", "nl"), ("NL-be", "nl"), (" en_GB", "en"), ("nederlands", None), ("", None), (5, None)],
)
def test_a_language_is_two_letters(value, found):
    assert language(value) == found


def test_equal_faults_are_one_with_their_number():
    faults = [Fault("a", "x"), Fault("b"), Fault("a", "y")]
    assert counted(faults) == (Fault("a", "2 times"), Fault("b"))


def test_a_digest_keeps_its_parts_apart():
    assert digest("a", "bc") != digest("ab", "c")
    assert len(digest("\ud800")) == 32


@pytest.mark.parametrize(
    ("value", "text"),
    [("a1", "a1"), (" a1 ", "a1"), (0, "0"), (-7, "-7"), (True, ""), (1.5, ""), (10**18, ""), (None, "")],
)
def test_an_id_is_text_or_a_whole_number(value, text):
    assert written(value) == text


def test_names_are_compared_without_regard_to_case_marks_and_punctuation():
    assert folded("Súdwest-Fryslân") == folded(" sudwest FRYSLAN.") == "sudwest fryslan"
    assert folded("Noord-Holland") != folded("Holland")


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("2026-07-15T12:00:00+02:00", datetime(2026, 7, 15, 10, tzinfo=UTC)),
        ("2026-07-15T12:00:00", datetime(2026, 7, 15, 12, tzinfo=UTC)),
        ("straks", None),
        (None, None),
    ],
)
def test_the_end_of_a_warning_is_always_aware(value, at):
    assert end_of(value) == at


def test_each_entry_comes_once_and_what_could_not_be_read_is_told():
    one, other = (FetchedItem(entry_id="1", title=title, text="") for title in ("Een", "Ook een"))
    faults = []
    assert each_once(iter([one, None, other]), faults) == (one,)
    assert [fault.code for fault in faults] == ["bad_item", "duplicate_id"]

import contextlib

import pytest
from helping import make_source
from hypothesis import given
from hypothesis import strategies as st

from collector.base import Page
from collector.sru import first_page, is_of, next_page, parse, publication_number
from wijkblik.errors import ParseError
from wijkblik.models.items import Harvest

SOURCE = make_source(collector="bekendmakingen")


def answered(*records, more=""):
    inside = "".join(f"<record><recordData>{record}</recordData></record>" for record in records)
    return f"<searchRetrieveResponse><records>{inside}</records>{more}</searchRetrieveResponse>".encode()


def publication(inside="", number="gmb-2026-1", creator="Lindevoort"):
    return (
        f"<identifier>{number}</identifier><title>T</title><creator>{creator}</creator><date>2026-07-15</date>{inside}"
    )


def marked(*points):
    return "".join(
        f"<gebiedsmarkering><Punt><locatiepunt>{point}</locatiepunt></Punt></gebiedsmarkering>" for point in points
    )


@pytest.mark.parametrize(
    ("inside", "point"),
    [
        (marked("52.1 6.5"), (52.1, 6.5)),
        (marked("52.1,6.5"), (52.1, 6.5)),
        (marked("52.1 6.5", "52.2 6.6"), (52.1, 6.5)),
        (marked("onbekend", "52.2 6.6"), (52.2, 6.6)),
        # Metres of the national grid are no degrees.
        (marked("240000 460000"), None),
        (marked("", "52.1", "nan nan"), None),
        ("<locatiepunt>52.1 6.5</locatiepunt>", None),
        ("<gebiedsmarkering><Vlak><locatiegebied>POLYGON((6.5 52.1))</locatiegebied></Vlak></gebiedsmarkering>", None),
    ],
)
def test_the_first_marked_point_counts(inside, point):
    [item] = parse(answered(publication(inside)), SOURCE, "Lindevoort").items
    assert item.point == point


def test_a_recorded_fragment_is_read_in_whatever_namespace(shared):
    fragment = (shared / "payloads/officielebekendmakingen/sru_enrichedData_example.xml").read_text(encoding="utf-8")
    body = answered(fragment).replace(b"<searchRetrieveResponse>", b'<searchRetrieveResponse xmlns="urn:x">')
    [item] = parse(body, SOURCE, None).items
    assert (item.entry_id, item.url) == ("kst-26100-1", "https://zoek.officielebekendmakingen.nl/kst-26100-1.html")


def test_a_record_of_another_municipality_or_without_a_number_is_dropped():
    body = answered(publication(), publication(number="gmb-2026-2", creator="Berkelo"), publication(number="geen"))
    harvest = parse(body, SOURCE, "Lindevoort")
    assert [item.entry_id for item in harvest.items] == ["gmb-2026-1"]
    assert [fault.code for fault in harvest.faults] == ["other_municipality", "bad_item"]


@pytest.mark.parametrize(
    "body",
    [
        b"<feed/>",
        b"<!DOCTYPE html><title>Dienst tijdelijk niet beschikbaar</title>",
        b"<searchRetrieveResponse><diagnostics><diagnostic/></diagnostics></searchRetrieveResponse>",
        b'<!DOCTYPE r [<!ENTITY a "b">]><searchRetrieveResponse><records/></searchRetrieveResponse>',
        b"<searchRetrieveResponse><records>",
        b"",
    ],
)
def test_what_is_no_answer_says_so(body):
    with pytest.raises(ParseError):
        parse(body, SOURCE, None)


def test_no_records_are_no_items():
    assert parse(answered(), SOURCE, "Lindevoort") == Harvest()


@pytest.mark.parametrize(
    ("position", "start"), [("101", "101"), (" 201 ", "201"), ("10000", "10000"), ("10001", None), ("x", None)]
)
def test_the_next_page_is_where_the_answer_says_and_not_beyond_the_last(position, start):
    body = answered(more=f"<n:nextRecordPosition>{position}</n:nextRecordPosition>")
    following = next_page(Page(first_page("https://a.example/sru", "x"), 200, body), Harvest())
    assert (following and f"startRecord={start}" in following) == (start and True)
    assert next_page(Page("https://a.example/sru", 200, answered()), Harvest()) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("gmb-2026-339555 : Delft", "gmb-2026-339555"),
        ("https://zoek.officielebekendmakingen.nl/stcrt-2026-12-n1.html", "stcrt-2026-12-n1"),
        ("Bekendmakingen", None),
    ],
)
def test_a_number_is_found_in_a_title_or_an_address(text, number):
    assert publication_number(text) == number


def test_a_municipality_is_the_same_with_or_without_the_word_for_it():
    assert is_of("Gemeente  Lindevoort", "lindevoort")
    assert not is_of("Lindevoort-Noord", "Lindevoort")


@given(st.binary() | st.binary().map(lambda data: answered().replace(b"</records>", data + b"</records>")))
def test_any_bytes_give_a_harvest_or_a_parse_error(body):
    with contextlib.suppress(ParseError):
        assert isinstance(parse(body, SOURCE, "Lindevoort"), Harvest)

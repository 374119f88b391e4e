import json
import time
import tracemalloc
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from helping import make_source, rss_feed, rss_item
from hypothesis import example, given, settings
from hypothesis import strategies as st

from collector import rss
from collector.registry import collectors
from collector.rss import parse
from wijkblik.errors import ParseError

SAMPLES = Path(__file__).parent / "samples"
EXPECTED = sorted(SAMPLES.glob("*.expected.json"))
PAIRS = {found.name.removesuffix(".expected.json"): found for found in EXPECTED}
OTHERS = collectors().keys() - {"feed"}
SOURCE = make_source()
DATE = "<pubDate>Wed, 15 Jul 2026 10:00:00 +0200</pubDate>"


def sample(name):
    return next(found for found in SAMPLES.glob(f"{name}.*") if not found.name.endswith(".expected.json")).read_bytes()


def filled(record):
    """A record without what is None."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else list(value) if isinstance(value, tuple) else value
        for name, value in asdict(record).items()
        if value is not None
    }


def as_json(harvest):
    """A harvest as its expected file has it: what is None is left out, background too if there is none."""
    background = [filled(record) for record in harvest.background]
    return {
        "items": [filled(item) for item in harvest.items],
        "faults": [fault.code for fault in harvest.faults],
        "ttl_minutes": harvest.ttl_minutes,
    } | ({"background": background} if background else {})


@pytest.mark.parametrize("name", PAIRS)
def test_a_sample_gives_its_expected_result(name):
    expected = json.loads(PAIRS[name].read_text(encoding="utf-8"))
    reader = collectors()[name if name in OTHERS else "feed"]
    harvest = reader.parse(sample(name), SOURCE, expected.pop("content_type", ""))
    assert as_json(harvest) == {"ttl_minutes": None} | expected


def test_every_sample_has_an_expected_result():
    samples = {found.stem for found in SAMPLES.iterdir() if not found.name.endswith(".expected.json")}
    assert samples == PAIRS.keys()
    assert len(samples) >= 14


def test_an_announcement_keeps_its_real_title_in_the_text(shared):
    item = (shared / "payloads/officielebekendmakingen/rss_item_gmb.xml").read_text(encoding="utf-8")
    harvest = parse(rss_feed(item), SOURCE)
    [item] = harvest.items
    assert item.title == "gmb-2026-339555 : Delft"
    assert item.text == "Aanvraag vergunning voor het kappen van 10 bomen..."
    assert item.url == item.entry_id == "https://zoek.officielebekendmakingen.nl/gmb-2026-339555.html"
    assert item.published_at == datetime(2026, 7, 14, 22, 0, tzinfo=UTC)
    assert harvest.faults == ()


# Limits


def test_a_title_of_100_kilobytes_is_cut_with_a_fault():
    [item], faults = unpack(parse(rss_feed(rss_item("x" * 100_000, more=DATE)), SOURCE))
    assert len(item.title) == rss.TITLE_LIMIT
    assert item.title.endswith("x…")
    assert faults == ["title_cut"]


def test_a_long_text_and_a_long_author_are_cut_with_a_fault():
    more = f"<description>{'y ' * 50_000}</description><author>{'z' * 1000}</author>{DATE}"
    [item], faults = unpack(parse(rss_feed(rss_item(more=more)), SOURCE))
    assert (len(item.text), len(item.author)) == (rss.TEXT_LIMIT, rss.TITLE_LIMIT)
    assert set(faults) == {"text_cut", "author_cut"}


def test_an_address_that_is_too_long_is_left_out():
    [item], faults = unpack(parse(rss_feed(rss_item(more=f"<link>https://a.nl/{'x' * 3000}</link>{DATE}")), SOURCE))
    assert item.url is None
    assert faults == ["bad_link"]


@pytest.mark.parametrize("guid", ["x" * 5000, f"https://voorbeeld.nl/{'x' * 5000}"])
def test_a_long_id_is_shortened_and_stays_its_own(guid):
    feed = rss_feed(rss_item(guid=guid, more=DATE) + rss_item("Ander", guid=guid + "y", more=DATE))
    one, other = parse(feed, SOURCE).items
    assert len(one.entry_id) <= rss.ADDRESS_LIMIT
    assert one.entry_id != other.entry_id
    assert parse(feed, SOURCE).items[0].entry_id == one.entry_id


def test_an_id_on_the_sources_own_host_survives_a_change_of_scheme_and_host():
    def entry_id(url, guid):
        return parse(rss_feed(rss_item(guid=guid, more=DATE)), make_source(url)).items[0].entry_id

    assert entry_id("http://oud.nl/feed", "http://oud.nl/n/1?x=2") == entry_id(
        "https://nieuw.nl/", "https://nieuw.nl/n/1?x=2"
    )
    assert entry_id("http://oud.nl/feed", "http://ander.nl/n/1") == "http://ander.nl/n/1"


def test_the_same_fault_many_times_is_one_with_its_number():
    harvest = parse(rss_feed("".join(f"<item><title>t{n}</title>{DATE}</item>" for n in range(7))), SOURCE)
    [fault] = harvest.faults
    assert (fault.code, fault.detail) == ("no_id", "7 times")


@pytest.mark.parametrize(
    ("ttl", "minutes"), [("60", 60), (" 5 ", 5), ("²", None), ("-5", None), ("x", None), ("9999999", None)]
)
def test_only_a_plain_number_of_minutes_is_a_ttl(ttl, minutes):
    assert parse(rss_feed(rss_item(more=DATE), f"<ttl>{ttl}</ttl>"), SOURCE).ttl_minutes == minutes


# Hostile documents: each of these took from seconds to hours in one version or another

LAUGHS = (
    '<!DOCTYPE rss [{pad}<!ENTITY a0 "lollollollol">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
)
HOSTILE = {
    "billion laughs": rss_feed(rss_item("x&a9;y"), head=LAUGHS.format(pad="")),
    "billion laughs far in": rss_feed(rss_item("x&a9;y"), head=LAUGHS.format(pad=f"<!--{'x' * 5000}-->")),
    "quadratic entity": rss_feed(rss_item("&a;" * 20_000), head=f'<!DOCTYPE rss [<!ENTITY a "{"a" * 20_000}">]>'),
    "comments before a page that never comes": b"<!---->" * 500 + b"x",
    "white space": b" " * 100_000 + b"x",
    "titles that never close": b"<rss>" + b"<title " * 20_000,
    "one title of many modes": b"<rss><title " + b"mode=" * 100_000,
    "dates that never close": b"<rss>" + b"<pubDate " * 10_000,
    "nested markup in a text": rss_feed(rss_item(more=f"<description><![CDATA[{'<div>' * 200_000}]]></description>")),
    "breaks that never close": rss_feed(rss_item(more=f"<description><![CDATA[{'<br ' * 100_000}]]></description>")),
    "nested elements": b"<rss><channel>" + b"<a>" * 10_000,
    "nested json": b'{"items":' + b"[" * 100_000,
    "a date of brackets": rss_feed(rss_item(more=f"<pubDate>{'+0200(' * 20_000}</pubDate>")),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_done_within_seconds_and_a_little_memory(name):
    started = time.process_time()
    tracemalloc.start()
    try:
        parse(HOSTILE[name], SOURCE)
    except ParseError:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert time.process_time() - started < 5
    assert peak < 100_000_000


@pytest.mark.parametrize("name", [name for name in PAIRS if name.startswith("external_entity")])
def test_no_file_of_ours_comes_in_by_an_external_entity(name):
    assert "root:" not in json.dumps(as_json(parse(sample(name), SOURCE)))


# What is no feed


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"<!DOCTYPE html><html><head><title>Inloggen</title></head></html>", "html"),
        (b"\xef\xbb\xbf\n<!-- x --> <!-- y --><HTML lang=nl>", "html"),
        (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head/></html>', "not_a_feed"),
        (b'{"a": 1}', "not_a_feed"),
        (b"[]", "not_a_feed"),
        (b"[1, 2", "not_a_feed"),
        (b"null", "not_a_feed"),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": 5}', "not_a_feed"),
        (b'<?xml version="1.0"?><notes><note>x</note></notes>', "not_a_feed"),
        (b"Hallo wereld", "not_a_feed"),
        (bytes(range(256)) * 8, "not_a_feed"),
        (
            b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF",
            "not_a_feed",
        ),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not_a_feed"),
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00", "not_a_feed"),
    ],
)
def test_what_is_no_feed_says_so(body, code):
    with pytest.raises(ParseError) as caught:
        parse(body, SOURCE)
    assert caught.value.code == code


@pytest.mark.parametrize("body", [rss_feed(), b'<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title></feed>', sample("jsonfeed_empty")])  # fmt: skip
def test_a_feed_without_entries_is_a_feed(body):
    assert parse(body, SOURCE).items == ()


# Properties

VALID = [
    sample(name) for name in ("rss", "atom", "jsonfeed", "internal_entities", "dates_without_zone", "guid_is_no_date")
]
CONTENT_TYPES = st.sampled_from(
    [
        "",
        "application/xml",
        "text/xml; charset=koi8-r",
        "application/json; charset=zlib",
        "a; charset=\0",
        "x; charset*=a'b",
    ]
) | st.text(max_size=30).map("text/xml; charset={}".format)


def check(body, content_type=""):
    try:
        harvest = parse(body, SOURCE, content_type)
    except ParseError as error:
        assert error.code in {"empty", "html", "not_a_feed"}
        return
    assert len({item.entry_id for item in harvest.items}) == len(harvest.items)
    for item in harvest.items:
        assert item.entry_id
        assert item.url is None or item.url.startswith(("http://", "https://"))
        for text in (item.title, item.text, item.entry_id, item.author or "", item.url or ""):
            text.encode()
        for at in (item.published_at, item.updated_at):
            assert at is None or 1989 <= at.year <= 2100
            assert at is None or at.tzinfo in (None, UTC)


@given(st.binary(), CONTENT_TYPES)
@settings(max_examples=200, deadline=None)
@example(rss_feed(rss_item(), "<ttl>²</ttl>"), "")
@example(rss_feed(rss_item()), "text/xml; charset=\0")
def test_any_bytes_give_a_harvest_or_a_parse_error(body, content_type):
    check(body, content_type)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_damaged_feed_gives_a_harvest_or_a_parse_error(data):
    body = bytearray(data.draw(st.sampled_from(VALID)))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(body)))
        stop = data.draw(st.integers(start, min(start + 40, len(body))))
        piece = st.binary(max_size=10) | st.sampled_from([b"<", b"]]>", b"<![CDATA[", b"&", b'"', b"\0", b"<item>", b"\\ud800", b"&#xD800;"])  # fmt: skip
        body[start:stop] = data.draw(piece)
    check(bytes(body), data.draw(CONTENT_TYPES))


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=40))
@settings(max_examples=150, deadline=None)
@example("a\ud800", "<b>\udfff", "\ud800")
def test_any_text_in_json_gives_items_that_can_be_stored(title, text, date):
    item = {
        "id": title,
        "title": title,
        "content_html": text,
        "url": text,
        "date_published": date,
        "author": {"name": title},
    }
    check(json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": [item, item]}).encode())


def unpack(harvest):
    return harvest.items, [fault.code for fault in harvest.faults]


# What is known is not read again


def marks(harvest):
    return frozenset(harvest.cursor["known"].split())


def test_entries_that_are_as_they_were_are_left_out():
    first = parse(rss_feed(rss_item("Een", "1", DATE) + rss_item("Twee", "2", DATE)), SOURCE, known=frozenset())
    changed = rss_feed(rss_item("Drie", "3", DATE) + rss_item("Twee!", "2", DATE) + rss_item("Een", "1", DATE))
    second = parse(changed, SOURCE, known=marks(first))
    assert [item.title for item in second.items] == ["Drie", "Twee!"]
    assert (second.listed, len(marks(second))) == (3, 3)
    assert parse(changed, SOURCE, known=marks(second)).items == ()


def test_entries_with_a_fault_or_a_shared_id_are_read_each_time():
    feed = rss_feed(
        rss_item("Scheef", "1", "<pubDate>gisteren</pubDate>") + rss_item("A", "2", DATE) + rss_item("B", "2", DATE)
    )
    first = parse(feed, SOURCE, known=frozenset())
    again = parse(feed, SOURCE, known=marks(first))
    assert again.items == first.items
    assert again.faults == first.faults


@given(st.lists(st.sampled_from("abcdef"), max_size=8), st.lists(st.sampled_from("abcdef"), max_size=8))
def test_leaving_out_loses_nothing(before, after):
    feed = lambda titles: rss_feed("".join(rss_item(title, f"id-{title}", DATE) for title in titles))  # noqa: E731
    known = parse(feed(before), SOURCE, known=frozenset())
    kept = {item.entry_id: item for item in (*known.items, *parse(feed(after), SOURCE, known=marks(known)).items)}
    whole = {item.entry_id: item for item in (*known.items, *parse(feed(after), SOURCE).items)}
    assert kept == whole

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import ValidationError

from collector.bluesky import PAGE, address, parse
from collector.paging import with_query
from wijkblik.errors import ParseError
from wijkblik.models.wijk import Source

API = "https://public.api.bsky.app/xrpc"
FEED = "at://did:plc:weverij/app.bsky.feed.generator/wijknieuws"
SNAPSHOT = re.compile(r"^exports\[`(?P<name>[^\n]*)`\] = `\n(?P<value>.*?)\n`;$", re.MULTILINE | re.DOTALL)


def source(url=None, **query):
    more = {"type": "official", "organisation": "Gemeente Lindevoort"} | query.pop("more", {})
    return Source(key="s", name="S", collector="bluesky", url=url, query=query, **more)


def feed(*entries):
    return json.dumps({"feed": entries}).encode()


def entry(text="Tekst", did="did:plc:weverij", handle="lindevoort.example", **more):
    author = {"did": did, "handle": handle}
    record = {"text": text, "createdAt": "2026-07-15T10:00:00Z"} | more.pop("record", {})
    return {"post": {"uri": f"at://{did}/app.bsky.feed.post/3l", "author": author, "record": record} | more}


# Configuration


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        (
            {"actor": "@Lindevoort.Example"},
            f"{API}/app.bsky.feed.getAuthorFeed?actor=lindevoort.example&filter=posts_and_author_threads",
        ),
        (
            {"actor": "did:plc:weverij", "base": "http://127.0.0.1:8080/"},
            "http://127.0.0.1:8080/xrpc/app.bsky.feed.getAuthorFeed?actor=did%3Aplc%3Aweverij&filter=posts_and_author_threads",
        ),
        (
            {"feed": FEED},
            f"{API}/app.bsky.feed.getFeed?feed=at%3A%2F%2Fdid%3Aplc%3Aweverij%2Fapp.bsky.feed.generator%2Fwijknieuws",
        ),
    ],
)
def test_parameters_make_the_address(query, asked):
    assert address(source(**query)) == asked


@pytest.mark.parametrize(
    "query",
    [
        {"base": "https://een.example"},
        {"actor": "lindevoort.example", "feed": FEED},
        {"actor": "gemeente"},
        {"actor": "lindevoort.example/../x"},
        {"feed": "https://bsky.app/profile/x/feed/y"},
        {"actor": "lindevoort.example", "base": "een.example"},
        {"actor": "lindevoort.example", "words": ["x"]},
    ],
)
def test_parameters_that_name_no_single_account_or_feed_are_refused(query):
    with pytest.raises(ValidationError):
        address(source(**query))


def test_persons_are_not_read_here():
    with pytest.raises(ValueError, match=r"organisations only; name the organisation"):
        address(source(actor="lindevoort.example", more={"type": "social", "organisation": None}))


@pytest.mark.parametrize("query", ["", "?actor=", "?actor=a/b", "?feed=at://x", "?limit=5"])
def test_an_address_that_names_no_account_is_refused(query):
    with pytest.raises(ValueError, match=r"names no account; add"):
        address(source(f"https://voorbeeld.nl/berichten{query}"))


# What is taken


def test_a_post_by_another_is_not_the_organisations():
    body = feed(entry("Van ons"), entry("Van een ander", did="did:plc:iemand", handle="iemand.example"))
    for named in ("actor=lindevoort.example", "actor=did:plc:weverij", f"feed={FEED}"):
        harvest = parse(body, source(f"https://voorbeeld.nl/x?{named}"))
        assert [item.text for item in harvest.items] == ["Van ons"]
        assert [fault.code for fault in harvest.faults] == ["other_author"]
        assert harvest.items[0].author is None


def test_a_text_is_no_markup_here():
    text = "Kom <b>niet</b> & bel 112; a<b\u202e"
    assert (
        parse(feed(entry(text)), source(actor="lindevoort.example")).items[0].text == "Kom <b>niet</b> & bel 112; a<b"
    )


@pytest.mark.parametrize(
    ("handle", "uri", "page"),
    [
        ("lindevoort.example", "at://did:plc:weverij/app.bsky.feed.post/3l", "lindevoort.example/post/3l"),
        ("handle.invalid\n", "at://did:plc:weverij/app.bsky.feed.post/3l", "did:plc:weverij/post/3l"),
        ("lindevoort.example", "at://did:plc:weverij/app.bsky.feed.post/../3l", None),
        ("lindevoort.example", "record(1)", None),
    ],
)
def test_its_page_is_made_of_account_and_key(handle, uri, page):
    [item] = parse(feed(entry(handle=handle, uri=uri)), source(actor="did:plc:weverij")).items
    assert item.url == (page and f"https://bsky.app/profile/{page}")


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"feed": null}', b'{"error": "InvalidRequest"}', b"null"])
def test_what_is_no_feed_says_so(body):
    with pytest.raises(ParseError):
        parse(body, source(actor="lindevoort.example"))


# The recorded answers and the lexicons of the network itself


def snapshots(path):
    """The values of a vitest snapshot file by name: JSON in a JavaScript template, with a comma after every last member."""
    found = SNAPSHOT.finditer(path.read_text(encoding="utf-8"))
    return {one["name"]: json.loads(re.sub(r",(\s*[\]}])", r"\1", one["value"]), strict=False) for one in found}


def feeds(folder):
    return {
        name: value
        for path in sorted(folder.glob("*.snap"))
        for name, value in snapshots(path).items()
        if isinstance(value, list) and value and all("post" in one for one in value)
    }


def is_own(one):
    ends = [one["reply"][end].get("author") for end in ("root", "parent")] if "reply" in one else []
    passed_on = one.get("reason", {}).get("$type") == "app.bsky.feed.defs#reasonRepost"
    return not passed_on and all(author and author["did"] == one["post"]["author"]["did"] for author in ends)


def test_of_recorded_feeds_every_post_of_the_account_itself_is_taken(shared):
    recorded = feeds(shared / "payloads" / "bluesky")
    assert len(recorded) >= 10
    taken = 0
    for name, entries in recorded.items():
        for handle in {one["post"]["author"]["handle"] for one in entries}:
            harvest = parse(feed(*entries), source(f"https://voorbeeld.nl/x?actor={handle}"))
            own = [one["post"] for one in entries if one["post"]["author"]["handle"] == handle and is_own(one)]
            expected = dict.fromkeys((post["uri"], post["record"]["text"]) for post in own)
            assert [(item.entry_id, item.text) for item in harvest.items] == list(expected), name
            others = [one for one in entries if one["post"]["author"]["handle"] != handle and is_own(one)]
            assert bool(others) == ("other_author" in [fault.code for fault in harvest.faults]), name
            taken += len(harvest.items)
    assert taken > 30


@pytest.mark.parametrize("query", [{"actor": "lindevoort.example"}, {"feed": FEED}])
def test_what_is_asked_is_in_the_lexicon(query, shared):
    parts = urlsplit(with_query(address(source(**query)), limit=PAGE, cursor="x"))
    method = parts.path.removeprefix("/xrpc/")
    lexicon = json.loads((shared / "payloads" / "bluesky" / f"lexicon_head.{method}.json").read_text(encoding="utf-8"))
    assert lexicon["id"] == method
    known, asked = lexicon["defs"]["main"]["parameters"], parse_qs(parts.query)
    assert asked.keys() <= known["properties"].keys()
    assert set(known["required"]) <= asked.keys()
    assert int(asked["limit"][0]) <= known["properties"]["limit"]["maximum"]
    for name, values in asked.items():
        assert values[0] in known["properties"][name].get("knownValues", values)

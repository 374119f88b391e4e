import asyncio
import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from helping import CADENCE, LOOPBACK, NOW, answer, bounds, fresh, make_fetcher, make_source
from instance import Instance, serving
from pydantic import ValidationError
from recordings import recorded

from collector import mastodon
from collector.mastodon import address, opens, parse
from collector.text import plain
from collector.timeline import LATE
from collector.visit import visit
from wijkblik.errors import ParseError
from wijkblik.models.wijk import Source

PEER = Path(__file__).parents[2] / ".peers" / "bin" / "python"
TAG = "https://social.example/api/v1/timelines/tag/deweverij"
CASSETTES = (
    "instance_timelines_access",
    "test_hashtag_tl",
    "test_instance",
    "test_instance_rules",
    "test_public_tl_anonymous",
    "test_search",
    "test_timeline_disabled",
    "test_timeline_link_fails",
)


def source(url=None, **query):
    return Source(key="s", name="S", collector="mastodon", type="social", url=url, query=query)


async def ask(asked, now, polling=None, clock=None, **limits):
    """One visit, at that moment on both clocks; what a timeline may give at once is not limited here."""
    clock, limits = clock or (lambda: now), {"items_per_answer": 20_000} | limits
    async with make_fetcher(clock=clock, **limits) as fetcher:
        known = polling or fresh(asked)
        within = bounds(now, named=LOOPBACK, **limits)
        return await visit(asked, mastodon, known, fetcher, CADENCE, within, wall_clock=clock)


def ids(seen):
    return [item.entry_id for item in seen.harvest.items]


def codes(seen):
    return [fault.code for fault in seen.harvest.faults]


# Configuration


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://social.example/tags/deweverij", TAG),
        ("https://social.example/tags/deweverij/", TAG),
        ("https://social.example/lokaal/tags/garen", "https://social.example/lokaal/api/v1/timelines/tag/garen"),
        (TAG + "?any[]=spoelstraat", TAG + "?any[]=spoelstraat"),
        ("https://social.example/een/ander.json", "https://social.example/een/ander.json"),
    ],
)
def test_an_address_is_taken_as_it_stands_and_a_tags_page_becomes_its_timeline(url, asked):
    assert address(source(url)) == asked


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ({"instance": "social.example", "tag": "#deweverij"}, TAG),
        ({"instance": "http://127.0.0.1:8080/", "tag": "x1"}, "http://127.0.0.1:8080/api/v1/timelines/tag/x1"),
        (
            {"instance": "social.example", "tag": "deweverij", "any": ["spoelstraat", "wéver"], "local": True},
            TAG + "?any%5B%5D=spoelstraat&any%5B%5D=w%C3%A9ver&local=true",
        ),
        (
            {"instance": "social.example", "timeline": "local"},
            "https://social.example/api/v1/timelines/public?local=true",
        ),
    ],
)
def test_parameters_make_the_address(query, asked):
    assert address(source(**query)) == asked


@pytest.mark.parametrize(
    "query",
    [
        {"instance": "social.example"},
        {"instance": "social.example", "tag": "een", "timeline": "local"},
        {"instance": "social.example", "timeline": "home"},
        {"instance": "social.example", "timeline": "local", "any": ["een"]},
        {"instance": "social.example", "tag": "twee woorden"},
        {"instance": "social.example", "tag": "@sjoukje"},
        {"instance": "social.example", "tag": "2026"},
        {"instance": "sjoukje@social.example", "tag": "een"},
        {"instance": "social.example/@sjoukje", "tag": "een"},
        {"instance": 5, "tag": "een"},
        {"tag": "een"},
        {"instance": "social.example", "tag": "een", "account": "sjoukje"},
    ],
)
def test_parameters_that_name_no_single_timeline_are_refused(query):
    with pytest.raises(ValidationError):
        address(source(**query))


@pytest.mark.parametrize(
    "path", ["/@sjoukje", "/@sjoukje/tags/deweverij", "/users/sjoukje/outbox", "/api/v1/accounts/12/statuses"]
)
def test_nobody_is_followed(path):
    with pytest.raises(ValueError, match=r"follows one account; use a tag"):
        address(source(f"https://social.example{path}"))


def test_an_address_and_parameters_do_not_go_together():
    with pytest.raises(ValidationError):
        address(source(TAG, tag="deweverij"))


# What is taken


@pytest.mark.parametrize(
    "body",
    [b'{"error": "This method requires an authenticated user"}', b'"x"', b"{}", b"1", b"[1e999", b'[{"id": NaN}]'],
)
def test_what_is_no_list_of_statuses_says_so(body):
    with pytest.raises(ParseError):
        parse(body, source(TAG))


@pytest.mark.parametrize("visibility", ["unlisted", "private", "direct", None, 5])
def test_only_what_is_public_is_taken(visibility):
    status = {"id": "1", "visibility": visibility, "account": {"acct": "a"}, "content": "x"}
    harvest = parse(json.dumps([status]).encode(), source(TAG))
    assert (harvest.items, harvest.faults) == ((), ())


def test_a_name_without_a_server_gets_its_own():
    def author(**account):
        status = {"id": "1", "visibility": "public", "account": account, "created_at": "2026-07-15T10:00:00Z"}
        return parse(json.dumps([status]).encode(), source(TAG)).items[0].author

    assert author(acct="a", url="https://een.example/@a") != author(acct="a", url="https://twee.example/@a")
    assert author(acct="a@een.example", url="https://twee.example/@a") == "a@een.example"
    assert author(acct="a", url="https://[/") == author(acct="a", url=None) == "a"
    assert author(acct=None, display_name="Anna") is None


# Who may read: configuration.timelines_access

LIVE = "https://social.example/api/v1/timelines/public"


def access(**levels):
    return {"configuration": {"timelines_access": levels}}


@pytest.mark.parametrize(
    ("said", "listing", "open_to_all"),
    [
        (access(hashtag_feeds={"local": "public", "remote": "public"}), TAG, True),
        (access(hashtag_feeds={"local": "public", "remote": "disabled"}), TAG, True),
        (access(hashtag_feeds={"local": "authenticated", "remote": "disabled"}), TAG, False),
        (access(hashtag_feeds={"local": "authenticated", "remote": "public"}), TAG + "?local=true&limit=40", False),
        (access(live_feeds={"local": "disabled"}, hashtag_feeds={"local": "public"}), LIVE + "?local=true", False),
        (access(live_feeds={"local": "public"}, hashtag_feeds={"local": "disabled"}), LIVE + "?local=1", True),
        (access(live_feeds={}), LIVE, None),
        (access(live_feeds=None), LIVE, None),
        ({"configuration": {}}, TAG, None),
        ([], TAG, None),
        (None, TAG, None),
    ],
)
def test_an_instance_says_who_may_read_it(said, listing, open_to_all):
    assert opens(said, listing) is open_to_all


# Paging, against a server that does it as Mastodon does

BEGIN = datetime(2026, 7, 15, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize("new", [0, 1, 39, 40, 41, 130])
async def test_nothing_is_missed_between_two_visits(new):
    async with serving(Instance(lambda: NOW)) as it:
        asked = source(f"{it.url}/tags/deweverij")
        before = [it.post(BEGIN + timedelta(seconds=n)) for n in range(90)]
        first = await ask(asked, BEGIN + timedelta(minutes=2))
        assert sorted(ids(first)) == sorted(before)
        after = [it.post(BEGIN + timedelta(hours=2, seconds=30 * n)) for n in range(new)]
        late = it.post(BEGIN + timedelta(minutes=1, seconds=1), "Van een andere server")
        second = await ask(asked, BEGIN + timedelta(hours=4), first.polling)
        assert set(ids(second)) - set(before) == {*after, late}
        assert "since_id" not in " ".join(it.asked)


async def test_a_later_visit_does_not_read_everything_again():
    async with serving(Instance(lambda: NOW)) as it:
        asked = source(f"{it.url}/tags/deweverij")
        for minutes in range(600):
            it.post(BEGIN - timedelta(minutes=minutes))
        first = await ask(asked, BEGIN, pages_per_visit=30)
        it.asked.clear()
        second = await ask(asked, BEGIN + timedelta(minutes=5), first.polling)
        assert len(ids(first)) == 600
        assert len(ids(second)) == LATE / timedelta(minutes=1) + 1
        assert len(it.asked) == 3


async def test_nothing_that_is_remembered_names_a_post():
    async with serving(Instance(lambda: NOW)) as it:
        asked = source(f"{it.url}/tags/deweverij")
        made = [it.post(BEGIN + timedelta(seconds=n, milliseconds=123)) for n in range(50)]
        seen = await ask(asked, BEGIN + timedelta(hours=1))
        again = await ask(asked, BEGIN + timedelta(hours=2), seen.polling)
        for polling in (seen.polling, again.polling):
            kept = str(replace(polling, etag=None))
            assert not [own_id for own_id in made if own_id in kept]


async def test_more_than_a_visit_may_ask_is_caught_up_with_in_the_next():
    async with serving(Instance(lambda: NOW)) as it:
        asked = source(f"{it.url}/tags/deweverij")
        it.post(BEGIN)
        seen = await ask(asked, BEGIN + timedelta(minutes=1))
        new = {it.post(BEGIN + timedelta(minutes=3 * n)) for n in range(1, 200)}
        got = set()
        for _ in range(4):
            seen = await ask(asked, BEGIN + timedelta(hours=11), seen.polling, pages_per_visit=3)
            got |= set(ids(seen))
        assert new <= got
        assert "too_many_pages" not in codes(seen)


async def test_a_first_visit_looks_back_no_further_than_it_may():
    async with serving(Instance(lambda: NOW)) as it:
        made = [it.post(BEGIN - timedelta(hours=3 * n)) for n in range(300)]
        seen = await ask(source(f"{it.url}/tags/deweverij"), BEGIN, look_back_days=10)
        assert ids(seen) == made[:81]
        assert len(it.asked) < 6


async def test_a_tag_that_is_hardly_used_costs_one_request():
    async with serving(Instance(lambda: NOW)) as it:
        asked = source(f"{it.url}/tags/deweverij")
        it.post(BEGIN - timedelta(days=60))
        first = await ask(asked, BEGIN)
        second = await ask(asked, BEGIN + timedelta(hours=1), first.polling)
        assert (ids(first), second.harvest.unchanged, len(it.asked)) == ([], True, 2)


async def test_a_post_with_a_wrong_clock_does_not_hide_the_next_ones():
    async with serving(Instance(lambda: NOW)) as it:
        asked = source(f"{it.url}/tags/deweverij")
        it.post(BEGIN + timedelta(days=400), "Uit de toekomst")
        first = await ask(asked, BEGIN)
        new = it.post(BEGIN + timedelta(minutes=1))
        assert new in ids(await ask(asked, BEGIN + timedelta(hours=1), first.polling))


async def test_when_the_newest_post_is_gone_the_visit_goes_on_as_before():
    async with serving(Instance(lambda: NOW)) as it:
        asked = source(f"{it.url}/tags/deweverij")
        gone = it.post(BEGIN)
        first = await ask(asked, BEGIN + timedelta(hours=1))
        it.remove(gone)
        second = await ask(asked, BEGIN + timedelta(hours=2), first.polling)
        assert (ids(second), codes(second), it.asked[-1]) == ([], [], "/api/v2/instance")
        new = it.post(BEGIN + timedelta(hours=3))
        assert ids(await ask(asked, BEGIN + timedelta(hours=4), second.polling)) == [new]


# The allowance: 300 requests in 5 minutes


async def test_the_allowance_is_never_overdrawn_and_the_rest_comes_after_its_reset():
    now = BEGIN + timedelta(seconds=10)
    async with serving(Instance(lambda: now, allowance=300)) as it:
        limits = {"items_per_answer": 20_000, "pages_per_visit": 1000}
        made = {it.post(BEGIN - timedelta(seconds=20 * n)) for n in range(12_100)}
        tag, local = source(f"{it.url}/tags/deweverij"), make_source(f"{it.url}/api/v1/timelines/public?local=true")
        known = fresh(tag, cursor={"after": (BEGIN - timedelta(days=4)).isoformat()})
        async with make_fetcher(clock=lambda: now, **limits) as fetcher:

            async def once(asked, polling):
                within = bounds(now, named=LOOPBACK, **limits)
                return await visit(asked, mastodon, polling, fetcher, CADENCE, within, wall_clock=lambda: now)

            first = await once(tag, known)
            assert (len(it.asked), it.refused) == (300, 0)
            assert codes(first) == ["cut_short"]
            assert len(ids(first)) == 300 * 40
            reset = BEGIN + timedelta(minutes=5)
            assert first.polling.next_check_at >= reset
            other = await once(local, fresh(local))
            assert (codes(other), len(it.asked)) == (["rate_limited"], 300)
            assert other.polling.next_check_at >= reset
            now = reset + timedelta(seconds=1)
            second = await once(tag, first.polling)
            assert {*ids(first), *ids(second)} == made
            assert (codes(second), it.refused) == ([], 0)


# The recordings, replayed

AFTER = datetime(2026, 8, 2, 12, 0, tzinfo=UTC)


def replay(shared, server, name):
    """Puts what a cassette holds on the server; gives it back."""
    interactions = recorded(shared / "payloads" / "mastodon" / f"{name}.vcr.yaml")
    server.otherwise = answer(200, b"[]")
    for one in interactions:
        if one.method == "GET" and (one.host.startswith("http://localhost") or name.startswith("instance")):
            server.routes[one.target] = one.answer_at(server.url)
            server.routes[f"{one.target}{'&' if '?' in one.target else '?'}limit=40"] = one.answer_at(server.url)
            server.routes[one.target.rstrip("/")] = one.answer_at(server.url)
    return interactions


def test_every_recording_is_there(shared):
    assert {path.name.partition(".")[0] for path in (shared / "payloads/mastodon").iterdir()} == set(CASSETTES)


@pytest.mark.parametrize("name", CASSETTES)
async def test_a_recorded_timeline_gives_its_posts_that_may_be_taken(name, shared, server):
    timelines = [one for one in replay(shared, server, name) if "/timelines/" in one.target and one.method == "GET"]
    for one in timelines:
        seen = await ask(source(server.url + one.target), AFTER)
        if one.status != 200:
            assert (seen.polling.state, codes(seen)) == ("failing", ["http_error"])
            continue
        willing = [status for status in one.json if status["account"]["indexable"]]
        assert ids(seen) == [status["id"] for status in willing]
        assert codes(seen) == (["not_indexable"] if len(willing) < len(one.json) else [])
        assert dict(seen.polling.cursor).keys() == {"after"}
    assert timelines or "tl" not in name


@pytest.mark.parametrize("name", CASSETTES)
def test_a_recorded_instance_says_who_may_read(name, shared):
    instances = [
        one
        for one in recorded(shared / f"payloads/mastodon/{name}.vcr.yaml")
        if one.path.startswith("/api/v2/instance")
    ]
    for one in instances:
        local = one.host.startswith("http://localhost")
        assert opens(one.json, f"{one.host}/api/v1/timelines/tag/x") is True
        assert opens(one.json, f"{one.host}/api/v1/timelines/public?local=true") is local
        assert one.json["rules"] is not None
    assert instances or name in {"test_instance_rules", "test_search"}


async def test_a_recorded_closed_instance_stops_the_source(shared, server):
    replay(shared, server, "instance_timelines_access")
    seen = await ask(source(f"{server.url}/api/v1/timelines/public?local=true"), AFTER)
    assert (seen.polling.state, codes(seen)) == ("blocked", ["members_only"])
    seen = await ask(source(f"{server.url}/tags/deweverij"), AFTER)
    assert (seen.polling.state, codes(seen)) == ("quiet", [])


def test_a_recorded_search_is_no_timeline(shared):
    for one in recorded(shared / "payloads/mastodon/test_search.vcr.yaml"):
        with pytest.raises(ParseError):
            parse(one.body, source(TAG))


# Mastodon.py as a second client of the same server

CLIENT = """
import json, sys
from mastodon import Mastodon
client = Mastodon(api_base_url=sys.argv[1], version_check_mode="none")
page = getattr(client, sys.argv[2])(**json.loads(sys.argv[3]))
pages = page if sys.argv[4] == "one" else client.fetch_remaining(page)
print(json.dumps([
    {"id": str(one.id), "content": one.content, "at": one.created_at.isoformat(), "url": one.url,
     "edited": one.edited_at.isoformat() if one.get("edited_at") else None, "language": one.get("language"),
     "indexable": one.account.get("indexable")}
    for one in pages
]))
"""


@pytest.fixture
def second_client():
    """What Mastodon.py gives of a timeline, asked by a process of its own."""
    if not PEER.exists():
        message = "needs Mastodon.py as a second client: make peers"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)

    async def read(url, method, pages="one", **arguments):
        process = await asyncio.create_subprocess_exec(
            PEER, "-c", CLIENT, url, method, json.dumps(arguments), pages, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await process.communicate()
        assert process.returncode == 0
        return json.loads(out)

    return read


@pytest.mark.parametrize(
    ("name", "target", "method", "arguments"),
    [
        ("test_hashtag_tl", "/api/v1/timelines/tag/hoot", "timeline_hashtag", {"hashtag": "hoot"}),
        ("test_public_tl_anonymous", "/api/v1/timelines/public", "timeline_public", {}),
        (
            "test_timeline_disabled",
            "/api/v1/timelines/public?local=1&remote=1",
            "timeline_public",
            {"local": True, "remote": True},
        ),
    ],
)
async def test_a_second_client_reads_the_same_in_a_recording(
    name, target, method, arguments, shared, server, second_client
):
    replay(shared, server, name)
    theirs = await second_client(server.url, method, **arguments)
    assert theirs
    seen = await ask(source(server.url + target), AFTER)
    assert [same(item) for item in seen.harvest.items] == [alike(one) for one in theirs if one["indexable"]]
    refused = [one for one in theirs if not one["indexable"]]
    assert bool(refused) == ("not_indexable" in codes(seen))


async def test_a_second_client_pages_to_the_same_posts(second_client):
    async with serving(Instance(lambda: NOW)) as it:
        made = [it.post(BEGIN - timedelta(minutes=n)) for n in range(95)]
        theirs = await second_client(it.url, "timeline_hashtag", "all", hashtag="deweverij", limit=40)
        seen = await ask(source(f"{it.url}/tags/deweverij"), BEGIN)
        assert [one["id"] for one in theirs] == ids(seen) == made


def same(item):
    times = [at.isoformat() if at else None for at in (item.published_at, item.updated_at)]
    return item.entry_id, item.text, item.url, item.lang, *times


def alike(status):
    return status["id"], plain(status["content"]), status["url"], status["language"], status["at"], status["edited"]

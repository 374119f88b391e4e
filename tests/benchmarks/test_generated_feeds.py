"""The generated feeds and their server: what the measurements stand on."""

import subprocess
import sys
import urllib.error
import urllib.request
from datetime import UTC, datetime

import feedparser
import pytest

from benchmarks import feeds, publisher

ORIGIN = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
WELL_FORMED = [number for number in range(12) if feeds.damage(number) is None]
DAMAGED = [number for number in range(200) if feeds.damage(number)]


def entries(number):
    return feedparser.parse(feeds.render(number, 4, 3, 80, ORIGIN))


@pytest.mark.parametrize("number", WELL_FORMED)
def test_a_feed_holds_its_newest_items_newest_first(number):
    document = entries(number)
    assert not document.bozo
    assert [entry.link for entry in document.entries] == [feeds.link(number, 80, n) for n in (4, 3, 2)]
    assert all(entry.title and entry.published_parsed for entry in document.entries)
    assert document.version == ("atom10" if feeds.is_atom(number) else "rss20")


def test_three_in_a_hundred_are_malformed_in_every_way():
    assert {feeds.damage(number) for number in DAMAGED} == set(feeds.DAMAGES)
    assert 0.02 < len([number for number in range(2000) if feeds.damage(number)]) / 2000 < 0.04


@pytest.mark.parametrize("number", DAMAGED[: len(feeds.DAMAGES)], ids=feeds.damage)
def test_a_malformed_feed_is_wrong_and_holds_its_items_all_the_same(number):
    document = entries(number)
    assert len(document.entries) == 3
    assert (
        document.bozo
        or not any(entry.get("published_parsed") for entry in document.entries)
        or not any(entry.get("id") for entry in document.entries)
    )


def test_an_item_is_the_same_whenever_it_is_asked_for():
    whole, later = (feeds.render(5, newest, 3, 80, ORIGIN).decode() for newest in (4, 5))
    item = whole.partition("<item>")[2].partition("</item>")[0]
    assert item in later
    assert whole != later


@pytest.fixture(scope="module")
def server():
    with publisher.running(12, 2, ORIGIN) as running:
        yield running


def get(server, number, path=publisher.PATH, **headers):
    request = urllib.request.Request(f"http://{feeds.host(number)}:{server.port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, b""


def test_each_feed_is_served_on_its_own_address(server):
    bodies = {get(server, number)[2] for number in range(12)}
    assert len(bodies) == 12


def test_nine_in_ten_answer_conditional_requests(server):
    _, headers, _ = get(server, 1)
    assert get(server, 1, **{"If-None-Match": headers["ETag"]})[0] == 304
    assert get(server, 1, **{"If-Modified-Since": headers["Last-Modified"]})[0] == 304
    assert get(server, 1, **{"If-None-Match": '"other"'})[0] == 200
    assert get(server, 3)[1]["ETag"] is None
    assert sum(feeds.has_validators(number) for number in range(100)) == 90


def test_there_is_no_robots_txt(server):
    assert get(server, 0, "/robots.txt")[0] == 404


def test_a_turn_gives_one_feed_in_ten_a_new_item(server):
    before = [get(server, number)[2] for number in range(12)]
    server.turn()
    changed = [number for number in range(12) if get(server, number)[2] != before[number]]
    assert changed == [0, 10]
    assert feeds.link(10, server.port, 2).encode() in get(server, 10)[2]


def test_the_server_ends_with_who_started_it():
    command = [sys.executable, "-m", "benchmarks.publisher", "1", "1", ORIGIN.isoformat()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline()
        process.stdin.close()
        assert process.wait(timeout=5) == 0

"""How pages are followed is tested with the exchanges; here what is pure, and where a server may not lead us."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from helping import CADENCE, NOW, answer, bounds, fresh, make_source, redirect

from collector.paging import by_link, follow, recent
from collector.visit import visit
from wijkblik.models.items import Fault, FetchedItem, Harvest


def item(entry_id, published_at):
    return FetchedItem(entry_id=entry_id, title="", text="", published_at=published_at)


def test_what_lies_too_far_back_is_left_out_and_the_rest_stays_as_it_was():
    early, amsterdam = NOW - timedelta(seconds=1), timezone(timedelta(hours=2))
    harvest = Harvest(
        (
            item("exactly then", NOW),
            item("before", early),
            item("before, elsewhere", early.astimezone(amsterdam)),
            item("without a zone", NOW.replace(tzinfo=None)),
            item("before, without a zone", early.replace(tzinfo=None)),
            item("without a time", None),
        ),
        (Fault("bad_date"),),
        cursor={"a": "b"},
    )
    kept = recent(harvest, NOW)
    assert [one.entry_id for one in kept.items] == ["exactly then", "without a zone", "without a time"]
    assert (kept.faults, kept.cursor) == (harvest.faults, harvest.cursor)
    assert recent(harvest, datetime(1990, 1, 1, tzinfo=UTC)) == harvest


# What a server may name as its next page, at a real one


class Listing:
    """A collector of a listing whose Link header leads on; each page is one item, named after its address."""

    kind = "listing"

    @staticmethod
    def parse(body, source, content_type=""):
        return Harvest((item(body.decode(), None),))

    async def collect(self, source, fetch):
        return await follow(fetch, source.url, lambda page: self.parse(page.body, source), by_link)


def page(name, following):
    return answer(200, name.encode(), f'Link: <{following}>; rel="next"')


async def pages_of(server, fetcher, **limits):
    source = make_source(server.url + "/1")
    named = frozenset({f"127.0.0.1:{server.port}"})
    outcome = await visit(
        source, Listing(), fresh(source), fetcher, CADENCE, bounds(named=named, **limits), wall_clock=lambda: NOW
    )
    return [one.entry_id for one in outcome.harvest.items], [fault.code for fault in outcome.harvest.faults]


@pytest.mark.parametrize(
    "following",
    [
        "{other}/2",
        "//127.0.0.1:{other_port}/2",
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost:{port}/2",
        "http://user:pass@127.0.0.1:{port}/2",
        "http://127.0.0.1:{port}@127.0.0.1:{other_port}/2",
        "http://127.0.0.1:{port}.example/2",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://[::1/2",
        "http://127。0。0。1:{other_port}/2",
    ],
)
async def test_a_next_page_elsewhere_is_not_asked(server, second_server, fetcher, following):
    target = following.format(other=second_server.url, other_port=second_server.port, port=server.port)
    server.routes["/1"] = page("one", target.encode().decode("latin-1"))
    server.routes["/2"] = second_server.routes["/2"] = answer(200, b"two")
    items, faults = await pages_of(server, fetcher)
    assert (items, faults) == (["one"], ["foreign_page"])
    assert (server.paths, second_server.asked) == (["/1"], [])


async def test_a_next_page_that_redirects_elsewhere_is_not_followed(server, second_server, fetcher):
    server.routes |= {"/1": page("one", "/2"), "/2": redirect(302, second_server.url + "/2")}
    second_server.routes["/2"] = answer(200, b"two")
    items, faults = await pages_of(server, fetcher)
    assert (items, faults) == (["one"], ["cut_short"])
    assert (server.paths, second_server.asked) == (["/1", "/2"], [])


async def test_pages_without_end_stop_at_the_limit_and_pages_in_a_circle_at_once(server, fetcher):
    server.routes |= {f"/{n}": page(str(n), f"/{n + 1}") for n in range(1, 50)}
    items, faults = await pages_of(server, fetcher, pages_per_visit=4)
    assert (items, faults) == (["1", "2", "3", "4"], ["too_many_pages"])
    server.asked.clear()
    server.routes |= {"/1": page("1", "/2"), "/2": page("2", "/1")}
    assert await pages_of(server, fetcher) == (["1", "2"], [])
    assert server.paths == ["/1", "/2"]


async def test_a_next_page_that_robots_txt_refuses_is_left_and_what_came_before_is_kept(server, fetcher):
    server.routes |= {"/robots.txt": answer(200, b"User-agent: *\nDisallow: /2"), "/1": page("one", "/2")}
    server.routes["/2"] = answer(200, b"two")
    items, faults = await pages_of(server, fetcher)
    assert (items, faults) == (["one"], ["robots_page"])
    assert server.paths == ["/robots.txt", "/1"]

"""Collecting as a round does it: what one source may reach, and what a host asks, holds between sources and between rounds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from configured import configure

from wijkblik.collecting import collect, named_by, run
from wijkblik.datafolder import keys_path, open_store
from wijkblik.guard.pseudonyms import KeyRing
from wijkblik.models.items import Host
from wijkblik.models.wijk import Source

FEED = b'<rss version="2.0"><channel><title>t</title><item><guid>1</guid><title>Brand</title></item></channel></rss>'


def feed(key, url):
    return {"key": key, "collector": "feed", "url": url}


def one_round(settings, spacing=0.05):
    """What a round did with each source. The store is opened anew, as by another process."""
    apart = settings.defaults.fetch.model_copy(update={"spacing_seconds": spacing})
    settings = replace(settings, defaults=settings.defaults.model_copy(update={"fetch": apart}))
    with open_store(settings) as store:
        keys = KeyRing(keys_path(settings))
        results = run(collect(settings, store, keys, None, lambda step, done, total: None))
        return {one.key: one for one in results}


def codes(result):
    return [fault.code for fault in result.faults]


# Private hosts


def test_a_source_names_the_private_hosts_of_its_own_address_and_parameters():
    source = Source(
        key="s", name="S", collector="politie", type="official", organisation="S",
        query={"base": "http://127.0.0.1:8001", "fallback": "http://localhost/feed", "lat": 52.1, "words": ["http://10.0.0.1/"]},
    )  # fmt: skip
    assert named_by(source) == {"127.0.0.1:8001", "localhost:80"}


def test_no_source_reaches_what_only_another_names(tmp_path, monkeypatch, site, other_site):
    site.routes |= {"/a": (302, {"Location": other_site.url + "/b"}, b""), "/c": FEED}
    other_site.routes |= {"/b": FEED}
    sources = [feed("a", site.url + "/a"), feed("b", other_site.url + "/b"), feed("c", site.url + "/c")]
    results = one_round(configure(tmp_path, monkeypatch, *sources))
    assert codes(results["a"]) == ["address_refused"]
    assert [results[key].saved.new for key in "abc"] == [0, 1, 1]
    assert (sorted(site.asked), other_site.asked) == (["/a", "/c", "/robots.txt"], ["/robots.txt", "/b"])


# What a host asks


def test_what_robots_txt_refuses_is_blocked_for_good_and_the_rest_is_read(tmp_path, monkeypatch, site):
    site.routes |= {"/robots.txt": b"User-agent: Wijkblik\nDisallow: /no", "/no": FEED, "/yes": FEED}
    settings = configure(tmp_path, monkeypatch, feed("no", site.url + "/no"), feed("yes", site.url + "/yes"))
    for _ in range(2):
        results = one_round(settings)
        assert (results["no"].state, results["no"].reason, results["no"].next_check_at) == ("blocked", "robots", None)
        assert results["yes"].state == "ok"
    assert site.asked == ["/robots.txt", "/yes"]


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "3600"}),
        (200, {"RateLimit": '"default";r=0;t=3600'}),
        (429, {"Retry-After": "3600"}),
        (503, {"Retry-After": "3600"}),
    ],
)
def test_a_used_up_allowance_holds_for_all_sources_on_the_host_in_this_round_and_the_next(
    tmp_path, monkeypatch, site, other_site, status, headers
):
    limited = (status, headers, FEED)
    site.routes |= dict.fromkeys(["/a", "/b", "/c", "/d"], limited)
    other_site.routes["/x"] = FEED
    sources = [feed(key, f"{site.url}/{key}") for key in "abc"] + [feed("x", other_site.url + "/x")]
    started = datetime.now(UTC)
    results = one_round(configure(tmp_path, monkeypatch, *sources))
    assert len(site.asked) == 2
    assert site.asked[0] == "/robots.txt"
    assert results["x"].saved.new == 1
    for key in "abc":
        assert results[key].next_check_at >= started + timedelta(hours=1)
    # A source that a person adds meanwhile is due at once, and asks nothing of that host.
    added = one_round(configure(tmp_path, monkeypatch, *sources, feed("d", site.url + "/d")))
    assert (len(site.asked), codes(added["d"])) == (2, ["rate_limited"])
    assert added["d"].next_check_at >= started + timedelta(minutes=59)


def test_robots_txt_is_remembered_from_round_to_round(tmp_path, monkeypatch, site):
    site.routes |= {"/robots.txt": b"User-agent: *\nDisallow: /no", "/a": FEED, "/b": FEED, "/no": FEED}
    one_round(configure(tmp_path, monkeypatch, feed("a", site.url + "/a")))
    sources = [feed("a", site.url + "/a"), feed("b", site.url + "/b"), feed("no", site.url + "/no")]
    results = one_round(configure(tmp_path, monkeypatch, *sources))
    assert results["no"].reason == "robots"
    assert site.asked == ["/robots.txt", "/a", "/b"]


def test_hosts_that_nobody_asks_any_more_are_forgotten(tmp_path, monkeypatch, site):
    settings = configure(tmp_path, monkeypatch, feed("a", site.url + "/a"))
    now = datetime.now(UTC)
    with open_store(settings) as store:
        store.hosts.remember(
            {
                "old.example": Host("User-agent: *", now - timedelta(days=3)),
                "closed.example": Host("", now - timedelta(days=3), now + timedelta(days=1)),
                "recent.example": Host("", now - timedelta(days=1)),
                "never.example": Host(),
            }
        )
    site.routes["/a"] = FEED
    one_round(settings)
    with open_store(settings) as store:
        assert store.hosts.remembered().keys() == {"closed.example", "recent.example", site.url.removeprefix("http://")}

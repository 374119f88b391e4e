"""The format mastodon against the server's own behaviour."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from published import ask, follow, get, ids, links

from wijkblik.demo.formats import mastodon
from wijkblik.demo.publisher import Publisher


def test_a_status_is_as_the_server_gives_it(publisher, shared):
    _, _, statuses = get(publisher, "weefsel/tags/deproef")
    newest = statuses[0]
    recorded = (shared / "payloads/mastodon/test_hashtag_tl.vcr.yaml").read_text()
    for keys in (newest, newest["account"]):
        assert not [key for key in keys if f'"{key}":' not in recorded]
    assert newest["created_at"] == "2026-11-20T06:59:00.000Z"
    at = datetime.fromisoformat(newest["created_at"])
    assert int(newest["id"]) >> 16 == at.timestamp() * 1000
    assert newest["uri"] == f"https://weefsel.example/users/twee/statuses/{newest['id']}"
    assert newest["url"] == f"{publisher.base}/praat/praat-1"
    assert "<p>Bericht 1 &lt;i&gt;&amp;&lt;/i&gt;<br />op <a " in newest["content"]
    assert "#<span>DeProef</span></a>" in newest["content"]
    assert [tag["name"] for tag in newest["tags"]] == ["deproef", "kade"]
    assert (newest["visibility"], newest["language"], newest["edited_at"]) == ("public", "nl", None)
    assert {(one["account"]["username"], one["account"]["acct"]) for one in statuses} == {
        ("een", "een"),
        ("twee", "twee"),
        ("gast", "gast@elders.example"),
    }
    assert (newest["account"]["indexable"], newest["account"]["discoverable"]) == (True, True)


def test_a_changed_status_says_when_and_a_withdrawn_one_is_gone(publisher):
    _, _, statuses = get(publisher, "weefsel/tags/deproef", max_id=10**30, limit=40)
    older = get(publisher, "weefsel/tags/deproef", max_id=statuses[-1]["id"])[2]
    changed = older[-1]
    assert (changed["content"], changed["edited_at"]) == ("<p>Verbeterd.</p>", "2026-11-20T06:30:00.000Z")
    assert len(statuses) + len(older) == 51
    withdrawn = json.loads(publisher.listing_of("praat", "praat-52")[1])[0]["id"]
    assert get(publisher, f"weefsel/api/v1/statuses/{changed['id']}")[2] == changed
    assert get(publisher, f"weefsel/api/v1/statuses/{withdrawn}")[0] == 404
    publisher.as_of -= timedelta(minutes=40)
    assert get(publisher, f"weefsel/api/v1/statuses/{withdrawn}")[0] == 200
    assert get(publisher, f"weefsel/api/v1/statuses/{changed['id']}")[2]["edited_at"] is None


def test_limits_are_the_servers(publisher):
    lengths = {
        limit: len(get(publisher, "weefsel/tags/deproef", limit=limit)[2])
        for limit in (1, 40, 41, 1000, "-5", "0", "x")
    }
    assert lengths == {1: 1, 40: 40, 41: 40, 1000: 40, "-5": 5, "0": 0, "x": 0}
    assert len(get(publisher, "weefsel/tags/deproef")[2]) == 20
    assert "Link" not in get(publisher, "weefsel/tags/deproef", limit=0)[1]


def test_min_id_pages_forward_and_since_id_jumps_to_the_newest(publisher):
    everything = [one for page in follow(f"{publisher.base}/weefsel/tags/deproef?limit=40") for one in page]
    assert ids(everything) == sorted(set(ids(everything)), reverse=True)
    old = ids(everything)[30]
    forward = ids(get(publisher, "weefsel/tags/deproef", min_id=old, limit=5)[2])
    jumped = ids(get(publisher, "weefsel/tags/deproef", since_id=old, limit=5)[2])
    backward = ids(get(publisher, "weefsel/tags/deproef", max_id=old, limit=5)[2])
    assert forward == ids(everything)[25:30], "the five after it, newest first"
    assert jumped == ids(everything)[:5], "the five newest, with a gap before them"
    assert backward == ids(everything)[31:36]
    both = ids(get(publisher, "weefsel/tags/deproef", since_id=old, min_id=old, limit=5)[2])
    assert both == forward, "min_id goes before since_id"
    between = get(publisher, "weefsel/tags/deproef", min_id=old, max_id=ids(everything)[28])[2]
    assert ids(between) == ids(everything)[29:30]
    assert get(publisher, "weefsel/tags/deproef", min_id=ids(everything)[0])[2] == []


@pytest.mark.parametrize("limit", [7, 40])
def test_paging_forward_by_the_link_header_misses_nothing(publisher, limit):
    everything = [one for page in follow(f"{publisher.base}/weefsel/tags/deproef?limit=40") for one in page]
    oldest = ids(everything)[-1]
    start = f"{publisher.base}/weefsel/api/v1/timelines/tag/deproef?limit={limit}&min_id={oldest}&since_id=1"
    pages = [ids(page) for page in follow(start, "prev")]
    assert [one for page in pages for one in reversed(page)] == list(reversed(ids(everything)[:-1]))
    assert max(map(len, pages)) == limit
    kept = links(ask(start)[1])
    assert re.search(r"\?limit=\d+&max_id=\d+$", kept["next"])
    assert re.search(r"\?limit=\d+&min_id=\d+$", kept["prev"])


def test_an_instance_answers_beside_its_timelines(publisher):
    for path in ("weefsel/api/v2/instance", "plein/api/v2/instance", "api/v2/instance"):
        status, _, instance = get(publisher, path)
        assert status == 200
        assert instance["configuration"]["timelines_access"]["hashtag_feeds"]["local"] == "public"
        assert [rule["id"] for rule in instance["rules"]] == ["1", "2"]
        assert instance["domain"] == "weefsel.example"
    same = [get(publisher, path)[2] for path in ("weefsel/tags/deproef", "weefsel/api/v1/timelines/tag/deproef")]
    assert same[0] == same[1]
    plein = ids(get(publisher, "plein/api/v1/timelines/public", local="true")[2])
    assert len(set(plein)) == 2, "of one moment, yet apart"


def test_every_answer_says_how_many_requests_are_left_and_until_when(publisher):
    before = datetime.now(UTC)
    status, headers, _ = get(publisher, "weefsel/tags/deproef")
    reset = datetime.fromisoformat(headers["X-RateLimit-Reset"])
    assert (status, headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"]) == (200, "300", "299")
    assert reset.timestamp() % 300 == 0
    assert before < reset <= datetime.now(UTC) + timedelta(minutes=5)


def test_requests_are_counted_together_and_refused_beyond_the_limit(settings, monkeypatch):
    monkeypatch.setattr(mastodon, "STRETCH", 10**9)  # no new stretch begins while this runs
    with Publisher(settings).in_background() as publisher:
        first = get(publisher, "weefsel/tags/deproef")[1]
        assert get(publisher, "weefsel/api/v2/instance")[1]["X-RateLimit-Remaining"] == "298"
        known = ask(f"{publisher.base}/weefsel/tags/deproef", **{"If-None-Match": first["ETag"]})
        assert (known[0], known[1]["X-RateLimit-Remaining"]) == (304, "297")
        for left in range(296, -1, -1):
            status, headers, _ = get(publisher, "weefsel/api/v1/statuses/1")
            assert (status, headers["X-RateLimit-Remaining"]) == (404, str(left))
        status, headers, body = get(publisher, "weefsel/tags/deproef")
        assert (status, body) == (429, {"error": "Too many requests"})
        assert (headers["X-RateLimit-Remaining"], headers.get("ETag")) == ("0", None)
        assert get(publisher, "plein/api/v2/instance")[0] == 200, "another instance counts for itself"

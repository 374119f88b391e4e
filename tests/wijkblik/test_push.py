"""Push: what hubs send is taken in like a visit, and nothing else is."""

import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from configured import configure, serving
from sqlmodel import Session, select

from collector.changes import starting_point
from wijkblik import push
from wijkblik.collecting import collect, run
from wijkblik.datafolder import keys_path, open_store
from wijkblik.errors import ConfigError
from wijkblik.guard.pseudonyms import KeyRing
from wijkblik.models.push import Subscription
from wijkblik.settings import load_environment
from wijkblik.store.tables import FaultRow

TODAY = datetime.now(UTC)


def feed(*titles):
    """A feed of these items, oldest first."""
    items = [
        {
            "id": title,
            "title": title,
            "content_text": f"{title} in de Spoelstraat",
            "url": f"https://lindebode.example/{number}",
            "date_published": TODAY.isoformat(),
            "author": {"name": "V. Verzonnen"},
        }
        for number, title in enumerate(titles)
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "De Lindebode", "items": items}).encode()


def source(url="https://lindebode.example/feed", hub="https://hub.example/"):
    return {"key": "lindebode", "collector": "feed", "url": url, "query": {"hub": hub}}


@pytest.fixture
def wijk(tmp_path, monkeypatch):
    """Settings, store and keys of a wijk whose only feed is pushed to the path `a-path`."""
    monkeypatch.setenv("WIJKBLIK_CALLBACK", "https://wijk.example")
    settings = configure(tmp_path, monkeypatch, source())
    with open_store(settings) as store:
        topic = settings.wijk.sources[0].url
        store.subscriptions.keep(
            "proef",
            Subscription(
                "lindebode",
                "a-path",
                "https://hub.example/",
                topic,
                "a-secret",
                "active",
                TODAY,
                TODAY + timedelta(days=9),
            ),
        )
        yield settings, store, KeyRing(keys_path(settings))


def signed(body, secret="a-secret", algorithm="sha256"):
    return f"{algorithm}={hmac.new(secret.encode(), body, algorithm).hexdigest()}"


def receive(wijk, body, signature, path="a-path"):
    settings, store, keys = wijk
    return push.receive(settings, store, keys, path, body, signature, "application/feed+json")


def titles(wijk):
    return sorted(item.title for item in wijk[1].items.ungrouped("proef"))


def faults(store):
    with Session(store.engine) as session:
        return {row.code: row.times for row in session.exec(select(FaultRow))}


@pytest.mark.parametrize("algorithm", ["sha256", "sha1"])
def test_what_is_signed_is_kept_once_like_what_a_visit_brings(wijk, algorithm):
    body = feed("Water weg", "Brug dicht")
    assert receive(wijk, body, signed(body, algorithm=algorithm))
    assert receive(wijk, body, signed(body, algorithm=algorithm))
    assert titles(wijk) == ["Brug dicht", "Water weg"]
    settings, store, _keys = wijk
    assert [(row.action, row.subject["new_items"]) for row in store.log.entries()] == [("push", 2), ("push", 0)]
    kept = b"".join(found.read_bytes() for found in settings.folder.rglob("*") if found.is_file())
    assert b"Spoelstraat" in kept
    assert b"Verzonnen" not in kept


@pytest.mark.parametrize(
    "signature", ["", "sha256=00", signed(feed("Anders")), signed(feed("Water weg"), "another-secret")]
)
def test_what_is_not_signed_as_agreed_is_acknowledged_dropped_and_counted(wijk, signature):
    assert receive(wijk, feed("Water weg"), signature)
    assert receive(wijk, feed("Water weg"), signature)
    assert titles(wijk) == []
    assert faults(wijk[1]) == {"bad_signature": 2}


def test_what_is_no_feed_is_a_fault_of_its_source(wijk):
    assert receive(wijk, b"<html>", signed(b"<html>"))
    assert titles(wijk) == []
    assert faults(wijk[1]) == {"html": 1}


def test_nothing_is_awaited_at_another_path_or_when_the_source_is_off(wijk, tmp_path, monkeypatch):
    body = feed("Water weg")
    assert not receive(wijk, body, signed(body), path="another-path")
    off = configure(tmp_path, monkeypatch, source() | {"enabled": False})
    assert not receive((off, *wijk[1:]), body, signed(body))
    assert titles(wijk) == []


def test_a_push_leaves_the_next_visit_as_it_was_planned(wijk):
    settings, store, _keys = wijk
    polling = replace(
        starting_point(settings.wijk.sources[0], None), etag='"1"', next_check_at=TODAY + timedelta(hours=3)
    )
    store.sources.remember("proef", "lindebode", polling)
    body = feed("Water weg")
    assert receive(wijk, body, signed(body))
    assert store.sources.remembered("proef")["lindebode"] == polling


def test_a_hub_that_denies_is_noted_and_no_longer_confirmed(wijk):
    settings, store, _keys = wijk
    topic = {"hub.topic": settings.wijk.sources[0].url}
    assert push.confirm(settings, store, "a-path", topic | {"hub.mode": "subscribe", "hub.challenge": "c"}) == "c"
    assert push.confirm(settings, store, "a-path", topic | {"hub.mode": "denied"}) == ""
    assert push.confirm(settings, store, "a-path", topic | {"hub.mode": "subscribe", "hub.challenge": "c"}) is None
    assert push.confirm(settings, store, "another", topic | {"hub.mode": "subscribe", "hub.challenge": "c"}) is None
    assert faults(store) == {"no_push": 1}


@pytest.mark.parametrize(
    "address", ["wijk.example", "http://wijk.example", "https://wijk.example/?x=1", "https://a:b@wijk.example"]
)
def test_a_public_address_that_is_none_or_in_clear_is_a_mistake(address, monkeypatch):
    monkeypatch.setenv("WIJKBLIK_CALLBACK", address)
    with pytest.raises(ConfigError, match="WIJKBLIK_CALLBACK"):
        load_environment()


# Asking hubs


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A wijk whose feed names a hub that nobody answers at, and that has been visited once."""
    monkeypatch.setenv("WIJKBLIK_CALLBACK", "http://127.0.0.1:9")
    hub = "http://127.0.0.1:9/hub"

    def answer(path, _headers):
        links = f'<{hub}>; rel="hub", <{base}/feed>; rel="self"'
        return (200, {"Link": links}, feed("Water weg")) if path == "/feed" else (404, {}, b"")

    with serving(answer) as base:
        settings = configure(tmp_path, monkeypatch, source(f"{base}/feed", hub))
        with open_store(settings) as store:
            run(collect(settings, store, KeyRing(keys_path(settings)), None, lambda *_: None))
            yield settings, store


def test_a_hub_that_does_not_answer_is_noted_and_asked_again_later(hub):
    settings, store = hub
    push.renew(settings, store)
    first = store.subscriptions.of_wijk("proef")["lindebode"]
    assert (first.state, first.lease_until, faults(store)) == ("asked", None, {"no_push": 1})
    push.renew(settings, store, clock=lambda: first.asked_at + timedelta(minutes=59))
    assert store.subscriptions.of_wijk("proef")["lindebode"] == first
    later = first.asked_at + timedelta(hours=1)
    push.renew(settings, store, clock=lambda: later)
    assert store.subscriptions.of_wijk("proef")["lindebode"] == replace(first, asked_at=later)
    assert faults(store) == {"no_push": 2}


def test_paths_and_secrets_can_not_be_guessed(hub):
    settings, store = hub
    seen = set()
    for _ in range(3):
        push.renew(settings, store)
        one = store.subscriptions.of_wijk("proef")["lindebode"]
        assert min(len(one.path), len(one.secret)) >= 43
        seen |= {one.path, one.secret}
        store.subscriptions.drop("proef", ["lindebode"])
    assert len(seen) == 6


@pytest.mark.parametrize(
    "changed", [{"query": {}}, {"query": {"hub": "https://other.example/"}}, {"enabled": False}, {"key": "another"}]
)
def test_what_is_no_longer_wanted_is_forgotten(hub, tmp_path, monkeypatch, changed):
    settings, store = hub
    push.renew(settings, store)
    assert store.subscriptions.of_wijk("proef")
    known = settings.wijk.sources[0]
    changed_settings = configure(tmp_path, monkeypatch, source(known.url, known.query["hub"]) | changed)
    push.renew(changed_settings, store)
    assert store.subscriptions.of_wijk("proef") == {}


def test_without_a_public_address_no_hub_is_asked(hub, tmp_path, monkeypatch):
    settings, store = hub
    monkeypatch.delenv("WIJKBLIK_CALLBACK")
    known = settings.wijk.sources[0]
    push.renew(configure(tmp_path, monkeypatch, source(known.url, known.query["hub"])), store)
    assert store.subscriptions.of_wijk("proef") == {}
    assert faults(store) == {}

"""Push with a real hub, Flask-WebSub's, and the page's own server: subscribe, verify, publish, renew."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from configured import ROOT, configure, serving

from wijkblik import push
from wijkblik.collecting import collect, run
from wijkblik.datafolder import keys_path, open_store
from wijkblik.guard.pseudonyms import KeyRing

PEER, HUB = ROOT / ".peers" / "bin" / "python", Path(__file__).with_name("hub.py")
WITHIN_SECONDS = 60


@dataclass
class Publisher:
    """A feed with a hub."""

    base: str = ""
    hub: str = ""
    titles: list = field(default_factory=list)

    def answer(self, path, _headers):
        if path != "/feed":
            return 404, {}, b""
        links = f'<{self.hub}>; rel="hub", <{self.base}/feed>; rel="self"'
        items = [{"id": title, "title": title, "content_text": "In de Spoelstraat"} for title in self.titles]
        body = {"version": "https://jsonfeed.org/version/1.1", "title": "De Lindebode", "items": items}
        return 200, {"Link": links, "Content-Type": "application/feed+json"}, json.dumps(body).encode()


@dataclass
class World:
    """All that takes part: the feed, its hub, our page, and the store that both our processes use."""

    feed: Publisher
    page: str
    folder: Path
    settings: Any
    store: Any

    @property
    def subscription(self):
        return self.store.subscriptions.of_wijk("proef").get("lindebode")

    @property
    def stored(self):
        return sorted(item.title for item in self.store.items.ungrouped("proef"))

    @property
    def at_the_hub(self):
        """How many subscriptions the hub has."""
        with sqlite3.connect(self.folder / "hub.sqlite3") as raw:
            return raw.execute("SELECT count(*) FROM hub").fetchone()[0]

    def visit(self):
        return run(collect(self.settings, self.store, KeyRing(keys_path(self.settings)), None, lambda *_: None))

    def publish(self, title):
        self.feed.titles.append(title)
        topic = {"hub.mode": "publish", "hub.topic": f"{self.feed.base}/feed"}
        assert send(self.feed.hub, urllib.parse.urlencode(topic).encode()) == 202


def send(url, body=None, **headers):
    """The status that an address answers with."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def wait_until(what, process=None):
    deadline = time.monotonic() + WITHIN_SECONDS
    while not (found := what()):
        assert process is None or process.poll() is None, "the process ended"
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.1)
    return found


@contextmanager
def process(port, *command):
    """A server in a process of its own, ready to answer on loopback."""

    def answers():
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(answers, running)
        yield
    finally:
        running.terminate()
        running.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    if not PEER.exists():
        message = "needs Flask-WebSub as a hub: make peers"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    folder, hub_port, page_port = tmp_path_factory.mktemp("hub"), free_port(), free_port()
    feed = Publisher(hub=f"http://127.0.0.1:{hub_port}/hub", titles=["Markt verplaatst"])
    with serving(feed.answer) as feed.base, pytest.MonkeyPatch.context() as monkeypatch:
        page = f"http://127.0.0.1:{page_port}"
        monkeypatch.setenv("WIJKBLIK_CALLBACK", page)
        source = {"key": "lindebode", "collector": "feed", "url": f"{feed.base}/feed", "query": {"hub": feed.hub}}
        settings = configure(folder, monkeypatch, source)
        with (
            process(hub_port, PEER, HUB, folder, str(hub_port)),
            process(page_port, sys.executable, "-m", "ui.serve", "proef", str(page_port)),
            open_store(settings) as store,
        ):
            yield World(feed, page, folder, settings, store)


@pytest.fixture(scope="module")
def subscribed(world):
    """The world once the hub has verified our subscription with the page."""
    world.visit()
    assert world.stored == ["Markt verplaatst"]
    push.renew(world.settings, world.store)
    wait_until(lambda: world.subscription.state == "active")
    # The hub writes it down after we have confirmed it.
    wait_until(lambda: world.at_the_hub == 1)
    return world


def test_the_hub_verifies_and_the_lease_is_as_long_as_we_asked(subscribed):
    one = subscribed.subscription
    assert timedelta(days=9, hours=23) < one.lease_until - one.asked_at <= timedelta(days=10, minutes=1)


def test_what_is_published_is_in_the_store_without_a_visit(subscribed):
    subscribed.publish("Water weg")
    wait_until(lambda: "Water weg" in subscribed.stored)
    assert subscribed.stored == ["Markt verplaatst", "Water weg"]
    wait_until(lambda: "push" in [row.action for row in subscribed.store.log.entries()])


def test_what_is_not_signed_by_the_hub_is_acknowledged_and_dropped(subscribed):
    before = subscribed.stored
    forged = json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "x", "title": "Vals"}]}
    ).encode()
    address = f"{subscribed.page}/websub/{subscribed.subscription.path}"
    assert send(address, forged) == 202
    assert send(address, forged, **{"X-Hub-Signature": "sha256=" + "0" * 64}) == 202
    assert subscribed.stored == before
    assert [fault.code for fault in subscribed.store.sources.current_faults("proef")["lindebode"]] == ["bad_signature"]


def test_a_lease_is_renewed_before_it_ends_and_goes_on_working(subscribed):
    first = subscribed.subscription
    later = first.lease_until - timedelta(days=2)
    push.renew(subscribed.settings, subscribed.store, clock=lambda: first.asked_at + timedelta(days=1))
    assert subscribed.subscription == first
    push.renew(subscribed.settings, subscribed.store, clock=lambda: later)
    renewed = wait_until(lambda: subscribed.subscription if subscribed.subscription.state == "active" else None)
    assert (renewed.path, renewed.asked_at) == (first.path, later)
    subscribed.publish("Brug dicht")
    wait_until(lambda: "Brug dicht" in subscribed.stored)


def test_the_page_answers_nobody_else(subscribed):
    path = subscribed.subscription.path
    asked = urllib.parse.urlencode(
        {"hub.mode": "unsubscribe", "hub.topic": f"{subscribed.feed.base}/feed", "hub.challenge": "c"}
    )
    assert send(f"{subscribed.page}/websub/{path}?{asked}") == 404
    assert send(f"{subscribed.page}/websub/guessed?{asked}") == 404
    assert send(f"{subscribed.page}/websub/{path}") == 404
    assert send(f"{subscribed.page}/websub/guessed", b"x") == 410
    assert send(f"{subscribed.page}/websub/guessed", b"x", Host="wijk.example") == 410
    assert send(f"{subscribed.page}/websub/{path}", b"x" * (subscribed.settings.defaults.fetch.body_bytes + 1)) == 413
    assert subscribed.subscription.state == "active"


def test_a_subscription_that_is_dropped_here_ends_at_the_hub(subscribed):
    assert subscribed.at_the_hub == 1
    subscribed.store.subscriptions.drop("proef", ["lindebode"])
    subscribed.publish("Niet meer voor ons")
    wait_until(lambda: subscribed.at_the_hub == 0)
    assert "Niet meer voor ons" not in subscribed.stored

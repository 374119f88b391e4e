"""WebSub: what a feed offers, what a hub is asked and what it may tell us."""

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from helping import CADENCE, LOOPBACK, answer, bounds, fresh, make_source, rss_feed, rss_item
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from collector import rss, websub
from collector.base import address_of
from collector.visit import visit
from wijkblik.models.items import Polling
from wijkblik.models.push import Subscription

HUB, TOPIC = "https://hub.example/", "https://voorbeeld.nl/feed"
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
ASKED = Subscription("s", "a-path", HUB, TOPIC, "a-secret", "asked", NOW)
VERIFIES = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.challenge": "xyz", "hub.lease_seconds": "864000"}

ATOM_LINKS = f'<link rel="hub" href="{HUB}"/><link href="{TOPIC}" rel="self"/>'
RSS_LINKS = f'<atom:link rel="hub" href="{HUB}" xmlns:atom="http://www.w3.org/2005/Atom"/><atom:link rel=\'self\' href=\'{TOPIC}\' />'
JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "S",
    "items": [{"id": "1", "title": "Titel"}],
    "feed_url": TOPIC,
    "hubs": [{"type": "rssCloud", "url": "https://cloud.example/"}, {"type": "WebSub", "url": HUB}],
}


# What a feed offers


@pytest.mark.parametrize(
    "body",
    [
        rss_feed(rss_item(), RSS_LINKS),
        f'<feed xmlns="http://www.w3.org/2005/Atom">{ATOM_LINKS}<entry><id>1</id><title>T</title></entry></feed>'.encode(),
        json.dumps(JSON_FEED).encode(),
    ],
    ids=["rss", "atom", "jsonfeed"],
)
def test_a_feed_names_its_hub_and_itself(body):
    harvest = rss.parse(body, make_source())
    assert (harvest.hub, harvest.topic) == (HUB, TOPIC)


def test_the_configured_hub_goes_before_another_one_of_the_feed():
    links = f'<link rel="hub" href="https://other.example/"/>{ATOM_LINKS}'
    assert rss.parse(rss_feed(rss_item(), links), make_source()).hub == "https://other.example/"
    assert rss.parse(rss_feed(rss_item(), links), make_source(query={"hub": HUB})).hub == HUB


@pytest.mark.parametrize(
    "body",
    [
        rss_feed(rss_item()),
        rss_feed(rss_item(more=RSS_LINKS)),
        rss_feed(rss_item(), '<link rel="hub"/><link rel="alternate" href="https://hub.example/"/>'),
        json.dumps(JSON_FEED | {"hubs": {"url": HUB}, "feed_url": 1}).encode(),
    ],
)
def test_what_is_no_offer_of_the_feed_itself_is_none(body):
    harvest = rss.parse(body, make_source())
    assert (harvest.hub, harvest.topic) == (None, None)


async def test_a_link_header_goes_before_the_feed_and_is_remembered(server, fetcher):
    source = make_source(server.url + "/feed")
    links = f'Link: <https://other.example/>; rel="hub", <{server.url}/self>; rel="self"'
    server.routes["/feed"] = answer(200, rss_feed(rss_item(), RSS_LINKS), links, 'ETag: "1"')
    seen = await visit(source, rss, fresh(source), fetcher, CADENCE, bounds(named=LOOPBACK))
    assert (seen.polling.hub, seen.polling.topic) == ("https://other.example/", server.url + "/self")
    server.routes["/feed"] = answer(304)
    again = await visit(source, rss, seen.polling, fetcher, CADENCE, bounds(named=LOOPBACK))
    assert again.harvest.unchanged
    assert (again.polling.hub, again.polling.topic) == (seen.polling.hub, seen.polling.topic)
    server.routes["/feed"] = answer(200, rss_feed(rss_item("Anders")))
    last = await visit(source, rss, again.polling, fetcher, CADENCE, bounds(named=LOOPBACK))
    assert (last.polling.hub, last.polling.topic) == (None, None)


@given(
    st.binary(max_size=200) | st.text(max_size=200).map(lambda text: b"<link " + text.encode("utf-8", "replace") + b">")
)
def test_no_bytes_break_the_search_for_an_offer(body):
    hubs, _topic = websub.advertised(body)
    assert all(isinstance(hub, str) and hub for hub in hubs)


# Which offer is taken


def polling(**more):
    return Polling(TOPIC, TOPIC, **{"hub": HUB, "topic": TOPIC} | more)


def test_an_offer_is_taken_if_configuration_and_feed_name_the_same_hub():
    assert websub.offer(make_source(TOPIC, query={"hub": HUB}), polling()) == (HUB, TOPIC)


@pytest.mark.parametrize(
    ("query", "offered"),
    [
        ({}, {}),
        ({"hub": "https://other.example/"}, {}),
        ({"hub": HUB}, {"hub": None}),
        ({"hub": HUB}, {"topic": None}),
        ({"hub": HUB}, {"topic": "https://elders.nl/feed"}),
        ({"hub": HUB}, {"topic": "ftp://voorbeeld.nl/feed"}),
        ({"hub": HUB}, {"topic": "http://[voorbeeld.nl/feed"}),
    ],
)
def test_any_other_offer_is_left(query, offered):
    assert websub.offer(make_source(TOPIC, query=query), polling(**offered)) is None


@pytest.mark.parametrize(
    "hub", ["http://hub.example/", "https://a@hub.example/", "hub.example", "ftp://hub.example/", 1]
)
def test_a_hub_that_would_get_the_secret_in_clear_is_refused(hub):
    with pytest.raises(ValidationError):
        address_of(rss, make_source(query={"hub": hub}))


def test_a_hub_on_this_machine_may_be_asked_in_clear():
    assert address_of(rss, make_source(query={"hub": "http://127.0.0.1:8080/hub"})) == "https://voorbeeld.nl/feed"


# Asking, verification and lease


def test_a_hub_is_sent_all_that_it_needs():
    assert websub.subscription_form(ASKED, "https://wijk.example/websub/a-path") == {
        "hub.mode": "subscribe",
        "hub.topic": TOPIC,
        "hub.callback": "https://wijk.example/websub/a-path",
        "hub.secret": "a-secret",
        "hub.lease_seconds": "864000",
    }


def test_what_was_asked_for_is_confirmed_and_lasts_as_long_as_the_hub_says():
    assert websub.confirmed(ASKED, VERIFIES, NOW) == (
        replace(ASKED, state="active", lease_until=NOW + timedelta(days=10)),
        "xyz",
    )
    short, _ = websub.confirmed(ASKED, VERIFIES | {"hub.lease_seconds": "300"}, NOW)
    assert short.lease_until == NOW + timedelta(minutes=5)
    vague, _ = websub.confirmed(ASKED, {key: value for key, value in VERIFIES.items() if "lease" not in key}, NOW)
    assert vague.lease_until == NOW + websub.LEASE
    forever, _ = websub.confirmed(ASKED, VERIFIES | {"hub.lease_seconds": "9" * 12}, NOW)
    assert forever.lease_until == NOW + websub.LONGEST_LEASE


@pytest.mark.parametrize(
    "changed",
    [
        {"hub.topic": "https://elders.nl/feed"},
        {"hub.topic": None},
        {"hub.mode": "unsubscribe"},
        {"hub.mode": ""},
        {"hub.challenge": ""},
    ],
)
def test_what_was_not_asked_for_is_not_confirmed(changed):
    asked = {key: value for key, value in (VERIFIES | changed).items() if value is not None}
    assert websub.confirmed(ASKED, asked, NOW) is None


def test_a_refusal_ends_it_and_nothing_is_confirmed_after_it():
    denied, challenge = websub.confirmed(
        replace(ASKED, state="active", lease_until=NOW),
        {"hub.mode": "denied", "hub.topic": TOPIC, "hub.reason": "no"},
        NOW,
    )
    assert (denied.state, denied.lease_until, challenge) == ("denied", None, "")
    assert websub.confirmed(denied, VERIFIES, NOW) is None


ACTIVE = replace(ASKED, state="active", lease_until=NOW + timedelta(days=10))


@pytest.mark.parametrize(
    ("subscription", "after", "due"),
    [
        (ACTIVE, timedelta(days=7), False),
        (ACTIVE, timedelta(days=7, hours=12), True),
        (ACTIVE, timedelta(days=11), True),
        (replace(ACTIVE, lease_until=NOW + timedelta(seconds=1)), timedelta(minutes=9), False),
        (replace(ACTIVE, lease_until=NOW + timedelta(seconds=1)), timedelta(minutes=10), True),
        (ASKED, timedelta(minutes=59), False),
        (ASKED, timedelta(hours=1), True),
        (replace(ASKED, state="denied"), timedelta(hours=23), False),
        (replace(ASKED, state="denied"), timedelta(days=1), True),
    ],
)
def test_a_hub_is_asked_again_in_time_and_not_too_often(subscription, after, due):
    assert websub.is_due(subscription, NOW + after) is due


@given(st.integers(1, 366 * 86400))
def test_a_lease_of_some_length_is_renewed_before_it_ends(seconds):
    until = NOW + timedelta(seconds=seconds)
    active = replace(ACTIVE, lease_until=until)
    assert not websub.is_due(active, NOW)
    if seconds >= 3600:
        assert websub.is_due(active, until - timedelta(seconds=seconds / 5))


# Signatures


def signature(body, secret, algorithm):
    return f"{algorithm}={hmac.new(secret.encode(), body, algorithm).hexdigest()}"


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha384", "sha512"])
@given(body=st.binary(max_size=100), secret=st.text(min_size=1, max_size=50))
def test_a_signature_fits_its_body_and_secret_alone(algorithm, body, secret):
    signed = signature(body, secret, algorithm)
    assert websub.is_signed(body, secret, signed)
    assert websub.is_signed(body, secret, signed.upper())
    assert not websub.is_signed(body + b"x", secret, signed)
    assert not websub.is_signed(body, secret + "x", signed)
    assert not websub.is_signed(body, secret, signed[:-1])


@pytest.mark.parametrize(
    "header", ["", "sha256", "sha256=", "=", "md5=" + hashlib.md5(b"").hexdigest(), "sha256=é", "none=x"]
)
def test_what_is_no_signature_fits_nothing(header):
    assert not websub.is_signed(b"", "a-secret", header)


@given(st.text(max_size=80))
def test_no_text_passes_for_a_signature(header):
    assert not websub.is_signed(b"x", "a-secret", header)

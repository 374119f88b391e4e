"""Rounds by themselves."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from configured import configure

from collector.changes import starting_point
from wijkblik import schedule
from wijkblik.collecting import next_due
from wijkblik.datafolder import keys_path, open_store
from wijkblik.demo.publisher import Publisher
from wijkblik.errors import StoreError
from wijkblik.guard.pseudonyms import KeyRing
from wijkblik.models.items import Harvest, Item, NewItem, Visit
from wijkblik.settings import load_settings


def test_a_round_starts_by_itself_when_a_source_is_due_and_rests_after(tmp_path, monkeypatch):
    monkeypatch.setenv("WIJKBLIK_DATA", str(tmp_path))
    monkeypatch.setattr(schedule, "LOOK_AT_LEAST_EVERY", timedelta(seconds=0.2))
    settings = load_settings("demo")
    with Publisher(settings).in_background() as publisher, open_store(settings) as store:
        assert next_due(settings, store) <= datetime.now(UTC)
        with schedule.rounds_in_background(settings, store, KeyRing(keys_path(settings)), publisher.base):
            deadline = time.monotonic() + 60
            while store.feeds.newest("demo", settings.today()) is None:
                assert time.monotonic() < deadline, "no round came"
                time.sleep(0.2)
        assert next_due(settings, store) > datetime.now(UTC)
        assert [row.action for row in store.log.entries()] == ["round"]


def test_what_was_pushed_is_a_reason_for_a_round_though_no_source_is_due(tmp_path, monkeypatch):
    monkeypatch.setattr(schedule, "LOOK_AT_LEAST_EVERY", timedelta(seconds=0.2))
    url = "https://lindebode.example/feed"
    settings = configure(tmp_path, monkeypatch, {"key": "lindebode", "collector": "feed", "url": url})
    polling = replace(
        starting_point(settings.wijk.sources[0], None), next_check_at=datetime.now(UTC) + timedelta(days=1)
    )
    pushed = Item("i-1", "lindebode", "Water weg", "In de Spoelstraat", "nl", None, None, settings.now())
    new = NewItem(pushed, "hash", None, None, None, "usual", settings.now() + timedelta(days=14))
    with open_store(settings) as store:
        store.items.save_visits("proef", [(Visit("lindebode", Harvest(), polling), [new])], settings.now())
        with schedule.rounds_in_background(settings, store, KeyRing(keys_path(settings)), None):
            deadline = time.monotonic() + 60
            while store.items.have_no_story("proef") or store.feeds.newest("proef", settings.today()) is None:
                assert time.monotonic() < deadline, "no round came"
                time.sleep(0.2)
        assert [row.action for row in store.log.entries()] == ["round"]
        assert store.sources.remembered("proef")["lindebode"] == polling


@pytest.mark.parametrize("error", [StoreError("vol"), OSError("schijf vol")])
def test_a_round_that_fails_is_tried_again_after_a_pause(tmp_path, monkeypatch, error):
    """The pause itself is what counts here; the round is made to fail by hand."""
    rounds = []

    def fails(*_args, **_more):
        rounds.append(time.monotonic())
        raise error

    monkeypatch.setattr(schedule, "LOOK_AT_LEAST_EVERY", timedelta(seconds=0.3))
    monkeypatch.setattr(schedule, "run_round", fails)
    url = "https://lindebode.example/feed"
    settings = configure(tmp_path, monkeypatch, {"key": "lindebode", "collector": "feed", "url": url})
    keys = KeyRing(keys_path(settings))
    with open_store(settings) as store, schedule.rounds_in_background(settings, store, keys, None):
        time.sleep(2.5)
    assert 2 <= len(rounds) <= 4
    assert rounds[1] - rounds[0] >= 0.5

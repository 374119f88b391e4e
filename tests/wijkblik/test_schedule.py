"""Rounds by themselves."""

import time
from datetime import UTC, datetime, timedelta

from wijkblik import schedule
from wijkblik.datafolder import keys_path, open_store
from wijkblik.demo.publisher import Publisher
from wijkblik.guard.pseudonyms import KeyRing
from wijkblik.collecting import next_due
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

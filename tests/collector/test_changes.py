from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from helping import NOW, fresh, make_source, pace

from collector.base import Page
from collector.changes import after_answer, after_failure, configured, is_due, starting_point
from wijkblik.errors import AddressRefusedError, BlockedError, GoneError, ParseError, RateLimitedError, StatusError
from wijkblik.models.items import FetchedItem, Harvest, Polling

SOURCE = make_source()
KNOWN = fresh(
    SOURCE,
    asked_url=SOURCE.url,
    etag='"1"',
    last_modified="gisteren",
    body_hash="h1",
    items_seen=5,
    since=NOW - timedelta(days=9),
    failures=2,
)
HOUR = timedelta(hours=1)


def harvest(*times, **more):
    items = tuple(FetchedItem(str(number), "t", "", published_at=at) for number, at in enumerate(times))
    return Harvest(items, **more)


def page(**more):
    return Page(**({"url": SOURCE.url, "status": 200, "body": b"x"} | more))


def answered(known, page, body_hash, harvest, wall=NOW):
    return after_answer(known, page, SOURCE.url, body_hash, harvest, NOW, pace(wall))


def test_a_new_source_starts_afresh():
    assert starting_point(SOURCE, None) == Polling(SOURCE.url, configured(SOURCE))


def test_what_is_remembered_holds_until_a_person_changes_the_address():
    moved = replace(KNOWN, url="https://elders.nl/")
    assert starting_point(SOURCE, moved) is moved
    assert starting_point(make_source("https://nieuw.nl/"), moved) == fresh(make_source("https://nieuw.nl/"))


@pytest.mark.parametrize(
    ("state", "at", "due"),
    [
        ("ok", None, True),
        ("ok", NOW, True),
        ("ok", NOW + HOUR, False),
        ("failing", NOW - HOUR, True),
        ("blocked", None, False),
        ("gone", NOW - HOUR, False),
    ],
)
def test_a_source_is_due_unless_it_waits_or_was_stopped(state, at, due):
    assert is_due(fresh(SOURCE, state=state, next_check_at=at), NOW) is due


def test_an_answer_is_remembered():
    known = answered(KNOWN, page(etag='"2"', last_modified="nu"), "h2", harvest(NOW - HOUR, NOW - 2 * HOUR))
    assert (known.etag, known.last_modified, known.body_hash) == ('"2"', "nu", "h2")
    assert (known.state, known.reason, known.failures, known.items_seen) == ("ok", "", 0, 2)
    assert (known.checked_at, known.last_item_at) == (NOW, NOW - HOUR)
    assert known.next_check_at > NOW
    assert known.plan
    assert known.url == SOURCE.url


def test_old_validators_do_not_outlive_a_new_body():
    known = answered(KNOWN, page(), "h2", harvest())
    assert (known.etag, known.last_modified) == (None, None)


def test_an_unchanged_answer_keeps_what_was_known():
    known = answered(KNOWN, page(status=304, body=b"", unchanged=True), None, harvest(unchanged=True))
    assert (known.etag, known.last_modified, known.body_hash, known.items_seen) == ('"1"', "gisteren", "h1", 5)


def test_an_older_newest_item_does_not_turn_back_the_clock():
    known = answered(replace(KNOWN, last_item_at=NOW), page(), "h", harvest(NOW - HOUR))
    assert known.last_item_at == NOW


def test_a_time_without_a_zone_is_not_compared_with_one_that_has_it():
    known = answered(KNOWN, page(), "h", harvest(datetime(2026, 7, 15), NOW - HOUR, None))
    assert known.last_item_at == NOW - HOUR


def test_a_permanent_move_is_remembered_beside_the_configured_address():
    known = answered(KNOWN, page(moved_to="https://elders.nl/"), "h", harvest())
    assert (known.url, known.configured) == ("https://elders.nl/", configured(SOURCE))


def test_freshness_and_ttl_delay_the_next_visit():
    known = answered(KNOWN, page(fresh_until=NOW + 5 * HOUR), "h", harvest(ttl_minutes=60))
    assert known.next_check_at == NOW + 5 * HOUR
    assert answered(KNOWN, None, None, harvest(ttl_minutes=60)).next_check_at == NOW + HOUR


def test_what_still_holds_is_not_asked_for_again_before():
    known = answered(KNOWN, page(), "h", harvest(again_after=720 * HOUR))
    assert (known.next_check_at, known.plan, known.plan_params) == (NOW + 720 * HOUR, "holds", {"days": 30})
    later = answered(KNOWN, page(fresh_until=NOW + 5 * HOUR), "h", harvest(again_after=HOUR))
    assert later.next_check_at == NOW + 5 * HOUR


@pytest.mark.parametrize(
    ("error", "state", "reason", "comes_back"),
    [
        (BlockedError(401), "blocked", "blocked", False),
        (BlockedError(302, code="login"), "blocked", "login", False),
        (GoneError(410), "gone", "gone", False),
        (StatusError(404), "failing", "http_error", True),
        (ParseError(code="html"), "failing", "html", True),
        (AddressRefusedError(), "failing", "address_refused", True),
    ],
)
def test_a_failure_sets_the_state_and_touches_nothing_that_was_read(error, state, reason, comes_back):
    known = after_failure(KNOWN, error, pace())
    assert (known.state, known.reason, known.failures, known.since) == (state, reason, 3, NOW)
    assert (known.next_check_at is not None) is comes_back
    assert is_due(known, NOW + timedelta(days=3)) is comes_back
    assert (known.etag, known.body_hash, known.items_seen, known.url) == ('"1"', "h1", 5, SOURCE.url)


def test_retry_after_is_honoured():
    known = after_failure(fresh(SOURCE), RateLimitedError(429, retry_at=NOW + 9 * HOUR), pace())
    assert (known.state, known.next_check_at) == ("failing", NOW + 9 * HOUR)


def test_failures_in_a_row_keep_the_day_it_began_and_space_the_visits():
    first = after_failure(fresh(SOURCE), StatusError(500), pace())
    second = after_failure(first, StatusError(500), pace(NOW + HOUR))
    assert (second.since, second.failures) == (NOW, 2)
    assert second.next_check_at == NOW + HOUR + timedelta(minutes=80)
    well = answered(second, page(), "h", harvest(NOW), NOW + 2 * HOUR)
    assert (well.state, well.reason, well.failures, well.since) == ("ok", "", 0, NOW + 2 * HOUR)


def after_times(*days_ago):
    times = [NOW - timedelta(days=days) for days in days_ago]
    return answered(fresh(SOURCE), page(), "h", harvest(*times))


@pytest.mark.parametrize(
    ("days_ago", "state", "reason"),
    [
        ([*range(1, 30)], "ok", ""),
        ([*range(6, 30)], "quiet", "silent"),
        ([4, *range(11, 60, 7)], "quiet", "rare"),
        ([35, *range(42, 90, 7)], "quiet", "silent"),
        ([65, 110, 155, 200], "quiet", "rare"),
        ([20], "quiet", "rare"),
        ([], "quiet", "nothing_yet"),
    ],
)
def test_silence_is_odd_only_where_something_was_to_be_expected(days_ago, state, reason):
    known = after_times(*days_ago)
    assert (known.state, known.reason) == (state, reason)
    assert known.next_check_at is not None


def test_what_came_before_a_refusal_is_kept_and_the_source_is_stopped():
    known = answered(KNOWN, page(), "h", harvest(NOW - HOUR, complete=False, blocked="blocked"))
    assert (known.state, known.reason, known.next_check_at) == ("blocked", "blocked", None)
    assert known.last_item_at == NOW - HOUR


def test_where_a_source_moved_to_and_then_failed_the_configured_address_is_asked_again():
    moved = answered(KNOWN, page(moved_to="https://elders.nl/", etag='"2"'), "h", harvest())
    failed = after_failure(moved, StatusError(404), pace())
    assert (failed.url, failed.etag, failed.body_hash) == (SOURCE.url, None, None)


def test_other_parameters_or_another_kind_start_a_source_afresh():
    blocked = replace(fresh(SOURCE), state="blocked")
    for other in ({"query": {"areas": ["Drenthe"]}}, {"collector": "politie"}, {"type": "community"}):
        assert starting_point(make_source(**other), blocked).state == "ok"
    before = replace(blocked, configured=SOURCE.url)
    assert starting_point(SOURCE, before) == blocked

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from helping import NOW
from hypothesis import given
from hypothesis import strategies as st

from collector.timeline import LATE, Walk
from wijkblik.models.items import Fault, FetchedItem, Harvest

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass
class Moment:
    """As much of a visit as a walk begins with."""

    cursor: dict = field(default_factory=dict)
    now = NOW
    since = NOW - 14 * DAY


def after(at):
    return Moment({"after": at.isoformat()})


def item(at):
    return FetchedItem(entry_id=str(at), title="", text="", published_at=at)


@pytest.mark.parametrize(
    ("moment", "since", "forward"),
    [
        (Moment(), NOW - 14 * DAY, False),
        (after(NOW - DAY), NOW - DAY, True),
        (after(NOW - 15 * DAY), NOW - 14 * DAY, False),
        (Moment({"until": (NOW - DAY).isoformat()}), NOW - DAY, False),
        (Moment({"after": "gisteren"}), NOW - 14 * DAY, False),
    ],
)
def test_a_walk_begins_where_the_last_one_ended(moment, since, forward):
    walk = Walk.of(moment)
    assert (walk.since, walk.forward) == (since, forward)


def test_one_old_post_among_new_ones_ends_nothing():
    walk = Walk.of(Moment({"until": (NOW - DAY).isoformat()}))
    for times, goes_on in [((NOW, NOW - 9 * DAY), True), ((NOW - 2 * DAY,), False), ((None,), False), ((), False)]:
        walk.note(times)
        assert walk.goes_on is goes_on
    assert walk.newest == NOW


@pytest.mark.parametrize(
    ("moment", "harvest", "cursor"),
    [
        (Moment(), Harvest(), {"after": NOW - LATE}),
        (Moment(), Harvest(complete=False, faults=(Fault("cut_short"),)), None),
        (Moment(), Harvest(complete=False, faults=(Fault("too_many_pages"),)), {"after": NOW - LATE}),
        (after(NOW - DAY), Harvest(), {"after": NOW - LATE}),
        (after(NOW - DAY), Harvest(complete=False, faults=(Fault("cut_short"),)), {"after": NOW}),
        (after(NOW), Harvest(complete=False, faults=(Fault("cut_short"),)), None),
    ],
)
def test_what_is_remembered(moment, harvest, cursor):
    walk = Walk.of(moment)
    walk.note([NOW])
    ended = walk.ended(harvest, can_ask_after=True)
    assert ended.cursor == (cursor and {name: at.isoformat() for name, at in cursor.items()})
    assert ended.complete is (cursor is not None)


def test_nothing_seen_leaves_what_was_remembered():
    assert Walk.of(after(NOW - DAY)).ended(Harvest(), can_ask_after=True).cursor is None


def test_what_lies_beyond_the_limit_on_looking_back_is_not_kept():
    walk, old, new = Walk.of(Moment()), item(NOW - 15 * DAY), item(NOW - 13 * DAY)
    walk.note([NOW])
    undated = item(None)
    assert walk.ended(Harvest((new, old, undated))).items == (new, undated)


@given(st.lists(st.timedeltas(timedelta(0), 20 * DAY), max_size=6), st.booleans())
def test_the_next_walk_begins_neither_after_what_was_seen_nor_in_the_future(ages, complete):
    walk = Walk.of(after(NOW - DAY))
    walk.note(NOW + HOUR - age for age in ages)
    cursor = walk.ended(Harvest(complete=complete), can_ask_after=True).cursor
    if cursor is not None:
        again = Walk.of(Moment(cursor))
        assert again.since <= max(NOW - 14 * DAY, min(NOW, walk.newest))
        assert complete or again.since > walk.since


def test_a_walk_forward_on_a_timeline_that_is_busier_than_a_visit_never_turns_back():
    reached = NOW - 6 * HOUR
    for _visit in range(5):
        walk = Walk.of(after(reached))
        walk.note([reached + timedelta(minutes=25)])
        full = Harvest(faults=(Fault("too_many_pages"),))
        known = walk.ended(full, can_ask_after=True)
        assert known.cursor == {"after": (reached + timedelta(minutes=25)).isoformat()}
        reached += timedelta(minutes=25)

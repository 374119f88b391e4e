"""How pages are followed is tested with the exchanges, at a real server; here what is pure."""

from datetime import UTC, datetime, timedelta, timezone

from helping import NOW

from collector.paging import recent
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

"""The store on real SQLite files."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import SQLModel

from wijkblik import audit, migrations
from wijkblik.errors import ForeignDataError, StoreError
from wijkblik.models.items import Fault, Harvest, Item, NewItem, Polling, Visit
from wijkblik.store import Store
from wijkblik.store.database import migrate

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    with Store(f"sqlite:///{tmp_path}/w.db", "real") as opened:
        yield opened


def new_item(number=1, title="Water weg", text="Geen water in de Spoelstraat", hash_="h1"):
    item = Item(f"i-{number}", "gemeente", title, text, "nl", "https://x.example/1", NOW, NOW)
    return NewItem(item, hash_, None, None, None, "usual", NOW + timedelta(days=14))


def visit(*faults):
    return Visit("gemeente", Harvest(faults=faults), Polling("https://x.example", "https://x.example", checked_at=NOW))


def test_migrations_go_up_down_and_up_again(store):
    migrate(store.engine, "base")
    with sqlite3.connect(store.engine.url.database) as raw:
        assert not raw.execute("SELECT 1 FROM sqlite_master WHERE name = 'item'").fetchall()
    migrate(store.engine)
    assert store.items.ungrouped("w") == []


def test_a_store_that_holds_data_goes_down_and_up_too(store):
    store.items.save_visits("w", [(visit(), [new_item()])], NOW)
    with sqlite3.connect(store.engine.url.database) as raw:
        raw.execute("INSERT INTO membership VALUES ('i-1', 'w', 's-1', 'new', 1.0)")
    migrate(store.engine, "0001")
    migrate(store.engine)
    assert [found.title for found in store.items.search("w", "Spoelstraat")] == ["Water weg"]
    migrate(store.engine, "base")
    migrate(store.engine)
    assert store.items.ungrouped("w") == []


def test_the_newest_revision_is_the_one_that_is_named():
    script = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert script.get_current_head() == migrations.NEWEST


def test_the_schema_is_what_the_models_say(store):
    def ours(name, kind, _parents):
        return not (kind == "table" and str(name).startswith("item_fts"))

    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": ours, "compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_the_journal_is_a_write_ahead_log(store):
    with sqlite3.connect(store.engine.url.database) as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_saving_a_visit_twice_changes_nothing(store):
    first = store.items.save_visits("w", [(visit(), [new_item()])], NOW)[0]
    again = store.items.save_visits("w", [(visit(), [new_item()])], NOW)[0]
    assert (first.new, again.new, again.changed, again.same) == (1, 0, 0, 1)
    assert len(store.items.ungrouped("w")) == 1


def test_a_changed_item_is_found_by_its_new_words_only(store):
    store.items.save_visits("w", [(visit(), [new_item()])], NOW)[0]
    assert store.items.search("w", "water spoelstraat")
    later = new_item(text="De brug is dicht", title="Brug", hash_="h2")
    store.items.save_visits(
        "w", [(visit(), [replace(later, item=replace(later.item, fetched_at=NOW + timedelta(hours=1)))])], NOW
    )
    assert not store.items.search("w", "water")
    assert [item.changed_at for item in store.items.search("w", "brug")] == [NOW + timedelta(hours=1)]
    with sqlite3.connect(store.engine.url.database) as raw:
        raw.execute("INSERT INTO item_fts(item_fts, rank) VALUES('integrity-check', 1)")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text(st.characters(exclude_categories=["Cs"])), text=st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_read_is_what_was_stored(store, title, text):
    number = abs(hash((title, text)))
    store.items.save_visits("w", [(visit(), [new_item(number, title, text)])], NOW)[0]
    found = {item.item_id: item for item in store.items.ungrouped("w")}
    assert found[f"i-{number}"] == new_item(number, title, text).item


def test_faults_are_counted_and_the_last_answers_are_current(store):
    store.items.save_visits("w", [(visit(Fault("bad_date")), [])], NOW)
    store.items.save_visits("w", [(visit(Fault("bad_date")), [])], NOW)[0]
    assert store.sources.current_faults("w") == {"gemeente": (Fault("bad_date"),)}
    later = replace(visit(), polling=replace(visit().polling, checked_at=NOW + timedelta(minutes=1)))
    store.items.save_visits("w", [(later, [])], NOW)[0]
    assert store.sources.current_faults("w") == {}


def test_a_time_without_zone_is_refused(store):
    naive = replace(new_item(), item=replace(new_item().item, published_at=datetime(2026, 11, 23)))
    with pytest.raises((StoreError, ValueError)):
        store.items.save_visits("w", [(visit(), [naive])], NOW)[0]
    assert store.items.ungrouped("w") == []


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit", "UPDATE decision SET action = 'done'"]
)
def test_the_log_and_decisions_only_grow(store, statement):
    audit.record(store, NOW, "officer", "decide", story="s-1")
    store.decisions.add("w", "s-1", "relevant", "officer", NOW)
    with sqlite3.connect(store.engine.url.database) as raw, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute(statement)


def test_an_edited_entry_of_the_log_is_found(store):
    for number in range(5):
        audit.record(store, NOW, "officer", "feed.read", feed=number)
    assert audit.first_break(store) is None
    with sqlite3.connect(store.engine.url.database) as raw:
        raw.execute("DROP TRIGGER audit_no_update")
        raw.execute("UPDATE audit SET actor = 'someone' WHERE seq = 3")
    assert audit.first_break(store) == 3


def test_undoing_keeps_both_decisions(store):
    number = store.decisions.add("w", "s-1", "done", "officer", NOW)
    store.decisions.add("w", "s-1", "undo", "officer", NOW, undoes=number)
    assert store.decisions.standing("w") == {}
    assert [one.action for one in store.decisions.history("w", "s-1")] == ["done", "undo"]


def test_demonstration_and_real_data_never_share_a_store(store):
    with pytest.raises(ForeignDataError, match="never share"):
        Store(str(store.engine.url), "scenario demo")

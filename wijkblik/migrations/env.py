"""Alembic's entry: runs on the connection that wijkblik.store.database hands over."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from wijkblik.store import tables

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    # The index's own tables belong to SQLite.
    include_name=lambda name, kind, _parents: not (kind == "table" and str(name).startswith("item_fts")),
)
assert tables, "the models must be known before they are compared"
with context.begin_transaction():
    context.run_migrations()

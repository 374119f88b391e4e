"""More kinds of source: cadence and cursor, hosts, the lag ledger, background, and what expires or has a point."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString()
MOMENT = sqlmodel.sql.sqltypes.UTCDateTime()


def upgrade() -> None:
    with op.batch_alter_table("source") as batch:
        batch.alter_column("configured_url", new_column_name="configured")
        for name in ("asked_url", "plan"):
            batch.add_column(sa.Column(name, TEXT, nullable=False, server_default=""))
        for name in ("cursor", "rhythm", "plan_params"):
            batch.add_column(sa.Column(name, TEXT, nullable=False, server_default="{}"))
        batch.add_column(sa.Column("first_checked_at", MOMENT, nullable=True))
        for name in ("hub", "topic"):
            batch.add_column(sa.Column(name, TEXT, nullable=True))
    op.execute("UPDATE source SET asked_url = configured, first_checked_at = since")
    with op.batch_alter_table("item") as batch:
        batch.add_column(sa.Column("expires_at", MOMENT, nullable=True))
        batch.add_column(sa.Column("lat", sa.Float(), nullable=True))
        batch.add_column(sa.Column("lon", sa.Float(), nullable=True))
    op.create_table(
        "host",
        sa.Column("host", TEXT, primary_key=True),
        sa.Column("robots", sa.Text(), nullable=False),
        sa.Column("robots_at", MOMENT, nullable=True),
        sa.Column("closed_until", MOMENT, nullable=True),
    )
    op.create_table(
        "lag",
        sa.Column("item_id", TEXT, primary_key=True),
        sa.Column("wijk", TEXT, nullable=False),
        sa.Column("source_key", TEXT, nullable=False),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("fetched_at", MOMENT, nullable=False),
        *(sa.Column(name, MOMENT, nullable=True) for name in ("scored_at", "shown_at", "opened_at")),
    )
    op.create_index("ix_lag_source", "lag", ["wijk", "source_key"])
    op.create_table(
        "gazetteer_place",
        sa.Column("wijk", TEXT, primary_key=True),
        sa.Column("place_id", TEXT, primary_key=True),
        *(sa.Column(name, TEXT, nullable=False) for name in ("source_key", "name", "kind", "municipality")),
        *(sa.Column(name, TEXT, nullable=True) for name in ("postcode", "wijk_code", "buurt_code")),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("lat", "lon")),
        sa.Column("fetched_at", MOMENT, nullable=False),
    )
    op.create_table(
        "area",
        sa.Column("wijk", TEXT, primary_key=True),
        sa.Column("code", TEXT, primary_key=True),
        *(sa.Column(name, TEXT, nullable=False) for name in ("source_key", "name", "level")),
        sa.Column("parent", TEXT, nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("geometry", sa.Text(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("fetched_at", MOMENT, nullable=False),
    )
    op.create_table(
        "figure",
        *(sa.Column(name, TEXT, primary_key=True) for name in ("wijk", "area_code", "measure", "period")),
        sa.Column("source_key", TEXT, nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("fetched_at", MOMENT, nullable=False),
    )
    op.create_table(
        "subscription",
        *(sa.Column(name, TEXT, primary_key=True) for name in ("wijk", "source_key")),
        sa.Column("path", TEXT, nullable=False, unique=True),
        *(sa.Column(name, TEXT, nullable=False) for name in ("hub", "topic", "secret", "state")),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("lease_until", MOMENT, nullable=True),
    )


def downgrade() -> None:
    for table in ("subscription", "figure", "area", "gazetteer_place", "lag", "host"):
        op.drop_table(table)
    # A batch would make the table anew, which what refers to it forbids.
    for name in ("lon", "lat", "expires_at"):
        op.execute(f"ALTER TABLE item DROP COLUMN {name}")
    with op.batch_alter_table("source") as batch:
        for name in ("topic", "hub", "first_checked_at", "plan_params", "rhythm", "cursor", "plan", "asked_url"):
            batch.drop_column(name)
        batch.alter_column("configured", new_column_name="configured_url")

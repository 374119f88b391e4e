"""Judgement: event times, outlooks with their scores, urgency, parts of the priority, model versions and corrections."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString()
MOMENT = sqlmodel.sql.sqltypes.UTCDateTime()
APPEND_ONLY = """CREATE TRIGGER correction_no_update BEFORE UPDATE ON correction
BEGIN SELECT RAISE(ABORT, 'correction is append-only'); END"""


def upgrade() -> None:
    with op.batch_alter_table("assessment") as batch:
        batch.add_column(sa.Column("event_start", MOMENT, nullable=True))
        batch.add_column(sa.Column("event_end", MOMENT, nullable=True))
        batch.add_column(sa.Column("event_precision", TEXT, nullable=True))
        batch.add_column(sa.Column("outlook", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("urgent", TEXT, nullable=True))
        batch.add_column(sa.Column("items", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("newest_at", MOMENT, nullable=True))
        batch.add_column(sa.Column("resolved", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("feed_entry") as batch:
        batch.add_column(sa.Column("reasons", sa.JSON(), nullable=False, server_default="[]"))
        batch.add_column(sa.Column("change", TEXT, nullable=True))
    op.create_table(
        "forecast",
        sa.Column("story_id", TEXT, primary_key=True),
        sa.Column("cut", MOMENT, primary_key=True),
        sa.Column("wijk", TEXT, nullable=False),
        sa.Column("outlook", sa.JSON(), nullable=False),
        sa.Column("came", sa.Integer(), nullable=True),
    )
    op.create_index("ix_forecast_open", "forecast", ["wijk", "came"])
    op.create_table(
        "model",
        sa.Column("wijk", TEXT, primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("decisions", sa.Integer(), nullable=False),
        sa.Column("last_decision", sa.Integer(), nullable=False),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("back_to", sa.Integer(), nullable=True),
    )
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), primary_key=True),
        *(sa.Column(name, TEXT, nullable=False) for name in ("wijk", "story_id", "kind")),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("undoes", sa.Integer(), sa.ForeignKey("correction.id"), nullable=True),
    )
    op.create_index("ix_correction_story", "correction", ["wijk", "story_id"])
    op.execute(APPEND_ONLY)


def downgrade() -> None:
    for table in ("correction", "model", "forecast"):
        op.drop_table(table)
    # A batch would make the table anew, which what refers to it forbids.
    for name in ("change", "reasons"):
        op.execute(f"ALTER TABLE feed_entry DROP COLUMN {name}")
    for name in ("resolved", "newest_at", "items", "urgent", "outlook", "event_precision", "event_end", "event_start"):
        op.execute(f"ALTER TABLE assessment DROP COLUMN {name}")

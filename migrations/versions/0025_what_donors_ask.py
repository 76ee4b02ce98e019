"""What donors ask for in a recurring gift themselves: a pause that ends by itself, another day, why they stop."""

import sqlalchemy as sa
from alembic import op

from database.columns import Count, Instant, Minor
from migrations.guards import frozen, keep_rows, on_sqlite, set_once

revision = "0025"
down_revision = "0024"

ACTS = "act in ('amount', 'day', 'pause', 'resume', 'end_now', 'end_later')"
DAY = "(act = 'day') = (day IS NOT NULL) and (day is null or day between 1 and 28)"
BEFORE = ["id", "recurring_id", "act", "amount_minor", "who", "asked_at"]
ADDED = ["until", "day", "reason"]


def upgrade() -> None:
    """Forward."""
    if on_sqlite():
        _make_anew()
        return
    op.add_column("recurring_act", sa.Column("until", Instant(), nullable=True))
    op.add_column("recurring_act", sa.Column("day", Count(), nullable=True))
    op.add_column("recurring_act", sa.Column("reason", sa.Text(), nullable=False, server_default=""))
    op.alter_column("recurring_act", "reason", server_default=None)
    op.drop_constraint(op.f("ck_recurring_act_act"), "recurring_act")
    op.create_check_constraint(op.f("ck_recurring_act_act"), "recurring_act", ACTS)
    op.create_check_constraint(op.f("ck_recurring_act_day"), "recurring_act", DAY)
    op.execute("DROP TRIGGER recurring_act_frozen ON recurring_act")
    frozen("recurring_act", BEFORE + ADDED)


def _make_anew() -> None:
    op.execute("CREATE TABLE kept_act AS SELECT * FROM recurring_act")
    op.drop_table("recurring_act")
    op.create_table(
        "recurring_act",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("recurring_id", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=True),
        sa.Column("until", Instant(), nullable=True),
        sa.Column("day", Count(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("done_at", Instant(), nullable=True),
        sa.CheckConstraint(ACTS, name=op.f("ck_recurring_act_act")),
        sa.CheckConstraint(DAY, name=op.f("ck_recurring_act_day")),
        sa.ForeignKeyConstraint(["recurring_id"], ["recurring.id"], name=op.f("fk_recurring_act_recurring_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recurring_act")),
        sqlite_strict=True,
    )
    op.create_index("ix_recurring_act_recurring_id", "recurring_act", ["recurring_id"], unique=False)
    op.execute(
        "INSERT INTO recurring_act (id, recurring_id, act, amount_minor, reason, who, asked_at, done_at)"
        " SELECT id, recurring_id, act, amount_minor, '', who, asked_at, done_at FROM kept_act"
    )
    op.execute("DROP TABLE kept_act")
    keep_rows("recurring_act", [["id"]])
    frozen("recurring_act", BEFORE + ADDED)
    set_once("recurring_act", ["done_at"])

# ruff: noqa: S608 (our own names)
"""Months of the books are closed: nothing is booked before the open day, and the steps are kept in order."""

import sqlalchemy as sa
from alembic import op

from database.columns import BookDate, Count, Instant
from migrations.guards import append_only, on_sqlite, refuse

revision = "0030"
down_revision = "0029"

LAST = "(SELECT open_from FROM period_step ORDER BY id DESC LIMIT 1)"
CLOSED = "entry: this day is in a closed month"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "period_step",
        sa.Column("id", Count(), autoincrement=False, nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("month", BookDate(), nullable=False),
        sa.Column("open_from", BookDate(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("stepped_at", Instant(), nullable=False),
        sa.CheckConstraint("act in ('close', 'reopen')", name=op.f("ck_period_step_act")),
        sa.CheckConstraint("(act = 'close') = (open_from > month)", name=op.f("ck_period_step_open_from")),
        sa.CheckConstraint("(act = 'close') = (digest <> '')", name=op.f("ck_period_step_digest")),
        sa.CheckConstraint("(act = 'close') = (report <> '')", name=op.f("ck_period_step_report")),
        sa.CheckConstraint("who <> ''", name=op.f("ck_period_step_who")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_step")),
        sqlite_strict=True,
    )
    append_only("period_step", [["id"]])
    op.create_table(
        "late_entry",
        sa.Column("entry_id", Count(), autoincrement=False, nullable=False),
        sa.Column("own_day", BookDate(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_late_entry_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_late_entry")),
        sqlite_strict=True,
    )
    op.create_index("ix_late_entry_own_day", "late_entry", ["own_day", "entry_id"], unique=False)
    append_only("late_entry", [["entry_id"]])
    _guard_steps()
    _guard_entries()


def _guard_steps() -> None:
    """A month is closed after the one before it, and only the last one is opened again."""
    why = "period_step: months are closed and opened again one after the other"
    if on_sqlite():
        after = "date(NEW.month, '+1 month')"
        refuse(
            "period_step_in_order", "period_step", "INSERT", why,
            f"NEW.id < (SELECT max(id) FROM period_step) OR NEW.month <> date(NEW.month, 'start of month')"
            f" OR (NEW.act = 'close' AND (NEW.open_from <> {after} OR NEW.month <> coalesce({LAST}, NEW.month)))"
            f" OR (NEW.act = 'reopen' AND (NEW.open_from <> NEW.month OR coalesce({LAST}, '') <> {after}))",
        )  # fmt: skip
        return
    op.execute(f"""
CREATE FUNCTION farthing_period_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  open_day date := {LAST};
  after date := (NEW.month + interval '1 month')::date;
BEGIN
  IF NEW.id < (SELECT max(id) FROM period_step) OR NEW.month <> date_trunc('month', NEW.month)::date
    OR (NEW.act = 'close' AND (NEW.open_from <> after OR NEW.month <> coalesce(open_day, NEW.month)))
    OR (NEW.act = 'reopen' AND (NEW.open_from <> NEW.month OR open_day IS DISTINCT FROM after))
  THEN RAISE EXCEPTION '{why}' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$""")
    op.execute(
        "CREATE TRIGGER period_step_in_order BEFORE INSERT ON period_step FOR EACH ROW"
        " EXECUTE FUNCTION farthing_period_in_order()"
    )
    op.execute("ALTER TABLE period_step ENABLE ALWAYS TRIGGER period_step_in_order")


def _guard_entries() -> None:
    """No entry before the open day. On PostgreSQL once a statement, because thousands come in one."""
    if on_sqlite():
        refuse("entry_in_open_period", "entry", "INSERT", CLOSED, f"NEW.book_date < {LAST}")
        return
    op.execute(f"""
CREATE FUNCTION farthing_entry_in_open_period() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  open_day date := {LAST};
BEGIN
  IF open_day IS NOT NULL AND EXISTS (SELECT 1 FROM posted WHERE posted.book_date < open_day)
  THEN RAISE EXCEPTION '{CLOSED}' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$""")
    op.execute(
        "CREATE TRIGGER entry_in_open_period AFTER INSERT ON entry REFERENCING NEW TABLE AS posted"
        " FOR EACH STATEMENT EXECUTE FUNCTION farthing_entry_in_open_period()"
    )
    op.execute("ALTER TABLE entry ENABLE ALWAYS TRIGGER entry_in_open_period")

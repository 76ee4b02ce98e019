"""The audit adds a closed month up anew, from its entries, and names one that moved."""

from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlalchemy import Engine

from database.transactions import booking, reading
from ledger.period_store import close_month
from ledger.tables import entry
from proof.store_periods import closed_months_that_moved
from tests.proof.books import Desk
from treasury.books.month_report import frozen_report
from treasury.books.months import report_now

NOW = datetime(2026, 12, 2, tzinfo=UTC)
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def close(engine: Engine, month: date) -> None:
    """Close this month as the desk does."""
    with booking(engine) as conn:
        close_month(conn, month, frozen_report(report_now(conn, month, "Us")), "treasurer", (NOW, NOW.date()))


def test_closed_months_are_what_their_entries_add_up_to(desk: Desk, engine: Engine) -> None:
    """A later fact changes neither; an entry that was changed by hand is found in its month and in those after it."""
    desk.give(1, 2500, days_ago=40)
    desk.give(2, 1000)
    for month in (OCTOBER, NOVEMBER):
        close(engine, month)
    desk.give(3, 700, days_ago=41)
    with reading(engine) as conn:
        assert closed_months_that_moved(conn) == (2, [])

    with engine.begin() as conn:
        on = "" if conn.dialect.name == "sqlite" else " ON entry"
        conn.execute(sa.text(f"DROP TRIGGER entry_no_update{on}"))
        conn.execute(sa.update(entry).where(entry.c.book_date < NOVEMBER).values(amount_minor=2501))
    with reading(engine) as conn:
        assert closed_months_that_moved(conn) == (2, ["2026-10", "2026-11"])

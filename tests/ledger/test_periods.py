"""Months are closed one after the other, and a closed month's figures never move."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from database.transactions import booking, reading
from ledger import store
from ledger.entry import Entry
from ledger.period_store import close_month, late_counts, late_entries, open_from, period_steps, reopen_month
from ledger.periods import (
    MonthNotReady,
    closed_steps,
    month_after,
    month_before,
    month_of,
    months_between,
    moved_day,
    require_closable,
    require_reopenable,
)
from ledger.tables import entry as entry_table
from tests.ledger.samples import NOON, entry

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
REPORT = ("{}", "0" * 64)
LATER = datetime(2026, 4, 2, tzinfo=UTC)


@given(st.dates(date(2001, 1, 1), date(2099, 12, 31)))
def test_a_month_follows_the_one_before_it(day: date) -> None:
    """Over years' ends too."""
    month = month_of(day)
    assert month_before(month_after(month)) == month == month_of(month_after(month) - (month_after(month) - day))
    assert months_between(month_before(month), day) == [month, month_before(month)]


@given(st.dates(JANUARY, MARCH), st.none() | st.sampled_from([JANUARY, FEBRUARY, MARCH]))
def test_an_entry_is_booked_on_its_own_day_or_on_the_first_open_one(day: date, open_day: date | None) -> None:
    """Never before the open day, never later than it need be."""
    assert moved_day(day, open_day) == (day if open_day is None or day >= open_day else open_day)


@pytest.mark.parametrize(
    ("month", "open_day", "today", "why"),
    [
        (FEBRUARY, None, LATER.date(), "January 2026 comes first"),
        (JANUARY, FEBRUARY, LATER.date(), "is closed already"),
        (MARCH, FEBRUARY, LATER.date(), "February 2026 comes first"),
        (JANUARY, None, date(2026, 1, 31), "not over yet"),
    ],
)
def test_what_cannot_be_closed_is_refused_with_the_reason(
    month: date, open_day: date | None, today: date, why: str
) -> None:
    """A month that is not over, one out of order, one that is closed."""
    with pytest.raises(MonthNotReady, match=why):
        require_closable(month, date(2026, 1, 20), open_day, today)


def test_only_the_month_closed_last_is_opened_again() -> None:
    """Else its figures would move below a closed one."""
    require_reopenable(FEBRUARY, MARCH)
    for month, why in ((JANUARY, "February 2026 comes first"), (MARCH, "is not closed")):
        with pytest.raises(MonthNotReady, match=why):
            require_reopenable(month, MARCH)
    with pytest.raises(MonthNotReady, match="Nothing is booked"):
        require_closable(JANUARY, None, None, LATER.date())


def test_a_late_fact_of_a_closed_month_is_booked_on_the_first_open_day(engine: Engine) -> None:
    """And says which day it is of; the closed month's totals stay as they were."""
    _post(engine, entry("gift:a:1", book_date=date(2026, 1, 20)), entry("gift:b:1", book_date=date(2026, 2, 3)))
    with reading(engine) as conn:
        before = [total for total in store.totals(conn) if total.book_date < FEBRUARY]
    _close(engine, JANUARY)

    [booked] = _post(engine, entry("gift:late:1", book_date=date(2026, 1, 31)))

    assert booked.book_date == FEBRUARY
    with reading(engine) as conn:
        assert [total for total in store.totals(conn) if total.book_date < FEBRUARY] == before
        [late] = late_entries(conn, JANUARY, 10)
        assert (late.kind, late.own_day, late.book_date) == ("gift", date(2026, 1, 31), FEBRUARY)
        assert (late_counts(conn), late_entries(conn, FEBRUARY, 10)) == ({JANUARY: 1}, [])
    assert _post(engine, entry("gift:late:1", book_date=date(2026, 1, 31))) == []  # the same fact once


def test_a_month_that_was_opened_again_takes_entries_again(engine: Engine) -> None:
    """Both steps are kept, and what was booked later meanwhile stays where it is."""
    _post(engine, entry("gift:a:1", book_date=date(2026, 1, 20)))
    _close(engine, JANUARY)
    _close(engine, FEBRUARY)
    with booking(engine) as conn:
        reopen_month(conn, FEBRUARY, "owner", LATER)
        with pytest.raises(MonthNotReady):
            reopen_month(conn, FEBRUARY, "owner", LATER)

    [booked] = _post(engine, entry("gift:b:1", book_date=date(2026, 2, 3)))

    assert booked.book_date == date(2026, 2, 3)
    with reading(engine) as conn:
        steps = period_steps(conn)
        assert ([step.act for step in steps], open_from(conn)) == (["close", "close", "reopen"], FEBRUARY)
        assert list(closed_steps(steps)) == [JANUARY]


def test_the_database_itself_refuses_a_day_in_a_closed_month(engine: Engine) -> None:
    """Whatever program writes; one entry among many is enough."""
    _post(engine, entry("gift:a:1", book_date=date(2026, 1, 20)))
    _close(engine, JANUARY)
    with reading(engine) as conn:
        row = dict(conn.execute(sa.select(entry_table)).mappings().one())
    rows = [row | {"id": 8, "key": "x:8", "book_date": MARCH}, row | {"id": 9, "key": "x:9"}]
    with booking(engine) as conn, pytest.raises(sa.exc.DBAPIError, match="closed month"):
        conn.execute(sa.insert(entry_table), rows)


def _post(engine: Engine, *entries: Entry) -> list[Entry]:
    with booking(engine) as conn:
        store.open_accounts(conn)
        return store.post(conn, entries, NOON)


def _close(engine: Engine, month: date) -> None:
    with booking(engine) as conn:
        close_month(conn, month, REPORT, "treasurer", (LATER, LATER.date()))

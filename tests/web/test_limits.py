"""Visits are counted in windows of time, by all webs together, in a bounded number of rows."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Engine

from database.transactions import reading, writing
from web.limits_store import SLOTS, CountedVisit, VisitLimit, count_visits, remove_old_counts, visits_so_far
from web.tables import visit_count

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
LIMIT = VisitLimit("address", 3, timedelta(minutes=10))
KEY = b"k" * 32


def count(engine: Engine, *visits: CountedVisit, now: datetime = NOON, key: bytes = KEY) -> list[int]:
    """How many of each there are after this one."""
    with writing(engine) as conn:
        counts = count_visits(conn, key, visits, now)
    return [counts[visit] for visit in visits]


def test_visits_count_together_until_their_window_ends(engine: Engine) -> None:
    """A cost is counted as so many; another visitor or window begins anew."""
    visit, other = CountedVisit(LIMIT, "192.0.2.1"), CountedVisit(LIMIT, "192.0.2.2", cost=2)
    assert [count(engine, visit) for _ in range(3)] == [[1], [2], [3]]
    assert count(engine, visit, other) == [4, 2]
    assert count(engine, visit, now=NOON + timedelta(minutes=9, seconds=59)) == [5]
    assert count(engine, visit, now=NOON + timedelta(minutes=10)) == [1]
    with reading(engine) as conn:
        assert visits_so_far(conn, KEY, [other], NOON) == {other: 2}
        assert visits_so_far(conn, KEY, [other], NOON + timedelta(minutes=10)) == {other: 0}


def test_rows_say_nothing_of_anybody_and_are_bounded(engine: Engine) -> None:
    """The slot is found with the key; what no window counts any more is removed."""
    count(engine, CountedVisit(LIMIT, "192.0.2.1"))
    count(engine, CountedVisit(LIMIT, "192.0.2.1"), key=b"x" * 32)
    with reading(engine) as conn:
        slots = list(conn.scalars(sa.select(visit_count.c.slot)))
    assert len(set(slots)) == 2
    assert all(0 <= slot < SLOTS for slot in slots)
    with writing(engine) as conn:
        remove_old_counts(conn, NOON + timedelta(days=2))
        assert conn.scalar(sa.select(sa.func.count()).select_from(visit_count)) == 0

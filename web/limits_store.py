"""Count visits in fixed windows of time, in a bounded number of rows that all webs share.

A visitor is counted in one of SLOTS slots of a kind, found with a secret key, so nobody can choose whom they share it
with, and a flood of addresses makes no more rows than there are slots. Two visitors of one slot count together: so a
limit here may ask for more, such as a puzzle, but must not refuse.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import put_rows
from web.tables import visit_count

SLOTS = 16_384
KEPT = timedelta(days=1)
_ADD = (
    "DO UPDATE SET visits = CASE WHEN visit_count.since = excluded.since"
    " THEN visit_count.visits + excluded.visits ELSE excluded.visits END, since = excluded.since"
)


@dataclass(frozen=True, slots=True)
class VisitLimit:
    """How many visits of a kind one visitor has in each window of time."""

    kind: str
    most: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class CountedVisit:
    """A visit of somebody under a limit; `cost` is how many visits it counts as."""

    limit: VisitLimit
    who: str
    cost: int = 1


VisitCounts = Mapping[CountedVisit, int]


def count_visits(conn: Connection, key: bytes, visits: Sequence[CountedVisit], now: datetime) -> VisitCounts:
    """Count these visits; for each, how many there are in its window now, with itself."""
    rows = {(visit.limit.kind, _slot(key, visit)): visit for visit in visits}
    put_rows(
        conn,
        visit_count,
        [
            {"kind": kind, "slot": slot, "since": _window(visit.limit, now), "visits": visit.cost}
            for (kind, slot), visit in sorted(rows.items(), key=lambda item: item[0])
        ],
        _ADD,
    )
    return visits_so_far(conn, key, visits, now)


def visits_so_far(conn: Connection, key: bytes, visits: Sequence[CountedVisit], now: datetime) -> VisitCounts:
    """How many visits there are in the windows of these, without counting one."""
    v = visit_count.c
    slots = {visit: _slot(key, visit) for visit in visits}
    named = sa.or_(*(sa.and_(v.kind == visit.limit.kind, v.slot == slot) for visit, slot in slots.items()))
    rows = conn.execute(sa.select(v.kind, v.slot, v.since, v.visits).where(named))
    counted = {(kind, slot, since): count for kind, slot, since, count in rows}
    return {visit: counted.get((visit.limit.kind, slot, _window(visit.limit, now)), 0) for visit, slot in slots.items()}


def remove_old_counts(conn: Connection, now: datetime) -> None:
    """Remove what no window counts any more."""
    conn.execute(sa.delete(visit_count).where(visit_count.c.since < now - KEPT))


def _window(limit: VisitLimit, now: datetime) -> datetime:
    """When the window began that this instant is in: windows of a length begin at the same instants for all."""
    seconds = int(limit.window.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)


def _slot(key: bytes, visit: CountedVisit) -> int:
    digest = hmac.digest(key, f"visit\n{visit.limit.kind}\n{visit.who}".encode(), "sha256")
    return int.from_bytes(digest[:8]) % SLOTS

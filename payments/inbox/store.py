"""Kept deliveries. A delivery is in the books if it has `applied_at`, not because it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import put_rows
from database.questions import among, fetch, has_come, look_up
from payments.inbox.delivery import Delivery
from payments.inbox.tables import delivery, delivery_body

_APPLIED = (delivery.c.id, delivery.c.applied_at.is_not(None))
LONGEST_WAIT = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A delivery that is kept but could not be applied: what failed, how often, and when it is tried next."""

    id: str
    type: str
    received_at: datetime
    attempts: int
    error: str
    next_attempt_at: datetime | None


def applied_by_id(conn: Connection, ids: Sequence[str]) -> dict[str, bool]:
    """For each of these deliveries that is kept, whether it was applied."""
    return {row[0]: bool(row[1]) for row in look_up(conn, _APPLIED, delivery.c.id, ids)}


# Another web may keep the same delivery at this moment. It stays one row; whoever has applied it says so.
_NOTE_APPLIED = (
    "DO UPDATE SET applied_at = excluded.applied_at, attempts = delivery.attempts + 1, error = NULL,"
    " next_attempt_at = NULL WHERE delivery.applied_at IS NULL"
)


def keep(conn: Connection, new: Sequence[Delivery], now: datetime, *, applied: bool) -> None:
    """Keep deliveries, sorted by id, with their bodies; `applied` when this same transaction applies them."""
    put_rows(
        conn,
        delivery,
        [
            {
                "id": message.id,
                "type": message.type,
                "api_version": message.api_version,
                "digest": message.digest,
                "livemode": message.livemode,
                "created_at": message.created_at,
                "received_at": now,
                "applied_at": now if applied else None,
                "attempts": int(applied),
                "error": None,
                "next_attempt_at": None if applied else now,
            }
            for message in new
        ],
        _NOTE_APPLIED if applied else "DO NOTHING",
    )
    bodies = [{"delivery_id": message.id, "body": message.body} for message in new]
    put_rows(conn, delivery_body, bodies, "DO NOTHING")


def mark_applied(conn: Connection, ids: Sequence[str], now: datetime) -> None:
    """Note that these deliveries, kept before, are in the books now."""
    if ids:
        waiting = sa.update(delivery).where(among(conn, delivery.c.id, ids), delivery.c.applied_at.is_(None))
        conn.execute(waiting.values(applied_at=now, attempts=delivery.c.attempts + 1, error=None, next_attempt_at=None))


def mark_failed(conn: Connection, delivery_id: str, error: str, now: datetime) -> None:
    """Note why a delivery could not be applied, and when to try again: after 1, 2, 4 … minutes, at most 6 hours."""
    tried = conn.scalars(sa.select(delivery.c.attempts).where(delivery.c.id == delivery_id)).one() + 1
    wait = min(timedelta(minutes=2 ** min(tried - 1, 12)), LONGEST_WAIT)
    conn.execute(
        sa.update(delivery)
        .where(delivery.c.id == delivery_id)
        .values(attempts=tried, error=error, next_attempt_at=now + wait)
    )


def bodies(conn: Connection, ids: Sequence[str]) -> dict[str, bytes]:
    """The kept bodies of these deliveries."""
    b = delivery_body.c
    return {row[0]: row[1] for row in look_up(conn, (b.delivery_id, b.body), b.delivery_id, ids)}


def drop_bodies(conn: Connection, mentions: Sequence[str]) -> int:
    """Remove the kept bodies that contain one of these words, as far as they are in the books; returns how many.

    It reads every kept body once for all words, so it takes seconds where there are a hundred thousand.
    """
    words = [mention.encode() for mention in mentions if mention]
    b, applied = delivery_body.c, delivery.c.applied_at.is_not(None)
    kept = sa.select(b.delivery_id, b.body).join(delivery, delivery.c.id == b.delivery_id).where(applied)
    with conn.execute(kept.execution_options(yield_per=500)) as rows:
        named = [row.delivery_id for row in rows if any(word in row.body for word in words)]
    for start in range(0, len(named), 500):
        conn.execute(sa.delete(delivery_body).where(b.delivery_id.in_(named[start : start + 500])))
    return len(named)


def unapplied_ids(conn: Connection, due_by: datetime | None, limit: int, after: str = "") -> list[str]:
    """Kept deliveries that are not in the books, in order; with `due_by`, only those to try again by then."""
    d = delivery.c
    question = sa.select(d.id).where(d.applied_at.is_(None), d.id > after).order_by(d.id).limit(limit)
    if due_by is not None:
        question = question.where(has_come(d.next_attempt_at, due_by, LONGEST_WAIT))
    return list(conn.scalars(question))


# Never tried: what was tried and failed is tried again by the worker, later and later.
_WAITING = sa.and_(delivery.c.applied_at.is_(None), delivery.c.attempts == sa.literal_column("0"))
_WAITING_IDS = sa.select(delivery.c.id).where(_WAITING).order_by(delivery.c.next_attempt_at).limit(sa.bindparam("most"))


_WAITING_SINCE = (
    sa.select(delivery.c.next_attempt_at)
    .where(_WAITING)
    .order_by(delivery.c.next_attempt_at)
    .limit(sa.literal_column("1"))
)


def waiting_since(conn: Connection) -> datetime | None:
    """Since when the longest waiting of these waits; None when none does."""
    rows = fetch(conn, _WAITING_SINCE)
    return rows[0][0] if rows else None


def waiting_ids(conn: Connection, most: int) -> list[str]:
    """Deliveries that a web has kept and nobody has tried to apply yet, the longest waiting first."""
    return [row[0] for row in fetch(conn, _WAITING_IDS, most=most)]


def dead_letters(conn: Connection, limit: int = 200) -> list[DeadLetter]:
    """Deliveries that failed, oldest first, for the treasurer."""
    d = delivery.c
    rows = conn.execute(
        sa.select(d.id, d.type, d.received_at, d.attempts, d.error, d.next_attempt_at)
        .where(d.applied_at.is_(None), d.error.is_not(None))
        .order_by(d.received_at, d.id)
        .limit(limit)
    )
    return [DeadLetter(*row) for row in rows]


def unapplied_count(conn: Connection) -> int:
    """How many kept deliveries are not in the books."""
    waiting = sa.select(sa.func.count()).select_from(delivery).where(delivery.c.applied_at.is_(None))
    return conn.scalar(waiting) or 0

"""Count attempts to get in, by account and by network address, and refuse more than a limit.

Counted in the database, so that any number of webs count together, and before the attempt is looked at, so that many
at once are no way around it. Each limit is for a window of time that begins with the first attempt and then ends,
whatever was tried: nobody is locked out for good.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import put_rows
from database.questions import has_come
from web.tables import attempt_count

LONGEST_WINDOW = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AttemptLimit:
    """How many attempts of a kind one account or network address has in a window of time."""

    kind: str
    most: int
    window: timedelta


def count_attempt(conn: Connection, limit: AttemptLimit, who: str, now: datetime) -> bool:
    """Count an attempt of this account or address; False when it is one too many. Removes counts that have ended."""
    a, key = attempt_count.c, _key(limit, who)
    ended = sa.and_(a.key_hash == key, sa.or_(a.since <= now - limit.window, a.since > now))
    conn.execute(sa.delete(attempt_count).where(ended))
    row = {"key_hash": key, "attempts": 1, "since": now}
    put_rows(conn, attempt_count, [row], "DO UPDATE SET attempts = attempt_count.attempts + 1")
    counted = conn.scalar(sa.select(a.attempts).where(a.key_hash == key))
    if counted == 1:
        conn.execute(sa.delete(attempt_count).where(has_come(a.since, now - LONGEST_WINDOW, 2 * LONGEST_WINDOW)))
    return counted is not None and counted <= limit.most


def has_attempts_left(conn: Connection, limit: AttemptLimit, who: str, now: datetime) -> bool:
    """Whether another attempt would be looked at. Asked first, so that whoever guesses on costs no write."""
    a = attempt_count.c
    used_up = sa.select(a.attempts).where(
        a.key_hash == _key(limit, who), a.attempts >= limit.most, a.since > now - limit.window, a.since <= now
    )
    return conn.execute(used_up).first() is None


def forget_attempts(conn: Connection, limit: AttemptLimit, who: str) -> None:
    """Begin to count anew, because somebody got in."""
    conn.execute(sa.delete(attempt_count).where(attempt_count.c.key_hash == _key(limit, who)))


def _key(limit: AttemptLimit, who: str) -> bytes:
    return hashlib.sha256(f"{limit.kind}\n{who}".encode()).digest()

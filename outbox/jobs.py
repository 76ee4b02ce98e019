"""Jobs: named by kind and subject, so that the same thing is never queued twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import put_rows
from outbox import tables

Payload = Mapping[str, Any]

# How long a worker may take before another takes the job over; handlers can be run again.
LEASE = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do: what kind, about what, and how often it was tried."""

    key: str
    kind: str
    payload: Payload
    attempts: int
    queued_at: datetime


def enqueue(
    conn: Connection, kind: str, subject: str, payload: Payload, *, now: datetime, urgent: bool = False
) -> None:
    """Queue a job in the caller's transaction; the same kind and subject waits only once."""
    enqueue_many(conn, kind, [(subject, payload)], now=now)
    if urgent:
        hurry(conn, kind, subject, now=now)


def enqueue_many(conn: Connection, kind: str, work: Sequence[tuple[str, Payload]], *, now: datetime) -> None:
    """Queue many jobs of one kind with one statement.

    A job that is running (or failed before) may already have looked at what it is about, so it is marked as
    asked for anew: see `finish`.
    """
    wanted = {f"{kind}:{subject}": payload for subject, payload in work}
    rows = [
        {
            "key": key, "kind": kind, "payload": payload, "urgent": False,
            "queued_at": now, "due_at": now, "attempts": 0, "error": None,
        }
        for key, payload in sorted(wanted.items())
    ]  # fmt: skip
    put_rows(conn, tables.job, rows, "DO UPDATE SET queued_at = excluded.queued_at WHERE job.attempts > 0")


def hurry(conn: Connection, kind: str, subject: str, *, now: datetime) -> None:
    """Put a waiting job first in line: somebody is looking at the page that needs it."""
    t = tables.job
    waiting = sa.update(t).where(t.c.key == f"{kind}:{subject}", t.c.due_at <= now)
    conn.execute(waiting.values(urgent=True))


def claim(conn: Connection, now: datetime) -> Job | None:
    """Lease the next due job to the caller, or None. Several workers never get the same one."""
    t = tables.job
    row = conn.execute(
        sa.select(t)
        .where(t.c.due_at <= now)
        .order_by(t.c.urgent.desc(), t.c.due_at, t.c.key)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return None
    conn.execute(sa.update(t).where(t.c.key == row.key).values(due_at=now + LEASE, attempts=row.attempts + 1))
    return Job(row.key, row.kind, row.payload, row.attempts + 1, row.queued_at)


def finish(conn: Connection, job: Job) -> None:
    """The job is done and leaves the table; if it was asked for again while it ran, it is due again."""
    t = tables.job
    done = conn.execute(sa.delete(t).where(*_still_ours(job), t.c.queued_at == job.queued_at))
    if not done.rowcount:
        conn.execute(sa.update(t).where(*_still_ours(job)).values(due_at=t.c.queued_at, attempts=0, error=None))


def postpone(conn: Connection, job: Job, error: str, now: datetime) -> None:
    """Keep a job that failed, with its error, for a later try: 2, 4, 8 … seconds, at most an hour."""
    wait = min(timedelta(seconds=2 ** min(job.attempts, 12)), LONGEST_WAIT)
    waiting = sa.update(tables.job).where(*_still_ours(job))
    conn.execute(waiting.values(due_at=now + wait, error=_writable(error)))


def _still_ours(job: Job) -> tuple[sa.ColumnElement[bool], ...]:
    """Nobody has taken the job over since, because our lease ran out."""
    return tables.job.c.key == job.key, tables.job.c.attempts == job.attempts


def _writable(error: str) -> str:
    """What a text column takes, whatever was in the error: no NUL, no half characters, not too long."""
    return error[:2000].replace("\x00", "\ufffd").encode(errors="replace").decode()


def oldest_waiting(conn: Connection) -> datetime | None:
    """When the longest-waiting job was queued, or None when nothing waits."""
    oldest: datetime | None = conn.scalar(sa.select(sa.func.min(tables.job.c.queued_at)))
    return oldest


def waiting(conn: Connection) -> int:
    """How many jobs wait, failed ones included."""
    return conn.scalar(sa.select(sa.func.count()).select_from(tables.job)) or 0

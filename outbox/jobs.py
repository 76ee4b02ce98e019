"""The queue of jobs. A job is keyed by kind and subject, so the same work is queued once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import put_rows
from database.questions import has_come
from outbox import tables

Payload = Mapping[str, Any]

# After this long another worker takes the job over, so handlers must be safe to run twice.
LEASE = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Job:
    """A unit of work: its kind and payload, and how often it was tried."""

    key: str
    kind: str
    payload: Payload
    attempts: int
    queued_at: datetime


def enqueue(
    conn: Connection, kind: str, subject: str, payload: Payload, *, now: datetime, urgent: bool = False
) -> None:
    """Queue a job in the caller's transaction. A job of the same kind and subject that waits is not queued again."""
    enqueue_many(conn, kind, [(subject, payload)], now=now)
    if urgent:
        make_urgent(conn, kind, subject, now=now)


def enqueue_many(conn: Connection, kind: str, work: Sequence[tuple[str, Payload]], *, now: datetime) -> None:
    """Queue many jobs of one kind with one statement.

    A job that runs now, or has failed, may have read its subject before this. Its new `queued_at` makes `finish`
    run it again.
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


def go_on_with(conn: Connection, kind: str, subject: str, payload: Payload, *, now: datetime) -> None:
    """Queue a job with this payload, whatever it was queued with before: for one that does its work in parts."""
    enqueue(conn, kind, subject, payload, now=now)
    t = tables.job
    conn.execute(sa.update(t).where(t.c.key == f"{kind}:{subject}").values(payload=payload))


def make_urgent(conn: Connection, kind: str, subject: str, *, now: datetime) -> None:
    """Let a waiting job run before all others, because somebody waits for its result."""
    t = tables.job
    waiting = sa.update(t).where(t.c.key == f"{kind}:{subject}", has_come(t.c.due_at, now, LONGEST_WAIT))
    conn.execute(waiting.values(urgent=True))


def space_out(conn: Connection, kind: str, now: datetime, every: timedelta) -> None:
    """Let the waiting jobs of a kind fall due one after another from now on, so that newer work is not kept waiting."""
    t = tables.job
    waiting = conn.scalars(sa.select(t.c.key).where(t.c.kind == kind).order_by(t.c.due_at, t.c.key)).all()
    for n, key in enumerate(waiting):
        conn.execute(sa.update(t).where(t.c.key == key).values(due_at=now + n * every))


def claim(conn: Connection, now: datetime) -> Job | None:
    """Lease the next due job to the caller; None when nothing is due. Two workers never get the same job."""
    t = tables.job
    row = conn.execute(
        sa.select(t)
        .where(has_come(t.c.due_at, now, LONGEST_WAIT))
        .order_by(t.c.urgent.desc(), t.c.due_at, t.c.key)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return None
    conn.execute(sa.update(t).where(t.c.key == row.key).values(due_at=now + LEASE, attempts=row.attempts + 1))
    return Job(row.key, row.kind, row.payload, row.attempts + 1, row.queued_at)


def finish(conn: Connection, job: Job) -> None:
    """Delete a job that is done. If it was queued again while it ran, it is due again instead."""
    t = tables.job
    done = conn.execute(sa.delete(t).where(*_still_ours(job), t.c.queued_at == job.queued_at))
    if not done.rowcount:
        conn.execute(sa.update(t).where(*_still_ours(job)).values(due_at=t.c.queued_at, attempts=0, error=None))


def postpone(conn: Connection, job: Job, error: str, now: datetime, wait: timedelta | None = None) -> None:
    """Try a job that failed again later, and keep its error: after `wait`, or 2, 4, 8 … seconds, at most an hour."""
    wait = min(wait or timedelta(seconds=2 ** min(job.attempts, 12)), LONGEST_WAIT)
    waiting = sa.update(tables.job).where(*_still_ours(job))
    conn.execute(waiting.values(due_at=now + wait, error=_writable(error)))


def _still_ours(job: Job) -> tuple[sa.ColumnElement[bool], ...]:
    """No other worker has taken the job over after our lease ended."""
    return tables.job.c.key == job.key, tables.job.c.attempts == job.attempts


def _writable(error: str) -> str:
    """The error as a text column accepts it: without NUL and surrogates, at most 2,000 characters."""
    return error[:2000].replace("\x00", "\ufffd").encode(errors="replace").decode()


def hasten(conn: Connection, kind: str, error: str, now: datetime) -> None:
    """Let the jobs of this kind that failed with this error be tried now: what kept them from being done has passed.

    A job whose next attempt is nearer than a lease may be running, and is left alone.
    """
    t = tables.job
    failed = sa.update(t).where(t.c.kind == kind, t.c.error == error, t.c.due_at > now + LEASE)
    conn.execute(failed.values(due_at=now, attempts=0))


def is_queued(conn: Connection, kind: str, subject: str) -> bool:
    """Whether this job waits or runs."""
    t = tables.job.c
    return conn.scalar(sa.select(t.key).where(t.key == f"{kind}:{subject}")) is not None


def is_kind_queued(conn: Connection, kind: str) -> bool:
    """Whether any job of this kind waits or runs."""
    return conn.scalar(sa.select(tables.job.c.key).where(tables.job.c.kind == kind).limit(1)) is not None


def payload_of(conn: Connection, kind: str, subject: str) -> Payload | None:
    """What this job was queued with; None when it neither waits nor runs."""
    t = tables.job.c
    payload: Payload | None = conn.scalar(sa.select(t.payload).where(t.key == f"{kind}:{subject}"))
    return payload


def last_error(conn: Connection, kind: str, subject: str) -> tuple[str, datetime] | None:
    """The error that a waiting job has failed with, and when it is tried again; None when it has not failed."""
    t = tables.job.c
    row = conn.execute(sa.select(t.error, t.due_at).where(t.key == f"{kind}:{subject}")).one_or_none()
    return (row.error, row.due_at) if row is not None and row.error else None


def errors_of(conn: Connection, kind: str) -> list[str]:
    """The errors that waiting jobs of this kind have failed with."""
    t = tables.job.c
    return list(conn.scalars(sa.select(t.error).where(t.kind == kind, t.error.is_not(None))))


def oldest_waiting(conn: Connection) -> datetime | None:
    """When the longest-waiting job was queued, or None when nothing waits."""
    oldest: datetime | None = conn.scalar(sa.select(sa.func.min(tables.job.c.queued_at)))
    return oldest


def waiting_count(conn: Connection) -> int:
    """How many jobs wait, failed ones included."""
    return conn.scalar(sa.select(sa.func.count()).select_from(tables.job)) or 0

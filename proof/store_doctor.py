"""The doctor's questions to the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.questions import look_up
from ledger.views import oldest_uncleared
from outbox.letter_views import MailHealth, mail_health
from outbox.tables import job
from payments.books.tables import waiting_fact
from payments.giving.surge_views import SurgeState, surge_state
from payments.inbox.store import dead_letters
from payments.inbox.tables import delivery
from payments.settlement.tables import contact, walk
from receipts.tables import receipt, receipt_pdf
from web.tables import session

TOLERANCE = timedelta(minutes=5)  # between the clocks of two machines, as for Stripe's signatures
# The settings under which a commit survives a power cut (database/sqlite.py, postgresql.py), as each database
# writes them.
_SAFE_SQLITE = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"}
_SAFE_POSTGRESQL = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


@dataclass(frozen=True, slots=True)
class JobQueue:
    """The outbox: how many jobs wait, how many have failed, since when the oldest is overdue, the worst one's error."""

    waiting: int
    failing: int
    overdue_since: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class StripeContact:
    """When Stripe last answered, and since when and with which error it does not."""

    answered_at: datetime | None
    failing_since: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Health:
    """What the database knows of this installation's health."""

    last_delivery: datetime | None
    dead_letters: int
    waiting_facts: tuple[tuple[str, datetime], ...]
    uncleared_since: datetime | None
    jobs: JobQueue
    contact: StripeContact
    reconciled_at: datetime | None
    unsafe: dict[str, str]
    unprinted: int
    unprinted_since: datetime | None
    mail: MailHealth
    in_future: Mapping[str, datetime] = field(default_factory=dict)
    surge: SurgeState = field(default_factory=SurgeState)


def health(conn: Connection, now: datetime) -> Health:
    """Everything that the doctor reads from the database."""
    unprinted, since = _unprinted(conn)
    return Health(
        last_delivery=_last(conn, delivery.c.received_at, delivery.c.received_at <= now + TOLERANCE),
        dead_letters=len(dead_letters(conn)),
        waiting_facts=_waiting_facts(conn),
        uncleared_since=oldest_uncleared(conn),
        jobs=_jobs(conn, now),
        contact=_contact(conn),
        reconciled_at=conn.scalar(sa.select(walk.c.walked_at).where(walk.c.name == "events")),
        unsafe=_unsafe(conn),
        unprinted=unprinted,
        unprinted_since=since,
        mail=mail_health(conn),
        in_future=_in_future(conn, now),
        surge=surge_state(conn, now),
    )


def _last(conn: Connection, at: sa.Column[datetime], *conditions: sa.ColumnElement[bool]) -> datetime | None:
    """The last instant in a column."""
    last: datetime | None = conn.scalar(sa.select(sa.func.max(at, type_=at.type)).where(*conditions))
    return last


def _in_future(conn: Connection, now: datetime) -> dict[str, datetime]:
    """What was written while this machine's clock was ahead and still has an effect, with its last instant."""
    columns = {
        "jobs": job.c.queued_at,
        "lists": walk.c.walked_at,
        "Stripe's answer": contact.c.answered_at,
        "sign-ins": session.c.seen_at,
    }
    last = {name: _last(conn, at, at > now + TOLERANCE) for name, at in columns.items()}
    last["dead letters"] = _last(conn, delivery.c.received_at, delivery.c.applied_at.is_(None))
    return {name: at for name, at in last.items() if at is not None and at > now + TOLERANCE}


def kept_deliveries(conn: Connection, ids: Sequence[str]) -> set[str]:
    """Those of these events that were delivered to us, by id."""
    return {row[0] for row in look_up(conn, (delivery.c.id,), delivery.c.id, ids)}


def _waiting_facts(conn: Connection) -> tuple[tuple[str, datetime], ...]:
    w = waiting_fact.c
    rows = conn.execute(sa.select(w.fact, w.since).order_by(w.since, w.fact))
    return tuple((row[0], row[1]) for row in rows)


def _jobs(conn: Connection, now: datetime) -> JobQueue:
    j = job.c
    failing = sa.func.count(sa.case((j.error.is_not(None), 1)))
    overdue = sa.func.min(sa.case((j.due_at <= now, j.due_at)), type_=j.due_at.type)
    waiting, failed, since = conn.execute(sa.select(sa.func.count(), failing, overdue).select_from(job)).one()
    error = sa.select(j.kind, j.error).where(j.error.is_not(None)).order_by(j.attempts.desc(), j.key).limit(1)
    row = conn.execute(error).one_or_none()
    return JobQueue(waiting, failed, since, f"{row[0]}: {row[1]}" if row else None)


def _contact(conn: Connection) -> StripeContact:
    c = contact.c
    row = conn.execute(sa.select(c.answered_at, c.failing_since, c.error)).one_or_none()
    return StripeContact(*row) if row else StripeContact(None, None, None)


def _unprinted(conn: Connection) -> tuple[int, datetime | None]:
    since = sa.func.min(receipt.c.issued_at, type_=receipt.c.issued_at.type)
    row = conn.execute(
        sa.select(sa.func.count(), since)
        .select_from(receipt.outerjoin(receipt_pdf, receipt_pdf.c.receipt_id == receipt.c.id))
        .where(receipt_pdf.c.receipt_id.is_(None))
    ).one()
    return row[0], row[1]


def _unsafe(conn: Connection) -> dict[str, str]:
    """Settings under which the database may forget a commit, read back from the server as they are now."""
    if conn.dialect.name == "sqlite":
        current = {name: conn.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in _SAFE_SQLITE}
        return _differing(current, _SAFE_SQLITE)
    current = {name: conn.exec_driver_sql(f"SHOW {name}").scalar_one() for name in _SAFE_POSTGRESQL}
    return {name: value for name, value in _differing(current, _SAFE_POSTGRESQL).items() if value in {"off", "local"}}


def _differing(current: dict[str, Any], safe: dict[str, str]) -> dict[str, str]:
    return {name: str(value) for name, value in current.items() if str(value) != safe[name]}

"""How far Stripe's lists were read, how our balance compared with Stripe's, and whether Stripe answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import put_rows
from payments.settlement.balance_checks import BalanceComparison
from payments.settlement.tables import LISTS, balance_check, contact, walk

LATELY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a list was read: everything up to `reached` is known.

    An interrupted run goes on after the row `cursor`. When it has read down to `reached`, everything up to `aim` is
    known.
    """

    name: str
    reached: datetime | None = None
    aim: datetime | None = None
    cursor: str | None = None


def load_checkpoint(conn: Connection, name: str) -> Checkpoint:
    """How far this list was read; an empty checkpoint for one that was never read."""
    t = walk.c
    row = conn.execute(sa.select(t.name, t.reached, t.aim, t.cursor).where(t.name == name)).first()
    return Checkpoint(*row) if row else Checkpoint(name)


def read_up_to(conn: Connection) -> dict[str, datetime | None]:
    """Up to which instant each list was read; None for one that was never read."""
    return {name: load_checkpoint(conn, name).reached for name in LISTS}


def save_checkpoint(conn: Connection, now: datetime, checkpoint: Checkpoint) -> None:
    """Save how far a list was read, in the transaction that applies its rows."""
    row = {
        "name": checkpoint.name,
        "reached": checkpoint.reached,
        "aim": checkpoint.aim,
        "cursor": checkpoint.cursor,
        "walked_at": now,
    }
    changed = ", ".join(f"{name} = excluded.{name}" for name in ("reached", "aim", "cursor", "walked_at"))
    put_rows(conn, walk, [row], f"DO UPDATE SET {changed}")


def was_read_lately(conn: Connection, now: datetime) -> bool:
    """Whether a reconcile has read Stripe's events within the last minutes; the settlement reads other lists."""
    t = walk.c
    lately = sa.and_(t.walked_at > now - LATELY, t.walked_at <= now)  # not by a clock that was ahead
    return conn.scalar(sa.select(t.name).where(t.name == "events", lately)) is not None


def was_compared(conn: Connection) -> bool:
    """Whether our balance was ever compared with Stripe's: the first comparison opens the books."""
    return conn.scalar(sa.select(balance_check.c.currency).limit(1)) is not None


def save_balance_checks(conn: Connection, checks: Iterable[BalanceComparison], now: datetime) -> None:
    """Save the latest comparison, by currency."""
    rows = [
        {
            "currency": check.ours.currency.code,
            "ours_minor": check.ours.minor,
            "theirs_minor": check.theirs.minor,
            "checked_at": now,
        }
        for check in checks
    ]
    names = ("ours_minor", "theirs_minor", "checked_at")
    put_rows(conn, balance_check, rows, f"DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in names)}")


def note_answer(conn: Connection, now: datetime) -> None:
    """Note that Stripe answers."""
    row = {"id": 1, "answered_at": now, "failing_since": None, "error": None}
    put_rows(
        conn, contact, [row], "DO UPDATE SET answered_at = excluded.answered_at, failing_since = NULL, error = NULL"
    )


def note_failure(conn: Connection, error: str, now: datetime) -> None:
    """Note since when Stripe does not answer or refuses what we ask, and its latest error."""
    row = {"id": 1, "answered_at": None, "failing_since": now, "error": error}
    since = "coalesce(contact.failing_since, excluded.failing_since)"
    put_rows(conn, contact, [row], f"DO UPDATE SET failing_since = {since}, error = excluded.error")

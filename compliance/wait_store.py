"""Gifts that wait until it is known whether they need a check, and values in pounds that the desk entered."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from compliance.check_wait import CheckWaitReason
from compliance.tables import check_wait, pound_value
from database.bulk import change_rows, insert_rows
from database.questions import among
from ledger.money import GBP, Money
from outbox.jobs import enqueue

LOOK_AGAIN = "compliance.look"
"""The job that looks at gifts that wait."""

_w, _p = check_wait.c, pound_value.c


def let_wait(conn: Connection, reasons: Mapping[str, CheckWaitReason], now: datetime) -> None:
    """Note that these gifts wait, with the job that looks at them again. One that waits already goes on waiting."""
    if not reasons:
        return
    known = set(conn.scalars(sa.select(_w.gift_id).where(among(conn, _w.gift_id, sorted(reasons)))))
    rows = [{"gift_id": key, "why": why.value, "since": now, "ended_at": None} for key, why in sorted(reasons.items())]
    insert_rows(conn, check_wait, [row for row in rows if row["gift_id"] not in known])
    again = [{"gift_id": row["gift_id"], "why": row["why"], "ended_at": None} for row in rows]
    change_rows(conn, check_wait, [row for row in again if row["gift_id"] in known])
    enqueue(conn, LOOK_AGAIN, "waiting", {}, now=now)


def end_waits(conn: Connection, gift_ids: Sequence[str], now: datetime) -> None:
    """These gifts could be looked at."""
    still = sa.select(_w.gift_id).where(among(conn, _w.gift_id, gift_ids), _w.ended_at.is_(None))
    change_rows(conn, check_wait, [{"gift_id": key, "ended_at": now} for key in sorted(conn.scalars(still))])


def add_pound_value(conn: Connection, gift_id: str, value: Money, source: str, staff_id: str, now: datetime) -> None:
    """Say what a gift in another currency is worth in pounds, and where that was read. The newest counts."""
    if value.currency != GBP or value.minor <= 0 or not source.strip():
        raise ValueError("a value is an amount of pounds, with the source of the rate")
    row = {
        "id": (conn.scalar(sa.select(sa.func.max(_p.id))) or 0) + 1,
        "gift_id": gift_id,
        "value_minor": value.minor,
        "source": source,
        "staff_id": staff_id,
        "at": now,
    }
    insert_rows(conn, pound_value, [row])

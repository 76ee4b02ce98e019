"""Receipts of donors who were erased: no link opens them any more, and on its day the donor's name goes."""

import json
from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from receipts.tables import receipt, receipt_pdf, receipt_token

_r = receipt.c


def last_receipt_day(conn: Connection, gift_ids: Sequence[str]) -> date | None:
    """The day of the last receipt of these gifts."""
    day: date | None = conn.scalar(sa.select(sa.func.max(_r.issued_on)).where(_r.gift_id.in_(gift_ids)))
    return day


def close_receipts(conn: Connection, gift_ids: Sequence[str]) -> None:
    """End every link to the receipts of these gifts. From now on only the desk opens them."""
    own = sa.select(_r.id).where(_r.gift_id.in_(gift_ids))
    conn.execute(sa.delete(receipt_token).where(receipt_token.c.receipt_id.in_(own)))


def erase_receipts(conn: Connection, gift_ids: Sequence[str], up_to: date, now: datetime) -> list[str]:
    """Take the donor out of the receipts of these gifts that were issued until that day; returns whose they were.

    Numbers and amounts stay, so that a year's receipts have no gap.
    """
    due = sa.and_(_r.gift_id.in_(gift_ids), _r.issued_on <= up_to, _r.erased_at.is_(None))
    rows = conn.execute(sa.select(_r.id, _r.gift_id, _r.snapshot).where(due)).all()
    for row in rows:
        snapshot = json.dumps(json.loads(row.snapshot) | {"donor_name": ""}, sort_keys=True, separators=(",", ":"))
        conn.execute(sa.update(receipt).where(_r.id == row.id).values(snapshot=snapshot, erased_at=now))
        printed = sa.and_(receipt_pdf.c.receipt_id == row.id, receipt_pdf.c.erased_at.is_(None))
        conn.execute(sa.update(receipt_pdf).where(printed).values(pdf=b"", erased_at=now))
    return [row.gift_id for row in rows]

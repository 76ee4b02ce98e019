"""Receipts of donors who were erased: no link opens them any more, and on its day the donor's name goes."""

import json
from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from receipts.document_store import credit_subject
from receipts.tables import document, document_pdf, receipt, receipt_pdf, receipt_token

_r, _d = receipt.c, document.c


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
        snapshot = _without_donor(row.snapshot)
        conn.execute(sa.update(receipt).where(_r.id == row.id).values(snapshot=snapshot, erased_at=now))
        printed = sa.and_(receipt_pdf.c.receipt_id == row.id, receipt_pdf.c.erased_at.is_(None))
        conn.execute(sa.update(receipt_pdf).where(printed).values(pdf=b"", erased_at=now))
    return [row.gift_id for row in rows]


def erase_documents(
    conn: Connection, gift_ids: Sequence[str], donor_ids: Sequence[str], up_to: date, now: datetime
) -> int:
    """Take donors out of the credit notes of these gifts and out of their statements of until that day; how many."""
    notes = _d.subject.in_([credit_subject(gift_id) for gift_id in gift_ids])
    of_person = sa.or_(notes, _d.donor_id.in_(donor_ids))
    due = sa.and_(of_person, _d.issued_on <= up_to, _d.erased_at.is_(None))
    rows = conn.execute(sa.select(_d.id, _d.snapshot).where(due)).all()
    for row in rows:
        snapshot = _without_donor(row.snapshot)
        conn.execute(sa.update(document).where(_d.id == row.id).values(snapshot=snapshot, erased_at=now))
        printed = sa.and_(document_pdf.c.document_id == row.id, document_pdf.c.erased_at.is_(None))
        conn.execute(sa.update(document_pdf).where(printed).values(pdf=b"", erased_at=now))
    return len(rows)


def _without_donor(snapshot: str) -> str:
    """A snapshot without name and address."""
    kept = {name: fact for name, fact in json.loads(snapshot).items() if name != "donor_address"}
    return json.dumps(kept | {"donor_name": ""}, sort_keys=True, separators=(",", ":"))

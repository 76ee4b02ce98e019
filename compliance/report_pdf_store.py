"""Reports as they were printed: a filed one once and for ever, a draft until the next day."""

import hashlib
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from compliance.tables import draft_report_pdf, filed_report_pdf

_f, _d = filed_report_pdf.c, draft_report_pdf.c
DRAFTS_STAY = timedelta(days=1)


def filed_pdf(conn: Connection, report_id: int) -> bytes | None:
    """A filed report as it was printed; None until it is."""
    pdf: bytes | None = conn.scalar(sa.select(_f.pdf).where(_f.report_id == report_id))
    return pdf


def save_filed_pdf(conn: Connection, report_id: int, pdf: bytes, now: datetime) -> None:
    """Keep a filed report as it was printed. It is printed once, so that its bytes never change."""
    digest = hashlib.sha256(pdf).hexdigest()
    conn.execute(sa.insert(filed_report_pdf).values(report_id=report_id, pdf=pdf, sha256=digest, printed_at=now))


def draft_pdf(conn: Connection, key: str) -> bytes | None:
    """The draft that says exactly this, if it was printed lately."""
    pdf: bytes | None = conn.scalar(sa.select(_d.pdf).where(_d.key == key))
    return pdf


def save_draft_pdf(conn: Connection, key: str, pdf: bytes, now: datetime) -> None:
    """Keep a draft for a day."""
    if draft_pdf(conn, key) is None:
        conn.execute(sa.insert(draft_report_pdf).values(key=key, pdf=pdf, printed_at=now))


def remove_old_drafts(conn: Connection, now: datetime) -> None:
    """Remove drafts that were printed more than a day ago: they hold donors' names and addresses."""
    conn.execute(sa.delete(draft_report_pdf).where(_d.printed_at < now - DRAFTS_STAY))

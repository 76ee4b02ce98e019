"""Remembered columns of CSV files, and files that are kept between a dry run and its confirmation."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import insert_rows, put_rows
from database.questions import has_come
from web.csv_columns import Columns, CsvField, fits, guess_columns
from web.csv_files import CsvTable
from web.tables import csv_columns, csv_upload

KEPT_FOR = timedelta(days=1)
MOST_KEPT = 10  # files of one purpose, at 2 MB each


@dataclass(frozen=True, slots=True)
class CsvUpload:
    """A file as it was uploaded: what is confirmed is what was looked at. `sha256` says so to people too."""

    id: str
    purpose: str
    content: bytes
    sha256: str
    who: str
    kept_at: datetime


def remember_columns(conn: Connection, purpose: str, shape: str, columns: Columns, now: datetime) -> None:
    """Keep the choice for the next file with the same header."""
    row = {"purpose": purpose, "shape": shape, "places": dict(columns), "chosen_at": now}
    put_rows(conn, csv_columns, [row], "DO UPDATE SET places = excluded.places, chosen_at = excluded.chosen_at")


def remembered_columns(conn: Connection, purpose: str, shape: str) -> dict[str, int] | None:
    """The choice for files with this header, if somebody made one."""
    c = csv_columns.c
    places = conn.scalar(sa.select(c.places).where(c.purpose == purpose, c.shape == shape))
    return None if places is None else {str(name): int(place) for name, place in places.items()}


def known_columns(conn: Connection, purpose: str, table: CsvTable, fields: Sequence[CsvField]) -> Columns:
    """The columns of a file as somebody chose them for its header, else by their usual names; some may be missing."""
    remembered = remembered_columns(conn, purpose, table.shape)
    return remembered if remembered and fits(remembered, table, fields) else guess_columns(table, fields)


def keep_upload(conn: Connection, purpose: str, content: bytes, who: str, now: datetime) -> CsvUpload:
    """Keep a file for a day. Files that have expired go, and the oldest of too many."""
    digest = hashlib.sha256(content).hexdigest()
    upload = CsvUpload(str(uuid4()), purpose, content, digest, who, now)
    u = csv_upload.c
    forget_expired_uploads(conn, now)
    newest = sa.select(u.id).where(u.purpose == purpose).order_by(u.kept_at.desc(), u.id).limit(MOST_KEPT - 1)
    ids = list(conn.scalars(newest))
    conn.execute(sa.delete(csv_upload).where(u.purpose == purpose, u.id.not_in(ids)))
    row = {
        "id": upload.id, "purpose": purpose, "content": content, "sha256": digest, "who": who, "kept_at": now,
    }  # fmt: skip
    insert_rows(conn, csv_upload, [row])
    return upload


def upload_of(conn: Connection, purpose: str, upload_id: str, now: datetime) -> CsvUpload | None:
    """A file that is kept; None once it expired, was used or was forgotten."""
    u = csv_upload.c
    row = conn.execute(
        sa.select(csv_upload).where(u.id == upload_id, u.purpose == purpose, u.kept_at > now - KEPT_FOR)
    ).one_or_none()
    return None if row is None else CsvUpload(row.id, row.purpose, row.content, row.sha256, row.who, row.kept_at)


def forget_upload(conn: Connection, upload_id: str) -> None:
    """Remove a file that was used."""
    conn.execute(sa.delete(csv_upload).where(csv_upload.c.id == upload_id))


def forget_expired_uploads(conn: Connection, now: datetime) -> None:
    """Remove files that nobody confirmed in time."""
    conn.execute(sa.delete(csv_upload).where(has_come(csv_upload.c.kept_at, now - KEPT_FOR, 2 * KEPT_FOR)))


def forget_uploads(conn: Connection) -> None:
    """Remove all files: one may name a donor who is erased. Whoever was about to confirm one uploads it again."""
    conn.execute(sa.delete(csv_upload))

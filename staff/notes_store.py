"""Notes that staff write beside something of the desk. A note is never changed; one that was removed loses its text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import insert_rows
from ledger.kinds import EntryKind
from staff.act import Subject
from staff.tables import note, staff_member

LONGEST_NOTE = 2000
_n, _m = note.c, staff_member.c


class Noted(StrEnum):
    """What a note can be about."""

    GIFT = EntryKind.GIFT.value
    DONOR = "donor"
    RECURRING = "recurring"


@dataclass(frozen=True, slots=True)
class Note:
    """A note, and the name of the member of staff who wrote it. `who` is the member's id."""

    id: str
    about: Subject
    text: str
    who: str
    name: str
    written_at: datetime


def write_note(conn: Connection, note_id: str, about: Subject, text: str, by: tuple[str, datetime]) -> None:
    """Keep a note, by this member and at this instant. The same note again changes nothing."""
    if conn.scalar(sa.select(_n.id).where(_n.id == note_id)) is not None:
        return
    who, now = by
    row = {"id": note_id, "about": about.kind, "about_id": about.id, "text": text, "who": who, "written_at": now}
    insert_rows(conn, note, [row])


def notes_about(conn: Connection, kind: Noted, ids: Sequence[str]) -> list[Note]:
    """The notes beside these, the newest first."""
    rows = conn.execute(
        sa.select(note, _m.name)
        .outerjoin(staff_member, _m.id == _n.who)
        .where(_n.about == kind.value, _n.about_id.in_(ids), _n.removed_at.is_(None))
        .order_by(_n.written_at.desc(), _n.id)
    )
    return [
        Note(row.id, Subject(row.about, row.about_id), row.text, row.who, row.name or "", row.written_at)
        for row in rows
    ]


def note_by_id(conn: Connection, note_id: str) -> Subject | None:
    """What this note is about; None where there is none, or it was removed."""
    row = conn.execute(sa.select(_n.about, _n.about_id).where(_n.id == note_id, _n.removed_at.is_(None))).one_or_none()
    return Subject(row.about, row.about_id) if row else None


def remove_note(conn: Connection, note_id: str, by: tuple[str, datetime]) -> None:
    """Take a note's text away; that there was one stays known."""
    who, now = by
    _remove(conn, _n.id == note_id, who, now)


def erase_notes(conn: Connection, kind: Noted, ids: Sequence[str], now: datetime) -> None:
    """Take away what was written about a donor who asked to be erased."""
    _remove(conn, sa.and_(_n.about == kind.value, _n.about_id.in_(ids)), "erasure", now)


def _remove(conn: Connection, which: sa.ColumnElement[bool], who: str, now: datetime) -> None:
    gone = {"text": "", "removed_at": now, "removed_by": who}
    conn.execute(sa.update(note).where(which, _n.removed_at.is_(None)).values(**gone))

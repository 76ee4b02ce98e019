"""Donors who were erased: what was asked for is kept, the person is not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import insert_rows
from donors.donor import ERASED
from donors.link_store import end_donor_links
from donors.tables import donor, erasure
from donors.word_store import remove_words
from outbox.jobs import enqueue
from web.sessions import Holder, HolderKind, end_sessions_of

# The kind of job that takes a donor out of everything: {"donors": ids}.
ERASE_DONOR = "donor.erase"
BY_DONOR_THEMSELVES = "donor"


@dataclass(frozen=True, slots=True)
class Erasure:
    """A donor who asked to be erased. `kept_until` is the last day of what the law has kept; None: nothing is."""

    donor: str
    asked_at: datetime
    who: str
    kept_until: date | None


def ask_for_erasure(
    conn: Connection, donor_ids: Sequence[str], who: str, kept_until: date | None, now: datetime
) -> bool:
    """Keep the wish and queue the work; the donor's sessions and links end. False when it was asked for before."""
    known = set(conn.scalars(sa.select(erasure.c.donor_id).where(erasure.c.donor_id.in_(donor_ids))))
    new = [donor_id for donor_id in donor_ids if donor_id not in known]
    rows = [
        {"id": str(uuid4()), "donor_id": donor_id, "asked_at": now, "who": who, "kept_until": kept_until}
        for donor_id in new
    ]
    insert_rows(conn, erasure, rows)
    for donor_id in new:
        end_sessions_of(conn, Holder(HolderKind.DONOR, donor_id))
        end_donor_links(conn, donor_id, now)
    if new:
        enqueue(conn, ERASE_DONOR, new[0], {"donors": list(donor_ids)}, now=now, urgent=True)
    return bool(new)


def erase_details(conn: Connection, donor_ids: Sequence[str]) -> None:
    """Take name and address out of these donors. Whoever gives with the address again is a new donor."""
    remove_words(conn, donor_ids)
    for donor_id in donor_ids:
        nobody = f"{donor_id}@{ERASED}"
        conn.execute(sa.update(donor).where(donor.c.id == donor_id).values(name="", email=nobody, email_key=nobody))


def erased_donors(conn: Connection) -> list[str]:
    """The ids of all donors who asked to be erased."""
    return list(conn.scalars(sa.select(erasure.c.donor_id).order_by(erasure.c.asked_at, erasure.c.donor_id)))


def erasures(conn: Connection, limit: int) -> list[Erasure]:
    """Who asked to be erased, the newest first."""
    e = erasure.c
    rows = conn.execute(sa.select(e.donor_id, e.asked_at, e.who, e.kept_until).order_by(e.asked_at.desc()).limit(limit))
    return [Erasure(*row) for row in rows]

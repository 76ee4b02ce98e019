"""Donors whom staff joined, so that their gifts are added up together."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from compliance.check_steps import NamedPerson
from compliance.donor_links import DonorLink
from compliance.tables import donor_check, linked_donors
from database.bulk import insert_rows
from database.questions import among
from payments.gifts.erasure_store import REMOVED

_l = linked_donors.c


def add_donor_link(conn: Connection, link: DonorLink) -> None:
    """Join two donors, or part them again. What was before stays, and counts no more."""
    row = {
        "id": (conn.scalar(sa.select(sa.func.max(_l.id))) or 0) + 1,
        "first_id": link.first,
        "second_id": link.second,
        "is_joined": link.is_joined,
        "why": link.why,
        "staff_id": link.by.staff_id,
        "staff_name": link.by.name,
        "at": link.at,
    }
    insert_rows(conn, linked_donors, [row])


def donor_links(conn: Connection) -> list[DonorLink]:
    """Every joining and parting, in order."""
    return [
        DonorLink(
            row.first_id, row.second_id, row.is_joined, NamedPerson(row.staff_id, row.staff_name), row.at, row.why
        )
        for row in conn.execute(sa.select(linked_donors).order_by(_l.id))
    ]


def erase_links(conn: Connection, donor_ids: Sequence[str], last_day: date) -> None:
    """Put `removed` in place of why these donors were joined or parted. Who did it and when stays.

    The reason belongs to the checks of both: it stays while the law has one of theirs kept, of after this day.
    """
    kept = sa.exists().where(
        donor_check.c.received_on > last_day, donor_check.c.donor_id.in_((_l.first_id, _l.second_id))
    )
    theirs = sa.or_(among(conn, _l.first_id, donor_ids), among(conn, _l.second_id, donor_ids))
    conn.execute(sa.update(linked_donors).where(theirs, ~kept, _l.why != REMOVED).values(why=REMOVED))

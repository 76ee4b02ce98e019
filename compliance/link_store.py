"""Donors whom staff joined, so that their gifts are added up together."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from compliance.check_steps import NamedPerson
from compliance.donor_links import DonorLink
from compliance.tables import linked_donors
from database.bulk import insert_rows

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

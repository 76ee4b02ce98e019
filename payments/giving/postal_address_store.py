"""Postal addresses in the database, one for a gift: typed with it, or later by its donor or at the desk."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import put_rows
from database.questions import among
from payments.giving.postal_address import PostalAddress
from payments.giving.tables import postal_address

_p = postal_address.c


def put_postal_address(conn: Connection, gift_ids: Sequence[str], address: PostalAddress, now: datetime) -> None:
    """Keep the address with these gifts, in the place of what was typed before."""
    values = {
        "street": address.street, "town": address.town, "region": address.region, "postcode": address.postcode,
        "country": address.country, "typed_at": now,
    }  # fmt: skip
    rows = [{"gift_id": gift_id} | values for gift_id in sorted(set(gift_ids))]
    changed = ", ".join(f"{name} = excluded.{name}" for name in values)
    put_rows(conn, postal_address, rows, f"DO UPDATE SET {changed}")


def postal_address_of(conn: Connection, gift_id: str) -> PostalAddress | None:
    """The address that was typed for this gift itself."""
    row = conn.execute(sa.select(postal_address).where(_p.gift_id == gift_id)).one_or_none()
    return None if row is None else address_of_row(row)


def erase_postal_addresses(conn: Connection, gift_ids: Sequence[str]) -> None:
    """Remove the addresses of these gifts. What receipts say of them is the receipts' own."""
    conn.execute(sa.delete(postal_address).where(among(conn, _p.gift_id, gift_ids)))


def address_of_row(row: sa.Row[Any]) -> PostalAddress:
    """The address of a row."""
    return PostalAddress(row.street, row.town, row.region, row.postcode, row.country)

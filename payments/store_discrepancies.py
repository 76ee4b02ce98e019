"""Discrepancies that a treasurer has dealt with."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import put_rows
from payments.tables import discrepancy, settled_discrepancy


def settle_discrepancy(conn: Connection, charge: str, who: str, now: datetime) -> bool:
    """Note that somebody has dealt with a charge that was not as asked; False when there is none such.

    Once noted it stays: the first who said so.
    """
    there = sa.select(discrepancy.c.charge).where(discrepancy.c.charge == charge)
    if conn.scalar(there) is None:
        return False
    done = sa.select(settled_discrepancy.c.charge).where(settled_discrepancy.c.charge == charge)
    if conn.scalar(done) is None:
        put_rows(conn, settled_discrepancy, [{"charge": charge, "who": who, "settled_at": now}], "DO NOTHING")
    return True

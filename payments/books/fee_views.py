"""Fees that stand whole, without a campaign, though their gift is known. Writes nothing."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.questions import among
from ledger.kinds import EntryKind
from ledger.tables import WHOLE_FEE, entry
from payments.books.tables import balance_line, charge


@dataclass(frozen=True, slots=True)
class WholeFee:
    """The line whose fee stands without a campaign, and its payment."""

    line: str
    payment: str


def whole_fees_of_gifts(conn: Connection, after: int, limit: int) -> tuple[list[WholeFee], int | None]:
    """Among the next entries of whole fees, those of gifts that were not shared out yet; and the last of these entries.

    None when no such entry stands behind `after`, by its number.
    """
    shared, e, line = entry.alias().c, entry.c, balance_line.c
    whole = sa.select(e.id, e.key).where(WHOLE_FEE, e.id > after).order_by(e.id).limit(limit)
    keys = {row.key: row.id for row in conn.execute(whole)}
    if not keys:
        return [], None
    undone = set(conn.scalars(sa.select(shared.reverses).where(among(conn, shared.reverses, sorted(keys)))))
    lines = [key.removeprefix(EntryKind.FEE.key("")) for key in keys if key not in undone]
    of_gift = sa.exists().where(charge.c.payment == line.payment, charge.c.gift_id.is_not(None))
    rows = conn.execute(
        sa.select(line.id, line.payment).where(among(conn, line.id, lines), line.ours == 1, of_gift).order_by(line.id)
    )
    return [WholeFee(row.id, row.payment) for row in rows], max(keys.values())

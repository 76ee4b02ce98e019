"""Entries with their donors and receipts, and charges that are not what was asked for. Writes nothing."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.money import Money, currency
from payments.gifts.gift import GiftState
from payments.gifts.tables import discrepancy, gift, settled_discrepancy


@dataclass(frozen=True, slots=True)
class DiscrepancyRow:
    """A charge that is not what was asked for. `why` is amount, currency or second_payment."""

    charge: str
    gift: str
    donor: str
    asked: Money
    charged: Money
    why: str
    noted_at: datetime


def received_gifts_by_reference(conn: Connection, reference: str) -> list[str]:
    """The gifts that were received and whose ids begin so; a reference is the first eight characters, in any case."""
    begins = gift.c.id.startswith(reference.lower(), autoescape=True)
    return list(conn.scalars(sa.select(gift.c.id).where(begins, gift.c.state == GiftState.RECEIVED.value).limit(2)))


def discrepancies(conn: Connection, limit: int, page: int = 1) -> list[DiscrepancyRow]:
    """Charges that are not what was asked for and that nobody has settled, newest first."""
    d = discrepancy.c
    rows = conn.execute(
        sa.select(discrepancy, gift.c.donor_name)
        .join(gift, gift.c.id == d.gift_id)
        .where(_unsettled())
        .order_by(d.noted_at.desc(), d.charge)
        .limit(limit)
        .offset((page - 1) * (limit - 1))
    )
    return [
        DiscrepancyRow(
            row.charge,
            row.gift_id,
            row.donor_name,
            Money(row.asked_minor, currency(row.asked_currency)),
            Money(row.charged_minor, currency(row.charged_currency)),
            row.why,
            row.noted_at,
        )
        for row in rows
    ]


def discrepancy_count(conn: Connection) -> int:
    """How many discrepancies nobody has settled."""
    return conn.scalar(sa.select(sa.func.count()).select_from(discrepancy).where(_unsettled())) or 0


def _unsettled() -> sa.ColumnElement[bool]:
    return ~sa.exists().where(settled_discrepancy.c.charge == discrepancy.c.charge)

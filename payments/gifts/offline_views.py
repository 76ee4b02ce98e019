"""Offline gifts as the desk lists them. Writes nothing."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.money import Money, currency
from payments.gifts.offline import Means
from payments.gifts.tables import gift, offline_gift

_g, _o = gift.c, offline_gift.c


@dataclass(frozen=True, slots=True)
class OfflineRow:
    """An offline gift in a list."""

    gift: str
    donor: str
    amount: Money
    means: Means
    day: date
    is_taken_back: bool


def offline_rows(conn: Connection, limit: int, page: int = 1) -> list[OfflineRow]:
    """Offline gifts, those that were entered last first."""
    rows = conn.execute(
        sa.select(offline_gift, _g.donor_name, _g.amount_minor, _g.currency)
        .join(gift, _g.id == _o.gift_id)
        .order_by(_o.entered_at.desc(), _o.gift_id)
        .limit(limit)
        .offset((page - 1) * (limit - 1))
    )
    return [
        OfflineRow(
            row.gift_id,
            row.donor_name,
            Money(row.amount_minor, currency(row.currency)),
            Means(row.means),
            row.given_on,
            row.taken_back_at is not None,
        )
        for row in rows
    ]

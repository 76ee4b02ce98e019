"""Which offline gifts of a file are here already, and which gifts an import entered."""

from collections.abc import Collection
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.questions import among
from donors.donor import NO_ADDRESS
from ledger.money import Money, currency
from payments.gifts.offline import Means
from payments.gifts.offline_import import DAYS_APART, ComparedOffline, OfflineContent, imported_gift_id
from payments.gifts.tables import gift, offline_gift

_g, _o = gift.c, offline_gift.c


def known_offline(conn: Connection, days: Collection[date]) -> list[ComparedOffline]:
    """The offline gifts of the time that these days span, and of some days around it; none taken back."""
    if not days:
        return []
    first, last = min(days) - DAYS_APART, max(days) + DAYS_APART
    rows = conn.execute(
        sa.select(
            _g.id, _o.given_on, _g.amount_minor, _g.currency, _o.means, _o.reference, _g.donor_name, _g.donor_email
        )
        .join(gift, _g.id == _o.gift_id)
        .where(_o.given_on.between(first, last), _o.taken_back_at.is_(None))
        .order_by(_o.given_on, _g.id)
    )
    return [_compared(row) for row in rows]


def _compared(row: Any) -> ComparedOffline:
    email = "" if row.donor_email.endswith(NO_ADDRESS) else row.donor_email
    donor = email if not email and not row.donor_name else row.donor_email or row.donor_name
    amount = Money(row.amount_minor, currency(row.currency))
    content = OfflineContent.of(row.given_on, amount, Means(row.means), row.reference, donor)
    return ComparedOffline.of(row.id, content, row.reference, row.donor_name, email)


def gifts_of_import(conn: Connection, import_id: str, lines: int) -> list[str]:
    """The ids of the gifts that an import of a file of so many lines entered, in the order of their lines."""
    ids = [imported_gift_id(import_id, line) for line in range(1, lines + 1)]
    here = set(conn.scalars(sa.select(_o.gift_id).where(among(conn, _o.gift_id, ids))))
    return [identity for identity in ids if identity in here]

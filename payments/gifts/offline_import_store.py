"""Which offline gifts of a file are here already, and which gifts an import entered."""

from collections import Counter
from collections.abc import Collection
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.questions import among
from donors.donor import NO_ADDRESS
from ledger.money import Money, currency
from payments.gifts.offline import Means
from payments.gifts.offline_import import OfflineContent, imported_gift_id
from payments.gifts.tables import gift, offline_gift

_g, _o = gift.c, offline_gift.c


def known_offline(conn: Connection, days: Collection[date]) -> Counter[OfflineContent]:
    """The offline gifts of the time that these days span, and how many have the same content; none taken back."""
    if not days:
        return Counter()
    rows = conn.execute(
        sa.select(_o.given_on, _g.amount_minor, _g.currency, _o.means, _o.reference, _g.donor_name, _g.donor_email)
        .join(gift, _g.id == _o.gift_id)
        .where(_o.given_on.between(min(days), max(days)), _o.taken_back_at.is_(None))
    )
    return Counter(
        OfflineContent.of(
            row.given_on,
            Money(row.amount_minor, currency(row.currency)),
            Means(row.means),
            row.reference,
            "" if row.donor_email.endswith(NO_ADDRESS) and not row.donor_name else row.donor_email or row.donor_name,
        )
        for row in rows
    )


def gifts_of_import(conn: Connection, import_id: str, lines: int) -> list[str]:
    """The ids of the gifts that an import of a file of so many lines entered, in the order of their lines."""
    ids = [imported_gift_id(import_id, line) for line in range(1, lines + 1)]
    here = set(conn.scalars(sa.select(_o.gift_id).where(among(conn, _o.gift_id, ids))))
    return [identity for identity in ids if identity in here]

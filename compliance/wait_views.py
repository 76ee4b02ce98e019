"""The gifts that wait until it is known whether they need a check. Writes nothing."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from compliance.check_wait import CheckWaitReason, WaitingGift
from compliance.tables import check_wait
from ledger.money import Money, currency
from payments.gifts.tables import gift

_w, _g = check_wait.c, gift.c


def waiting_gifts(conn: Connection) -> list[WaitingGift]:
    """The gifts that wait, the longest first."""
    rows = conn.execute(
        sa.select(_w.gift_id, _g.currency, _g.amount_minor, _g.received_on, _w.why, _w.since)
        .join(gift, _g.id == _w.gift_id)
        .where(_w.ended_at.is_(None))
        .order_by(_w.since, _w.gift_id)
    )
    return [
        WaitingGift(row.gift_id, Money(row.amount_minor, currency(row.currency)), row.received_on,
                    CheckWaitReason(row.why), row.since)
        for row in rows
    ]  # fmt: skip

"""The gifts that wait until it is known whether they need a check, and values that were entered. Writes nothing."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from compliance.check_wait import CheckWaitReason, EnteredValue, WaitingGift
from compliance.store import is_ended
from compliance.tables import check_wait, donor_check, pound_value
from ledger.money import GBP, Money, currency
from payments.gifts.tables import gift
from staff.tables import staff_member

_w, _g, _p, _m = check_wait.c, gift.c, pound_value.c, staff_member.c


def waiting_gifts(conn: Connection) -> list[WaitingGift]:
    """The gifts that wait, the longest first."""
    rows = conn.execute(
        sa.select(_w.gift_id, _g.donor_name, _g.currency, _g.amount_minor, _g.received_on, _w.why, _w.since)
        .join(gift, _g.id == _w.gift_id)
        .where(_w.ended_at.is_(None))
        .order_by(_w.since, _w.gift_id)
    )
    return [
        WaitingGift(row.gift_id, row.donor_name, Money(row.amount_minor, currency(row.currency)), row.received_on,
                    CheckWaitReason(row.why), row.since)
        for row in rows
    ]  # fmt: skip


def entered_values(conn: Connection, limit: int, gift_id: str | None = None) -> list[EnteredValue]:
    """What staff said that gifts are worth, the newest first, while nobody has ended the check; of one gift, if named.

    Of each gift what was said last.
    """
    later = pound_value.alias("later_value")
    is_newest = ~sa.exists().where(later.c.gift_id == _p.gift_id, later.c.id > _p.id)
    rows = conn.execute(
        sa.select(
            _p.gift_id, _g.donor_name, _g.currency, _g.amount_minor, _g.received_on, _p.value_minor, _p.source, _m.name,
            _p.at, donor_check.c.gift_id.is_not(None).label("has_check"),
        )
        .join(gift, _g.id == _p.gift_id)
        .join(staff_member, _m.id == _p.staff_id)
        .outerjoin(donor_check, donor_check.c.gift_id == _p.gift_id)
        .where(is_newest, ~is_ended(_p.gift_id), _g.received_on.is_not(None))
        .where(_p.gift_id == gift_id if gift_id else sa.true())
        .order_by(_p.id.desc())
        .limit(limit)
    )  # fmt: skip
    return [
        EnteredValue(
            row.gift_id, row.donor_name, Money(row.amount_minor, currency(row.currency)), row.received_on,
            Money(row.value_minor, GBP), row.source, row.name, row.at, bool(row.has_check),
        )
        for row in rows
    ]  # fmt: skip

"""Who stands on the walls of campaigns: donors who agreed to be named, while their gift is not given back."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from campaigns.wall import WallEntry
from ledger.accounts import Account
from ledger.tables import GIVEN_BACK, entry
from payments.gifts.gift import GiftState
from payments.gifts.tables import allocation, gift


def wall_entries(
    conn: Connection, campaigns: Sequence[int], limit: int, offset: int, left_out: Sequence[str]
) -> list[WallEntry]:
    """Received gifts to these campaigns whose donors agreed to be named, newest first.

    A gift that went back as a whole is left out, and so is one whose donor was forgotten and has no name any more.
    """
    g = gift.c
    query = (
        sa.select(g.id, g.donor_name, g.message, g.received_on)
        .where(sa.text("gift.show_name = 1"), g.state == GiftState.RECEIVED.value, g.donor_name != "")
        .where(_goes_to(campaigns), _left() > 0)
        .order_by(g.received_at.desc(), g.id)
        .limit(limit)
        .offset(offset)
    )
    if left_out:
        query = query.where(g.id.not_in(left_out))
    return [WallEntry(*row) for row in conn.execute(query)]


def _goes_to(campaigns: Sequence[int]) -> sa.ColumnElement[bool]:
    return sa.exists().where(allocation.c.gift_id == gift.c.id, allocation.c.campaign_id.in_(campaigns))


def _left() -> sa.ColumnElement[int]:
    """What is left of the gift in the books, without what is not booked yet: at least a penny."""
    goes_back = entry.c.debit.in_((Account.REFUNDS.value, Account.DISPUTE_LOSSES.value))
    back = sa.case((goes_back, entry.c.amount_minor), else_=-entry.c.amount_minor)
    went_back = sa.select(sa.func.coalesce(sa.func.sum(back), 0)).where(entry.c.gift_id == gift.c.id, GIVEN_BACK)
    return gift.c.amount_minor - went_back.scalar_subquery()

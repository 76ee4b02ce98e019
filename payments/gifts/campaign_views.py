"""What campaigns count besides money in all: who gave, and what recurring gifts bring in a month. Writes nothing."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from payments.gifts.gift import GiftState
from payments.gifts.recurring import Interval, RecurringState
from payments.gifts.tables import allocation, gift, recurring, recurring_share

# A year has 52 weeks, 12 months, 4 quarters.
_A_YEAR = {Interval.WEEK: 52, Interval.MONTH: 12, Interval.QUARTER: 4, Interval.YEAR: 1}
_RUNNING = (RecurringState.ACTIVE, RecurringState.PAST_DUE, RecurringState.ENDING)
_MONTHS = 12


def donors_by_campaign(conn: Connection, campaigns: Sequence[int]) -> dict[int, int]:
    """How many donors have given to each of these campaigns; one who gave twice counts once."""
    received = sa.and_(gift.c.id == allocation.c.gift_id, gift.c.state == GiftState.RECEIVED.value)
    rows = conn.execute(
        sa.select(allocation.c.campaign_id, sa.func.count(sa.distinct(gift.c.donor_id)))
        .join(gift, received)
        .where(allocation.c.campaign_id.in_(campaigns))
        .group_by(allocation.c.campaign_id)
    )
    return {row[0]: row[1] for row in rows}


def monthly_by_campaign(conn: Connection, campaigns: Sequence[int]) -> dict[int, int]:
    """What recurring gifts that run and are not paused bring each of these campaigns in a month, in minor units.

    A gift each week counts 52 twelfths, one each year a twelfth. Fractions of a penny are left out.
    """
    whole = recurring_share.alias("whole")
    weights = sa.select(sa.func.sum(whole.c.weight)).where(whole.c.recurring_id == recurring.c.id).scalar_subquery()
    share = recurring.c.amount_minor * recurring_share.c.weight // weights
    rows = conn.execute(
        sa.select(recurring_share.c.campaign_id, recurring.c.interval, sa.func.sum(share))
        .join(recurring, recurring.c.id == recurring_share.c.recurring_id)
        .where(recurring_share.c.campaign_id.in_(campaigns))
        .where(recurring.c.state.in_([state.value for state in _RUNNING]), recurring.c.next_at.is_not(None))
        .group_by(recurring_share.c.campaign_id, recurring.c.interval)
    )
    a_year: dict[int, int] = {}
    for campaign, interval, minor in rows:
        a_year[campaign] = a_year.get(campaign, 0) + int(minor) * _A_YEAR[Interval(interval)]
    return {campaign: minor // _MONTHS for campaign, minor in a_year.items()}

"""What campaigns count besides money in all: who gave, and what recurring gifts bring in a month. Writes nothing."""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from campaigns.tables import campaign
from donors.consent_store import consents_of
from donors.consents import Channel, newest_by_channel
from donors.tables import consent, donor
from mailing.readers import AgreedDonor
from payments.gifts.gift import GiftState
from payments.gifts.recurring import Interval, RecurringState
from payments.gifts.tables import allocation, gift, recurring, recurring_share

# A year has 52 weeks, 12 months, 4 quarters.
_A_YEAR = {Interval.WEEK: 52, Interval.MONTH: 12, Interval.QUARTER: 4, Interval.YEAR: 1}
_RUNNING = (RecurringState.ACTIVE, RecurringState.PAST_DUE, RecurringState.ENDING)
_MONTHS = 12
# What counts for a campaign: what is its own, and what is its groups'.
_whole, _part = campaign.alias("whole"), campaign.alias("part")
_OF_THE_WHOLE = sa.or_(_part.c.id == _whole.c.id, _part.c.parent_id == _whole.c.id)


def donors_by_campaign(conn: Connection, campaigns: Sequence[int]) -> dict[int, int]:
    """How many donors have given to each of these campaigns or its groups; one who gave twice counts once."""
    received = sa.and_(gift.c.id == allocation.c.gift_id, gift.c.state == GiftState.RECEIVED.value)
    rows = conn.execute(
        sa.select(_whole.c.id, sa.func.count(sa.distinct(gift.c.donor_id)))
        .select_from(_whole.join(_part, _OF_THE_WHOLE).join(allocation, allocation.c.campaign_id == _part.c.id))
        .join(gift, received)
        .where(_whole.c.id.in_(campaigns))
        .group_by(_whole.c.id)
    )
    return {row[0]: row[1] for row in rows}


def monthly_by_campaign(conn: Connection, campaigns: Sequence[int]) -> dict[int, int]:
    """What recurring gifts that run and are not paused bring each of these campaigns, with its groups, in a month.

    In minor units. A gift each week counts 52 twelfths, one each year a twelfth. What shares leave of a penny counts
    until all are added up; what is left of one then is left out.
    """
    every = recurring_share.alias("every")
    weights = sa.select(sa.func.sum(every.c.weight)).where(every.c.recurring_id == recurring.c.id).scalar_subquery()
    rows = conn.execute(
        sa.select(_whole.c.id, recurring.c.interval, recurring.c.amount_minor, recurring_share.c.weight, weights)
        .select_from(
            _whole.join(_part, _OF_THE_WHOLE).join(recurring_share, recurring_share.c.campaign_id == _part.c.id)
        )
        .join(recurring, recurring.c.id == recurring_share.c.recurring_id)
        .where(_whole.c.id.in_(campaigns))
        .where(recurring.c.state.in_([state.value for state in _RUNNING]), recurring.c.next_at.is_not(None))
    )
    a_year: defaultdict[int, Fraction] = defaultdict(Fraction)
    for number, interval, minor, weight, whole_weight in rows:
        a_year[number] += Fraction(minor * weight, int(whole_weight)) * _A_YEAR[Interval(interval)]
    return {number: int(minor / _MONTHS) for number, minor in a_year.items()}


def agreed_donors(conn: Connection, campaigns: Sequence[int], after: str, limit: int) -> list[AgreedDonor]:
    """Donors who gave to these campaigns and agree to email, in the order of their addresses' keys, after one."""
    by_email = sa.and_(consent.c.donor_id == donor.c.id, consent.c.channel == Channel.EMAIL.value)
    gave = sa.exists().where(
        allocation.c.campaign_id.in_(campaigns),
        allocation.c.gift_id == gift.c.id,
        gift.c.donor_id == donor.c.id,
        gift.c.state == GiftState.RECEIVED.value,
    )
    latest = sa.select(sa.func.max(consent.c.at)).where(by_email).correlate(donor).scalar_subquery()
    newest = sa.select(consent.c.id).where(by_email, consent.c.at == latest)
    given, withdrawn = (newest.where(consent.c.is_given == flag).correlate(donor).exists() for flag in (1, 0))
    donors = conn.execute(
        sa.select(donor.c.id, donor.c.email, donor.c.email_key, donor.c.language)
        .where(given, ~withdrawn, gave, donor.c.email_key > after)
        .order_by(donor.c.email_key)
        .limit(limit)
    ).all()
    return [
        AgreedDonor(
            row.id, row.email, row.email_key, row.language, newest_by_channel(consents_of(conn, row.id))[Channel.EMAIL]
        )
        for row in donors
    ]

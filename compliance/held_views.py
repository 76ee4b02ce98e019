"""Money that is here and not accepted yet, from the checks that are open: they are few. Writes nothing."""

from collections import defaultdict
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from compliance.tables import check_step, check_wait, donor_check
from ledger.accounts import RAISED
from ledger.money import Money, currency
from ledger.tables import entry
from payments.gifts.tables import allocation, gift, offline_gift

_c, _s, _w, _e, _g, _a, _o = donor_check.c, check_step.c, check_wait.c, entry.c, gift.c, allocation.c, offline_gift.c


def held_by_campaign(conn: Connection) -> Mapping[tuple[int, str], Money]:
    """What is left of the gifts that nobody has accepted yet, by campaign and currency.

    Gifts whose check is open, whatever has become of its clock, and gifts that wait to be looked at. What has gone back
    of them is not here any more, and is not held. A gift in kind moves no money and is not held either.
    """
    pending = sa.union(
        sa.select(_c.gift_id).where(~sa.exists().where(_s.ends == _c.gift_id)),
        sa.select(_w.gift_id).where(_w.ended_at.is_(None)),
    )
    signed = sa.case((_e.credit.in_(RAISED), _e.amount_minor), else_=0) - sa.case(
        (_e.debit.in_(RAISED), _e.amount_minor), else_=0
    )
    rows = conn.execute(
        sa.select(_e.campaign_id, _e.currency, sa.func.sum(signed))
        .where(_e.gift_id.in_(pending), sa.or_(_e.credit.in_(RAISED), _e.debit.in_(RAISED)))
        .group_by(_e.campaign_id, _e.currency)
    )
    return {(campaign, code): Money(int(minor), currency(code)) for campaign, code, minor in rows if int(minor) > 0}


def held_in_all(conn: Connection) -> Mapping[str, Money]:
    """The same over all campaigns, by currency."""
    sums: defaultdict[str, int] = defaultdict(int)
    for (_, code), amount in held_by_campaign(conn).items():
        sums[code] += amount.minor
    return {code: Money(minor, currency(code)) for code, minor in sorted(sums.items())}

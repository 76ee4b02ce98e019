"""Money that is here and not accepted yet, from the checks alone: they are few. Writes nothing."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from compliance.held_money import HeldMoney
from compliance.step_rows import StepKind
from compliance.store import is_ended
from compliance.tables import check_step, check_wait, donor_check
from ledger.accounts import RAISED
from ledger.money import Money, currency
from ledger.tables import entry
from ledger.total_views import kept_totals

_c, _s, _w, _e = donor_check.c, check_step.c, check_wait.c, entry.c


def held_by_campaign(conn: Connection, day: date | None = None) -> Mapping[tuple[int, str], Money]:
    """What is left of the gifts that nobody has accepted yet, by campaign and currency; or was, at a day's end.

    Gifts with a check that holds no acceptance, whatever has become of its clock, and gifts that wait to be looked at.
    What has gone back of them is not here any more, and is not held; where a refund fails after its proof was recorded,
    the money is here again, and is held. A gift in kind moves no money and is not held.
    """
    until = day or date.max
    accepted = sa.exists().where(_s.ends == _c.gift_id, _s.kind == StepKind.ACCEPTANCE.value, _s.on_day <= until)
    pending = sa.union(
        sa.select(_c.gift_id).where(~accepted, _c.received_on <= until),
        sa.select(_w.gift_id).where(_w.ended_at.is_(None)),
    )
    signed = sa.case((_e.credit.in_(RAISED), _e.amount_minor), else_=0) - sa.case(
        (_e.debit.in_(RAISED), _e.amount_minor), else_=0
    )
    rows = conn.execute(
        sa.select(_e.campaign_id, _e.currency, sa.func.sum(signed))
        .where(_e.gift_id.in_(pending), sa.or_(_e.credit.in_(RAISED), _e.debit.in_(RAISED)), _e.book_date <= until)
        .group_by(_e.campaign_id, _e.currency)
    )
    return {(campaign, code): Money(int(minor), currency(code)) for campaign, code, minor in rows if int(minor) > 0}


def returned_in_the_books(conn: Connection) -> list[str]:
    """The gifts whose return is proved, and of which the books hold something all the same."""
    returned = sa.select(_c.gift_id).where(is_ended(_c.gift_id, StepKind.PROOF))
    signed = sa.case((_e.credit.in_(RAISED), _e.amount_minor), else_=-_e.amount_minor)
    rows = conn.execute(
        sa.select(_e.gift_id)
        .where(_e.gift_id.in_(returned), sa.or_(_e.credit.in_(RAISED), _e.debit.in_(RAISED)))
        .group_by(_e.gift_id)
        .having(sa.func.sum(signed) > 0)
        .order_by(_e.gift_id)
    )
    return [gift_id for (gift_id,) in rows]


def held_on(conn: Connection, day: date) -> Mapping[str, Money]:
    """What was held at the end of a day, over all campaigns, by currency."""
    sums: defaultdict[str, int] = defaultdict(int)
    for (_, code), amount in held_by_campaign(conn, day).items():
        sums[code] += amount.minor
    return {code: Money(minor, currency(code)) for code, minor in sorted(sums.items())}


def held_in_all(conn: Connection) -> list[HeldMoney]:
    """What was raised in all in each currency of which some is not accepted yet."""
    held = held_on(conn, date.max)
    if not held:
        return []
    kept = kept_totals().c
    rows = conn.execute(
        sa.select(kept.currency, sa.func.sum(kept.credit_minor - kept.debit_minor))
        .where(kept.account.in_(RAISED), kept.currency.in_(sorted(held)))
        .group_by(kept.currency)
        .order_by(kept.currency)
    )
    return [HeldMoney(Money(int(minor), currency(code)), held[code], Money(0, currency(code))) for code, minor in rows]

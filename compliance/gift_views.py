"""Gifts as the rules on political donations see them: value in pounds, day of receipt, section, nature. Writes nothing.

The one place where received gifts become `RegulatedGift`. The value is what came, whole, before fees and before
anything went back; of a ticket, an auction or a sale only what exceeds the market value, where a
treasurer has said that of this gift: what a campaign says of all of its gifts makes none smaller.
A gift of which nothing is left (its payment failed, or all went back) is left out, unless it has a check: what was
checked stays in the record. The day of receipt is that of the charge, or the one that staff entered.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from campaigns.tables import campaign
from compliance.donor_links import linked_families
from compliance.link_store import donor_links
from compliance.regulated_gift import CENTRE, GiftNature, RegulatedGift
from compliance.tables import donor_check, pound_value
from database.questions import among
from donors.donor import NOBODY
from donors.merge_store import kept_donors
from donors.tables import donor
from ledger.accounts import RAISED
from ledger.money import GBP, Money, currency
from ledger.tables import entry
from payments.books.tables import balance_line, charge, payment_failure
from payments.gifts.offline import Means
from payments.gifts.tables import allocation, discrepancy, gift, offline_gift
from payments.reading.happenings import Category
from payments.valuing.valuation import Valuation
from payments.valuing.valuation_store import valuations_by_staff

_g, _o, _a, _e, _c, _d = gift.c, offline_gift.c, allocation.c, entry.c, donor_check.c, donor.c
_ch, _f, _l, _p = charge.c, payment_failure.c, balance_line.c, pound_value.c


@dataclass(frozen=True, slots=True)
class UnvaluedGift:
    """A gift in another currency of which nobody knows yet what it is worth in pounds. It cannot be checked."""

    gift_id: str
    donor_id: str
    amount: Money
    received_on: date


@dataclass(frozen=True, slots=True)
class ReceivedGifts:
    """Gifts as the rules see them, in the order of receipt, and those that have no value in pounds yet.

    Gifts from nobody known are not one donor's: the `donor_id` of each is its own id.
    """

    gifts: tuple[RegulatedGift, ...] = ()
    unvalued: tuple[UnvaluedGift, ...] = ()


def donor_families(conn: Connection) -> Mapping[str, str]:
    """The family of every donor who is linked to another or merged with one; who is not in it stands alone."""
    return linked_families(donor_links(conn), kept_donors(conn))


def family_members(families: Mapping[str, str], donor_ids: Collection[str]) -> list[str]:
    """These donors, with everybody of their families."""
    roots = {families[donor_id] for donor_id in donor_ids if donor_id in families}
    return sorted({*donor_ids, *(member for member, root in families.items() if root in roots)})


def gifts_of_donors(
    conn: Connection, donor_ids: Sequence[str], since: date, units: Collection[str] = ()
) -> ReceivedGifts:
    """What these donors gave since a day; ask for all of a family (`family_members`).

    `units` are the accounting units, by their campaign's id (`election_store.accounting_units`).
    """
    return _received(conn, sa.and_(among(conn, _g.donor_id, donor_ids), _g.received_on >= since), units)


def gifts_by_id(conn: Connection, gift_ids: Sequence[str], units: Collection[str] = ()) -> ReceivedGifts:
    """These gifts, as far as they were received."""
    return _received(conn, among(conn, _g.id, gift_ids), units)


def gifts_above(conn: Connection, above: Money, since: date, units: Collection[str] = ()) -> ReceivedGifts:
    """Gifts of all donors since a day that may come to more than an amount, and every gift that has a check.

    Smaller ones are no donations in law. They are not read, so that a million of them cost nothing. A gift in another
    currency is among them, whatever it comes to.
    """
    received = _g.received_on >= since
    wanted = sa.union(
        sa.select(_g.id).where(received, _g.amount_minor > above.minor),
        sa.select(_g.id).where(received, _g.currency != GBP.code),
        sa.select(discrepancy.c.gift_id),
        sa.select(_c.gift_id).where(_c.received_on >= since),
    )
    return _received(conn, sa.and_(_g.id.in_(wanted), received), units)


def donors_to_look_at(conn: Connection, above: Money, since: date, families: Mapping[str, str]) -> set[str]:
    """The donors whose gifts of a year, since a day, come to more than an amount, with everybody who is linked.

    A donor of a gift in another currency is among them.
    """
    day = sa.cast(_g.received_on, sa.Text)
    year = since.replace(month=1, day=1)
    is_foreign = sa.case((_g.currency != GBP.code, 1), else_=0)
    passing = (
        sa.select(_g.donor_id)
        .where(_g.received_on >= year)
        .group_by(_g.donor_id, sa.func.substr(day, 1, 4))
        .having(
            sa.or_(
                sa.func.sum(_g.amount_minor) > above.minor,
                sa.func.sum(is_foreign) > 0,
            )
        )
    )
    odd = sa.select(_g.donor_id).where(_g.received_on >= year, _g.id.in_(sa.select(discrepancy.c.gift_id)))
    donors = {donor_id for donor_id in conn.scalars(sa.union(passing, odd)) if donor_id}
    return donors | set(families)


class _Row(NamedTuple):
    """A gift as its tables have it; `means` of one that did not come through Stripe."""

    id: str
    donor_id: str
    amount: Money
    received_on: date
    is_instalment: bool
    means: str | None
    is_taken_back: bool


def _received(conn: Connection, wanted: sa.ColumnElement[bool], units: Collection[str]) -> ReceivedGifts:
    rows = _rows(conn, wanted)
    ids = [row.id for row in rows]
    came = _what_came(conn, ids)
    gone = _gone(conn, rows)
    values = _values_in_pounds(conn, [row.id for row in rows if came.get(row.id, row.amount).currency != GBP])
    sections = _sections(conn, ids, units) if units else {}
    valuations = valuations_by_staff(conn, ids) if ids else {}
    gifts, unvalued = [], []
    for row in rows:
        if row.id in gone:
            continue
        amount = came.get(row.id, row.amount)
        worth, valuation = amount if amount.currency == GBP else values.get(row.id), valuations.get(row.id)
        if worth is None or worth.minor <= 0:
            unvalued.append(UnvaluedGift(row.id, row.donor_id, amount, row.received_on))
        elif value := _gift_part(valuation, amount, worth):
            is_bequest = valuation is not None and valuation.is_bequest
            gifts.append(_regulated(row, value, sections.get(row.id, CENTRE), is_bequest=is_bequest))
    return ReceivedGifts(tuple(gifts), tuple(unvalued))


def _rows(conn: Connection, wanted: sa.ColumnElement[bool]) -> list[_Row]:
    rows = conn.execute(
        sa.select(
            _g.id, _g.donor_id, _d.email_key, _g.currency, _g.amount_minor, _g.received_on, _g.recurring_id,
            _o.means, _o.taken_back_at,
        )
        .outerjoin(offline_gift, _o.gift_id == _g.id)
        .outerjoin(donor, _d.id == _g.donor_id)
        .where(wanted, _g.received_on.is_not(None))
        .order_by(_g.received_on, _g.id)
    )  # fmt: skip
    return [
        _Row(
            row.id,
            row.id if row.email_key in (None, NOBODY) else row.donor_id,
            Money(row.amount_minor, currency(row.currency)),
            row.received_on,
            row.recurring_id is not None or row.means == Means.STANDING_ORDER.value,
            row.means,
            row.taken_back_at is not None,
        )
        for row in rows
    ]


def _gift_part(valuation: Valuation | None, amount: Money, worth: Money) -> Money:
    """What of a payment that is `worth` so much in pounds is a gift. What sells in another currency is left on it."""
    if valuation is None or not valuation.market_value or valuation.market_value.currency != amount.currency:
        return worth
    return valuation.gift_part_in(amount, worth)


def _regulated(row: _Row, value: Money, section: str, *, is_bequest: bool) -> RegulatedGift:
    nature = GiftNature.IN_KIND if row.means == Means.IN_KIND.value else GiftNature.MONEY
    if is_bequest:
        nature = GiftNature.BEQUEST
    return RegulatedGift(row.id, row.donor_id, value, row.received_on, section, nature, row.is_instalment)


def _what_came(conn: Connection, ids: Sequence[str]) -> dict[str, Money]:
    """What was charged for gifts of which another amount came than was asked for, or a second payment."""
    odd = sa.select(discrepancy.c.gift_id).where(among(conn, discrepancy.c.gift_id, ids))
    rows = conn.execute(
        sa.select(_ch.gift_id, _ch.currency, sa.func.sum(_ch.amount_minor))
        .outerjoin(payment_failure, _f.charge == _ch.id)
        .where(_ch.gift_id.in_(odd), _f.charge.is_(None))
        .group_by(_ch.gift_id, _ch.currency)
        .order_by(_ch.gift_id, _ch.currency == GBP.code)  # of two currencies the one that is to be valued counts
    )
    came: dict[str, Money] = {}
    for gift_id, code, minor in rows:
        came.setdefault(gift_id, Money(int(minor), currency(code)))
    return came


def _gone(conn: Connection, rows: Sequence[_Row]) -> set[str]:
    """The gifts of which nothing is left in the books and which have no check."""
    left = _left(conn, [row.id for row in rows])
    nothing_left = [row.id for row in rows if row.is_taken_back or left.get(row.id, 1) <= 0]
    if not nothing_left:
        return set()
    return set(nothing_left) - set(conn.scalars(sa.select(_c.gift_id).where(among(conn, _c.gift_id, nothing_left))))


def _left(conn: Connection, ids: Sequence[str]) -> dict[str, int]:
    """What the books have left of these gifts, in minor units; nothing of a gift in kind, which moves no money."""
    signed = sa.case((_e.credit.in_(RAISED), _e.amount_minor), else_=0) - sa.case(
        (_e.debit.in_(RAISED), _e.amount_minor), else_=0
    )
    rows = conn.execute(
        sa.select(_e.gift_id, sa.func.sum(signed))
        .where(among(conn, _e.gift_id, ids), sa.or_(_e.credit.in_(RAISED), _e.debit.in_(RAISED)))
        .group_by(_e.gift_id)
    )
    return {gift_id: int(minor) for gift_id, minor in rows}


def _values_in_pounds(conn: Connection, ids: Sequence[str]) -> dict[str, Money]:
    """What gifts in another currency are worth: what staff said, else what Stripe changed them into before its fee."""
    if not ids:
        return {}
    entered = conn.execute(
        sa.select(_p.gift_id, _p.value_minor).where(among(conn, _p.gift_id, ids)).order_by(_p.id)
    ).all()
    payments = sa.select(_ch.gift_id, _ch.payment).where(among(conn, _ch.gift_id, ids)).distinct().subquery()
    rows = conn.execute(
        sa.select(payments.c.gift_id, sa.func.sum(_l.amount_minor))
        .join(balance_line, _l.payment == payments.c.payment)
        .where(_l.category == Category.PAYMENT.value, _l.currency == GBP.code)
        .group_by(payments.c.gift_id)
    )
    return {gift_id: Money(int(minor), GBP) for gift_id, minor in (*rows, *entered)}


def _sections(conn: Connection, ids: Sequence[str], units: Collection[str]) -> dict[str, str]:
    """The accounting unit that received a gift. One that is shared over several sections is the organisation's."""
    sections: defaultdict[str, set[str]] = defaultdict(set)
    shares = conn.execute(
        sa.select(_a.gift_id, _a.campaign_id, campaign.c.parent_id)
        .join(campaign, campaign.c.id == _a.campaign_id)
        .where(among(conn, _a.gift_id, ids))
    ).all()
    parents = {(gift_id, parent) for gift_id, _, parent in shares}
    for gift_id, number, _ in shares:
        if (gift_id, number) not in parents:  # a parent's part of a gift to its group is the group's gift
            sections[gift_id].add(str(number) if str(number) in units else CENTRE)
    return {gift_id: next(iter(of_gift)) for gift_id, of_gift in sections.items() if len(of_gift) == 1}

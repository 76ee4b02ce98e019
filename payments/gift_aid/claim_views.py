"""What can be claimed now, and what was claimed too much: declarations beside gifts and the books. Writes nothing."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.questions import among
from donors.merge_store import kept_donors
from ledger.accounts import FIGURE_ACCOUNTS, Figure
from ledger.money import GBP, Money
from ledger.tables import entry
from payments.gift_aid.claim import Adjustment, OpenClaim, open_claim
from payments.gift_aid.claim_store import adjusted, standing_lines
from payments.gift_aid.claimable import ClaimableGift, ReceivedGift, claimable, claimable_again, over_claimed
from payments.gift_aid.declaration_views import counting_declarations
from payments.gift_aid.gift_aid_declaration import GiftAidDeclaration
from payments.gift_aid.tables import gift_aid_declaration, gift_aid_line
from payments.gifts.declaration import DonorKind
from payments.gifts.offline import Means
from payments.gifts.tables import declaration, gift, offline_gift
from payments.valuing.tables import gift_valuation
from payments.valuing.valuation_store import valuations_of

_g, _e, _o, _l = gift.c, entry.c, offline_gift.c, gift_aid_line.c
_RAISED = [account.value for account in FIGURE_ACCOUNTS[Figure.RAISED]]
_BACK = [account.value for account in FIGURE_ACCOUNTS[Figure.GIVEN_BACK]]

Declared = Mapping[str, Sequence[GiftAidDeclaration]]
"""The declarations of each person, by the donor whom they are read as."""


def claimable_now(conn: Connection, today: date) -> OpenClaim:
    """Every gift that can be claimed on today, and what the next claim pays back."""
    kept, declared = kept_donors(conn), counting_declarations(conn)
    by_person = _by_person(declared, kept)
    named = _by_person([made for made in declared if not made.is_erased], kept)
    people = set(named)
    donors = people | {donor_id for donor_id, into in kept.items() if into in people}
    unclaimed = ~sa.exists().where(_l.holds_of == _g.id)
    gifts = [
        decided
        for received in _received(conn, [among(conn, _g.donor_id, sorted(donors)), unclaimed])
        if isinstance(decided := claimable(received, _of(named, kept, received), today), ClaimableGift)
    ]
    again = _again(conn, named, kept, today)
    return open_claim([*gifts, *again], _adjustments(conn, by_person, kept), today)


def _adjustments(conn: Connection, by_person: Declared, kept: Mapping[str, str]) -> list[Adjustment]:
    """What was claimed too much and is not paid back yet, gift by gift."""
    suspects = _suspects(conn)
    claimed, paid_back = _claimed(conn, suspects), adjusted(conn, suspects)
    adjustments = []
    for received in _received(conn, [among(conn, _g.id, suspects)]):
        net = claimed[received.id] - Money(paid_back.get(received.id, 0), GBP)
        due = over_claimed(net, received, _of(by_person, kept, received))
        if due.minor > 0:
            adjustments.append(Adjustment(received.id, due))
    return sorted(adjustments, key=lambda adjustment: adjustment.gift_id)


def _again(conn: Connection, named: Declared, kept: Mapping[str, str], today: date) -> list[ClaimableGift]:
    """Gifts that tax was paid back on, and that may be claimed once more."""
    paid_back = adjusted(conn)
    claimed = _claimed(conn, sorted(paid_back))
    decided = (
        claimable_again(
            claimed[received.id], Money(paid_back[received.id], GBP), received, _of(named, kept, received), today
        )
        for received in _received(conn, [among(conn, _g.id, sorted(claimed))])
    )
    return [again for again in decided if again is not None]


def _claimed(conn: Connection, gift_ids: Sequence[str]) -> dict[str, Money]:
    """All that claims that stand have claimed on each of these gifts."""
    claimed: dict[str, Money] = {}
    for line in standing_lines(conn, gift_ids):
        claimed[line.gift_id] = claimed.get(line.gift_id, Money(0, GBP)) + line.line.amount
    return claimed


def _suspects(conn: Connection) -> list[str]:
    """Claimed gifts that may be no gifts any more.

    Something went back, they were taken back, their declaration was withdrawn, or it was noted that they bought
    something.
    """
    went_back = sa.select(_l.holds_of).join(entry, _e.gift_id == _l.holds_of)
    taken_back = sa.select(_l.holds_of).join(offline_gift, _o.gift_id == _l.holds_of)
    withdrawn = sa.select(_l.holds_of).join(gift_aid_declaration, gift_aid_declaration.c.id == _l.declaration_id)
    valued = sa.select(_l.holds_of).join(gift_valuation, gift_valuation.c.gift_id == _l.holds_of)
    questions = (
        valued,
        went_back.where(sa.or_(_e.debit.in_(_BACK), _e.credit.in_(_BACK))),
        taken_back.where(_o.taken_back_at.is_not(None)),
        withdrawn.where(gift_aid_declaration.c.ends_on.is_not(None), _l.holds_of.is_not(None)),
    )
    return sorted(conn.scalars(sa.union(*questions)).all())


def _by_person(declared: Collection[GiftAidDeclaration], kept: Mapping[str, str]) -> Declared:
    by_person: defaultdict[str, list[GiftAidDeclaration]] = defaultdict(list)
    for made in declared:
        by_person[kept.get(made.donor_id, made.donor_id)].append(made)
    return by_person


def _of(by_person: Declared, kept: Mapping[str, str], received: ReceivedGift) -> Sequence[GiftAidDeclaration]:
    return by_person.get(kept.get(received.donor_id, received.donor_id), ())


def _received(conn: Connection, conditions: Sequence[sa.ColumnElement[bool]]) -> list[ReceivedGift]:
    """The gifts in pounds of these conditions that were received, with what is left of each by the books."""
    chosen = sa.and_(_g.received_on.is_not(None), _g.currency == GBP.code, *conditions)
    left = _left_in_books(conn, chosen)
    rows = conn.execute(
        sa.select(_g.id, _g.donor_id, _g.received_on, _g.amount_minor, declaration.c.kind, _o.means, _o.taken_back_at)
        .select_from(gift.outerjoin(declaration, declaration.c.gift_id == _g.id))
        .outerjoin(offline_gift, _o.gift_id == _g.id)
        .where(chosen)
    ).all()
    valuations = valuations_of(conn, [row.id for row in rows])
    bought = {gift_id for gift_id, valuation in valuations.items() if valuation.market_value}
    return [replace(_gift(row, left.get(row.id, 0)), has_benefit=row.id in bought) for row in rows]


def _gift(row: Any, left: int) -> ReceivedGift:
    """A gift that was paid twice counts once: the second payment will go back."""
    kept = 0 if row.taken_back_at is not None else min(left, row.amount_minor)
    by_person = row.kind in (None, DonorKind.INDIVIDUAL.value)
    in_kind = row.means == Means.IN_KIND.value
    return ReceivedGift(row.id, row.donor_id, row.received_on, Money(kept, GBP), by_person=by_person, in_kind=in_kind)


def _left_in_books(conn: Connection, chosen: sa.ColumnElement[bool]) -> dict[str, int]:
    """What was booked as given, less what went back, in pence by gift."""
    signed = sa.case((_e.credit.in_(_RAISED), _e.amount_minor), else_=0) - sa.case(
        (_e.debit.in_(_RAISED), _e.amount_minor), else_=0
    )
    rows = conn.execute(
        sa.select(_g.id, sa.func.sum(signed))
        .select_from(gift.join(entry, _e.gift_id == _g.id))
        .where(chosen, _e.currency == GBP.code)
        .group_by(_g.id)
    )
    return {gift_id: int(minor) for gift_id, minor in rows}

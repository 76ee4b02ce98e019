"""The lists of payouts, refunds and disputes at the desk. Writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.lists import ListChoice, ListedTable, ListQuestion, within_days
from database.questions import among
from donors.word_store import are_many, donors_called
from ledger.amount_views import is_amount
from ledger.money import Money, currency
from payments.books.tables import balance_line, charge, dispute, payout, refund
from payments.books.views import NEEDS_ANSWER, DisputeRow, PayoutRow, payout_row
from payments.gifts.tables import allocation, gift
from payments.reading.happenings import Category

_p, _r, _d, _g, _line = payout.c, refund.c, dispute.c, gift.c, balance_line.c
_LONG_AGO, _NEVER = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
_DECIDED = ("won", "lost", "warning_closed", "prevented")


@dataclass(frozen=True, slots=True)
class RefundListRow:
    """A refund in a list. `state` is undone, settled, agreed, or waiting (for its gift to be known)."""

    id: str
    at: datetime | None
    gift: str | None
    donor: str
    amount: Money
    state: str
    payment: str


@dataclass(frozen=True, slots=True)
class DisputeListRow:
    """A dispute in a list, and the gift that it is about."""

    dispute: DisputeRow
    gift: str | None
    payment: str


def _payouts(_conn: Connection, choice: ListChoice) -> ListedTable:
    own_line = sa.and_(_line.subject == _p.id, _line.category == Category.PAYOUT.value)
    source = payout.outerjoin(balance_line, own_line)
    # An arrival is a day, kept as its beginning in UTC.
    conditions = [*within_days(_p.arrived_at, replace(choice, zone=UTC)), *_of_currency(_p.currency, choice)]
    match choice.words.get("state"):
        case "arrived":
            conditions += [_p.arrived_at.is_not(None), _p.returned_at.is_(None)]
        case "on-its-way":
            conditions += [_p.arrived_at.is_(None), _p.returned_at.is_(None)]
        case "back":
            conditions.append(_p.returned_at.is_not(None))
        case "unlike":
            conditions.append(_p.lines_minor != _p.amount_minor)
    if choice.text:
        named = _p.id == choice.text
        amount = choice.amount
        conditions.append(named if amount is None else is_amount(_p.amount_minor, _p.currency, amount))
    # What is on its way stands above what has arrived.
    arrived = _instant(_p.arrived_at, _NEVER)
    sent = sa.func.coalesce(_line.created_at, _p.looked_at, sa.literal(_LONG_AGO, _p.looked_at.type))
    sorts = {"day": (arrived, sent), "amount": (_p.amount_minor,)}
    columns = (*payout.c, _line.created_at.label("at"))
    return ListedTable(columns, source, conditions, _p.id, sorts, _p.currency, _p.amount_minor)


def _read_payouts(_conn: Connection, rows: Sequence[sa.Row[Any]]) -> list[PayoutRow]:
    return [payout_row(row) for row in rows]


def _refunds(conn: Connection, choice: ListChoice) -> ListedTable:
    conditions = [*within_days(_r.agreed_at, choice), *_of_currency(_r.currency, choice)]
    conditions += _of_campaign(_r.payment, choice)
    if choice.text:
        conditions.append(_matches_text(conn, choice, _r.id, _r.payment, (_r.amount_minor, _r.currency)))
    match choice.words.get("state"):
        case "agreed":
            conditions.append(_r.undone_at.is_(None))
        case "undone":
            conditions.append(_r.undone_at.is_not(None))
    sorts = {"day": (_instant(_r.agreed_at, _LONG_AGO),), "amount": (_r.amount_minor,)}
    return ListedTable(tuple(refund.c), refund, conditions, _r.id, sorts, _r.currency, _r.amount_minor)


def _read_refunds(conn: Connection, rows: Sequence[sa.Row[Any]]) -> list[RefundListRow]:
    gifts = _gifts_of(conn, [row.payment for row in rows])
    ids = [row.id for row in rows]
    settled = set(conn.scalars(sa.select(_line.subject).where(among(conn, _line.subject, ids))))
    refunds = []
    for row in rows:
        gift_id, donor = gifts.get(row.payment, (None, ""))
        states = (("undone", row.undone_at), ("waiting", gift_id is None), ("settled", row.id in settled))
        state = next((name for name, holds in states if holds), "agreed")
        amount = Money(row.amount_minor, currency(row.currency))
        refunds.append(RefundListRow(row.id, row.agreed_at, gift_id, donor, amount, state, row.payment))
    return refunds


def _disputes(conn: Connection, choice: ListChoice) -> ListedTable:
    conditions = [*within_days(_d.answer_by, choice), *_of_currency(_d.currency, choice)]
    conditions += _of_campaign(_d.payment, choice)
    if choice.text:
        conditions.append(_matches_text(conn, choice, _d.id, _d.payment, (_d.amount_minor, _d.currency)))
    match choice.words.get("state"):
        case "to-answer":
            conditions.append(_d.status.in_(NEEDS_ANSWER))
        case "decided":
            conditions.append(_d.status.in_(_DECIDED))
        case "under-way":
            conditions.append(_d.status.not_in((*NEEDS_ANSWER, *_DECIDED)))
    waiting_first = sa.case((_d.status.in_(NEEDS_ANSWER), 0), else_=1)
    sorts = {"due": (waiting_first, _instant(_d.answer_by, _NEVER)), "amount": (_d.amount_minor,)}
    return ListedTable(tuple(dispute.c), dispute, conditions, _d.id, sorts, _d.currency, _d.amount_minor)


def _read_disputes(conn: Connection, rows: Sequence[sa.Row[Any]]) -> list[DisputeListRow]:
    gifts = _gifts_of(conn, [row.payment for row in rows])
    disputes = []
    for row in rows:
        gift_id, donor = gifts.get(row.payment, (None, ""))
        amount = Money(row.amount_minor, currency(row.currency))
        listed = DisputeRow(row.id, row.looked_at, donor, amount, row.reason, row.status, row.answer_by)
        disputes.append(DisputeListRow(listed, gift_id, row.payment))
    return disputes


def _instant(column: sa.ColumnElement[datetime], otherwise: datetime) -> sa.ColumnElement[datetime]:
    """An instant to sort by: one that is not known counts as another."""
    return sa.func.coalesce(column, sa.literal(otherwise, column.type), type_=column.type)


def _of_currency(column: sa.ColumnElement[str], choice: ListChoice) -> list[sa.ColumnElement[bool]]:
    code = choice.words.get("currency")
    return [column == code] if code else []


def _of_campaign(payment: sa.ColumnElement[str], choice: ListChoice) -> list[sa.ColumnElement[bool]]:
    number = choice.number("campaign")
    if number is None:
        return []
    shared = allocation.c.gift_id == charge.c.gift_id
    return [sa.exists().where(charge.c.payment == payment, shared, allocation.c.campaign_id == number)]


def _matches_text(
    conn: Connection,
    choice: ListChoice,
    identity: sa.ColumnElement[str],
    payment: sa.ColumnElement[str],
    money: tuple[sa.ColumnElement[int], sa.ColumnElement[str]],
) -> sa.ColumnElement[bool]:
    """What a text finds: an amount, an id or payment of Stripe's, else a donor by a part of name or address."""
    text = choice.text
    if choice.amount is not None:
        return is_amount(*money, choice.amount)
    return sa.or_(identity == text, payment == text, _is_paid_by(conn, identity, payment, donors_called(conn, text)))


def _is_paid_by(
    conn: Connection, identity: sa.ColumnElement[str], payment: sa.ColumnElement[str], called: sa.Select[Any]
) -> sa.ColumnElement[bool]:
    """The condition that one of these donors made a payment.

    The payments of few donors are looked up. Of many, each refund or dispute is asked who paid: they are fewer. That
    is asked here, once for the rows and their total.
    """
    theirs = _g.donor_id.in_(called)
    if are_many(conn, called):
        paid = sa.exists().where(charge.c.payment == payment, _g.id == charge.c.gift_id, theirs)
        return among(conn, identity, conn.scalars(sa.select(identity).where(paid)).all())
    gifts = sa.select(_g.id).where(theirs)
    return payment.in_(sa.select(charge.c.payment).where(charge.c.gift_id.in_(gifts)))


def _gifts_of(conn: Connection, payments: Sequence[str]) -> dict[str, tuple[str | None, str]]:
    """The gift of each payment and its donor's name; one, also of a payment that has several charges."""
    rows = conn.execute(
        sa.select(charge.c.payment, _g.id, _g.donor_name)
        .join(gift, _g.id == charge.c.gift_id)
        .where(among(conn, charge.c.payment, payments))
        .order_by(_g.id.desc())
    )
    return {payment: (gift_id, donor) for payment, gift_id, donor in rows}


PAYOUTS = ListQuestion(_payouts, _read_payouts)
"""Payouts, by `state` (arrived, on-its-way, back, unlike: its lines add up to something else) and `currency`."""
REFUNDS = ListQuestion(_refunds, _read_refunds)
"""Refunds, by `state` (agreed, undone), `campaign` and `currency`."""
DISPUTES = ListQuestion(_disputes, _read_disputes)
"""Disputes, by `state` (to-answer, under-way, decided), `campaign` and `currency`."""

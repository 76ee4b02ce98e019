"""Payouts, refunds, disputes, and charges without a gift, as the desk lists them. Writes nothing."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.money import Money, currency
from payments.books.tables import charge, dispute, payout
from payments.gifts.tables import gift, lost_gift
from staff.tables import act

NOT_A_GIFT = "charge.not_a_gift"
"""The act by which a treasurer settles a charge without its gift."""
# A dispute with one of these statuses waits for our answer (docs.stripe.com/api/disputes, `status`).
NEEDS_ANSWER = ("needs_response", "warning_needs_response")


@dataclass(frozen=True, slots=True)
class PayoutRow:
    """A payout in a list. `state` is arrived, back, or Stripe's own status; `lines` is the sum of its balance lines.

    `at` is when it was sent; None for one that left before our time. `arrived_on` is its day on the bank statement.
    """

    id: str
    at: datetime | None
    arrived_on: date | None
    amount: Money
    state: str
    lines: Money | None


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """A dispute in a list: the amount in dispute, Stripe's reason and status, and until when to answer."""

    id: str
    at: datetime
    donor: str | None
    amount: Money
    reason: str
    state: str
    answer_by: datetime | None


@dataclass(frozen=True, slots=True)
class ChargeWithoutGift:
    """A charge that names a gift which this database does not hold."""

    charge: str
    payment: str
    amount: Money
    at: datetime


def payout_row(row: sa.Row[Any]) -> PayoutRow:
    """A payout of its table's row, with the instant `at` at which it was sent."""
    of = currency(row.currency)
    state = "back" if row.returned_at else "arrived" if row.arrived_at else row.status or "pending"
    lines = None if row.lines_minor is None else Money(row.lines_minor, of)
    arrived_on = row.arrived_at.date() if row.arrived_at and not row.returned_at else None
    return PayoutRow(row.id, row.at, arrived_on, Money(row.amount_minor, of), state, lines)


def disputes_to_answer(conn: Connection, limit: int) -> list[DisputeRow]:
    """Disputes that wait for an answer, the most urgent first."""
    d = dispute.c
    rows = conn.execute(
        _disputes().where(d.status.in_(NEEDS_ANSWER)).order_by(sa.nulls_last(d.answer_by), d.id).limit(limit)
    )
    return [_dispute(row) for row in rows]


def disputes_of_payment(conn: Connection, payment: str | None) -> list[DisputeRow]:
    """The disputes of a payment, whatever became of them."""
    d = dispute.c
    rows = conn.execute(_disputes().where(d.payment == payment).order_by(d.id)) if payment else ()
    return [_dispute(row) for row in rows]


def _disputes() -> sa.Select[Any]:
    d = dispute.c
    return sa.select(dispute, gift.c.donor_name).select_from(dispute).outerjoin(gift, gift.c.id == _gift_of(d.payment))


def _gift_of(payment: sa.Column[str]) -> sa.ScalarSelect[str]:
    """The gift of a payment: one row, also when the payment has several charges."""
    gift_id = sa.select(sa.func.min(charge.c.gift_id)).where(charge.c.payment == payment)
    return gift_id.correlate(payment.table).scalar_subquery()


def _dispute(row: sa.Row[Any]) -> DisputeRow:
    amount = Money(row.amount_minor, currency(row.currency))
    return DisputeRow(row.id, row.looked_at, row.donor_name, amount, row.reason, row.status, row.answer_by)


def payout_rows_unlike_their_lines(conn: Connection) -> list[PayoutRow]:
    """Payouts whose lines add up to something else."""
    p = payout.c
    query = sa.select(payout, p.looked_at.label("at")).where(p.lines_minor != p.amount_minor)
    return [payout_row(row) for row in conn.execute(query.order_by(p.id))]


def charges_without_gift(conn: Connection, limit: int) -> list[ChargeWithoutGift]:
    """Charges that name a gift which is not in this database, newest first; those of lost gifts stand in their list."""
    c = charge.c
    rows = conn.execute(
        sa.select(c.id, c.payment, c.currency, c.amount_minor, c.succeeded_at)
        .where(*is_without_gift(), ~_is_explained())
        .order_by(c.succeeded_at.desc(), c.id)
        .limit(limit)
    )
    return [ChargeWithoutGift(row[0], row[1], Money(row[3], currency(row[2])), row[4]) for row in rows]


def is_charge_without_gift(conn: Connection, identity: str) -> bool:
    """Whether this charge names a gift of ours that is not in this database, and was not settled."""
    return conn.scalar(sa.select(charge.c.id).where(charge.c.id == identity, *is_without_gift())) is not None


def charge_without_gift_count(conn: Connection) -> int:
    """How many charges name a gift which is not in this database."""
    question = sa.select(sa.func.count()).select_from(charge).where(*is_without_gift(), ~_is_explained())
    return conn.scalar(question) or 0


def _is_explained() -> sa.ColumnElement[bool]:
    """Stripe was asked about its gift, which is listed with what Stripe knows."""
    return sa.exists().where(lost_gift.c.id == charge.c.gift_hint)


def is_without_gift() -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions of a charge that names a gift of ours which is not kept here, and that was not settled."""
    settled = sa.exists().where(
        act.c.what == NOT_A_GIFT, act.c.subject_kind == "charge", act.c.subject_id == charge.c.id
    )
    return charge.c.gift_id.is_(None), charge.c.gift_hint.is_not(None), ~settled

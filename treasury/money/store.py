"""What the money pages ask of the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.accounts import Account
from ledger.money import Currency, Money, currency
from ledger.views import VerifiedShare, balances, verified_shares
from payments.happenings import Category
from payments.settlement.tables import balance_check, balance_line, contact
from payments.tables import charge, dispute, gift, payout, refund

# Where money can be, in the order in which it travels.
PLACES = (Account.CLEARING, Account.STRIPE, Account.IN_TRANSIT, Account.BANK, Account.CASH, Account.SUSPENSE)
# As long as one of these is said, an answer is asked for (Stripe: disputes, statuses).
ASKED = ("needs_response", "warning_needs_response")


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where the money of one currency is, and how much of what was told is proved."""

    currency: Currency
    proof: VerifiedShare
    places: tuple[tuple[Account, Money], ...]


@dataclass(frozen=True, slots=True)
class Touch:
    """When Stripe's balance was last compared with ours and whether they agreed; since when Stripe is silent."""

    compared_at: datetime | None
    agrees: bool
    silent_since: datetime | None


@dataclass(frozen=True, slots=True)
class PayoutLine:
    """A payout in a list. `state` is arrived, back, or Stripe's own word."""

    id: str
    at: datetime | None
    amount: Money
    state: str
    lines: Money | None


@dataclass(frozen=True, slots=True)
class RefundLine:
    """A refund in a list. `state` is undone, settled, agreed, or waiting (for its gift to be known)."""

    id: str
    at: datetime | None
    donor: str | None
    amount: Money
    state: str


@dataclass(frozen=True, slots=True)
class DisputeLine:
    """A dispute in a list: how much it has taken, as Stripe's word for its state, and until when to answer."""

    id: str
    at: datetime
    donor: str | None
    amount: Money
    reason: str
    state: str
    answer_by: datetime | None


def whereabouts(conn: Connection) -> list[Whereabouts]:
    """Where the money is, by currency; places that never held any are left out."""
    held = {account: balances(conn, account) for account in PLACES}
    found = []
    for proof in verified_shares(conn):
        of = proof.total.currency
        there = [(account, Money(held[account][of.code], of)) for account in PLACES if of.code in held[account]]
        found.append(Whereabouts(of, proof, tuple(there)))
    return sorted(found, key=lambda one: (-one.proof.total.minor, one.currency.code))


def touch(conn: Connection) -> Touch:
    """How we stand with Stripe."""
    b = balance_check.c
    at = sa.func.min(b.checked_at, type_=b.checked_at.type)
    unlike = sa.func.count(sa.case((b.ours_minor != b.theirs_minor, 1)))
    compared_at, wrong = conn.execute(sa.select(at, unlike)).one()
    return Touch(compared_at, not wrong, conn.scalar(sa.select(contact.c.failing_since)))


def payouts(conn: Connection, limit: int, page: int = 1) -> list[PayoutLine]:
    """Payouts, newest first."""
    p, line = payout.c, balance_line.c
    left = sa.and_(line.subject == p.id, line.category == Category.PAYOUT.value)
    at = sa.func.coalesce(line.created_at, p.arrived_at, p.looked_at, type_=p.arrived_at.type).label("at")
    rows = conn.execute(
        sa.select(payout, at)
        .outerjoin(balance_line, left)
        .order_by(sa.nulls_last(at.desc()), p.id)
        .limit(limit)
        .offset((page - 1) * (limit - 1))
    )
    return [_payout(row) for row in rows]


def _payout(row: sa.Row[Any]) -> PayoutLine:
    of = currency(row.currency)
    state = "back" if row.returned_at else "arrived" if row.arrived_at else row.status or "pending"
    lines = None if row.lines_minor is None else Money(row.lines_minor, of)
    return PayoutLine(row.id, row.at, Money(row.amount_minor, of), state, lines)


def refunds(conn: Connection, limit: int, page: int = 1) -> list[RefundLine]:
    """Refunds, newest first."""
    r = refund.c
    seen = sa.exists().where(balance_line.c.subject == r.id)
    rows = conn.execute(
        sa.select(refund, gift.c.id.label("gift_id"), gift.c.donor_name, seen.label("seen"))
        .select_from(refund)
        .outerjoin(gift, gift.c.id == _gift_of(r.payment))
        .order_by(sa.nulls_last(r.agreed_at.desc()), r.id)
        .limit(limit)
        .offset((page - 1) * (limit - 1))
    )
    return [_refund(row) for row in rows]


def _refund(row: sa.Row[Any]) -> RefundLine:
    states = (("undone", row.undone_at), ("waiting", row.gift_id is None), ("settled", row.seen))
    state = next((name for name, holds in states if holds), "agreed")
    amount = Money(row.amount_minor, currency(row.currency))
    return RefundLine(row.id, row.agreed_at, row.donor_name, amount, state)


def disputes(conn: Connection, limit: int, page: int = 1) -> list[DisputeLine]:
    """Disputes: those that wait for an answer first, the most urgent at the top."""
    d = dispute.c
    asked = sa.case((d.status.in_(ASKED), 0), else_=1)
    rows = conn.execute(
        _disputes()
        .order_by(asked, sa.nulls_last(d.answer_by), d.looked_at.desc(), d.id)
        .limit(limit)
        .offset((page - 1) * (limit - 1))
    )
    return [_dispute(row) for row in rows]


def disputes_to_answer(conn: Connection, limit: int) -> list[DisputeLine]:
    """Disputes that wait for an answer, the most urgent first."""
    d = dispute.c
    rows = conn.execute(_disputes().where(d.status.in_(ASKED)).order_by(sa.nulls_last(d.answer_by), d.id).limit(limit))
    return [_dispute(row) for row in rows]


def _disputes() -> sa.Select[Any]:
    d = dispute.c
    return sa.select(dispute, gift.c.donor_name).select_from(dispute).outerjoin(gift, gift.c.id == _gift_of(d.payment))


def _gift_of(payment: sa.Column[str]) -> sa.ScalarSelect[str]:
    """The gift of a payment, once, however many charges it took."""
    found = sa.select(sa.func.min(charge.c.gift_id)).where(charge.c.payment == payment)
    return found.correlate(payment.table).scalar_subquery()


def _dispute(row: sa.Row[Any]) -> DisputeLine:
    amount = Money(row.amount_minor, currency(row.currency))
    return DisputeLine(row.id, row.looked_at, row.donor_name, amount, row.reason, row.status, row.answer_by)


def payouts_unlike_their_lines(conn: Connection) -> list[PayoutLine]:
    """Payouts whose lines add up to something else."""
    p = payout.c
    unlike = sa.select(payout, p.arrived_at.label("at")).where(p.lines_minor != p.amount_minor)
    return [_payout(row) for row in conn.execute(unlike.order_by(p.id))]


def counts(conn: Connection) -> dict[str, int]:
    """How long the lists are."""
    tables: Sequence[sa.Table] = (payout, refund, dispute)
    return {table.name: conn.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables}

"""A trace's questions to the database: everything about one gift, payment, payout or recurring gift."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.accounts import Account
from ledger.kinds import EntryKind
from ledger.money import Money, currency
from ledger.tables import entry
from payments.books.tables import balance_line, charge, dispute_move, payout, refund, waiting_fact
from payments.gifts.tables import checkout, gift
from payments.inbox.tables import delivery
from payments.settlement.tables import contact, walk
from receipts.receipt import printed_number
from receipts.tables import receipt, receipt_pdf

_e, _l = entry.c, balance_line.c


@dataclass(frozen=True, slots=True)
class PostedEntry:
    """An entry of the ledger, and the type of the delivery that caused it (None when no delivery did)."""

    id: int
    key: str
    kind: EntryKind
    debit: Account
    credit: Account
    amount: Money
    subject: str
    campaign: int
    at: datetime
    posted_at: datetime
    cause: str
    delivery_type: str | None


@dataclass(frozen=True, slots=True)
class ChargeFact:
    """A charge that succeeded."""

    id: str
    payment: str
    amount: Money
    method: str
    at: datetime
    gift: str | None
    gift_hint: str | None


@dataclass(frozen=True, slots=True)
class WithdrawalFact:
    """A refund or a dispute's move: its id, the subject of its entries, and the instants that are known."""

    id: str
    subject: str
    amount: Money
    at: datetime | None
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LineFact:
    """A line of Stripe's balance."""

    id: str
    kind: EntryKind
    subject: str
    payment: str | None
    amount: Money
    fee: Money
    at: datetime
    ours: bool | None
    payout: str | None


@dataclass(frozen=True, slots=True)
class PayoutFact:
    """A payout as it stands."""

    id: str
    amount: Money
    status: str | None
    automatic: bool | None
    arrived_on: date | None
    returned_at: datetime | None
    lines: Money | None


@dataclass(frozen=True, slots=True)
class ReceiptFact:
    """A receipt: its printed number, and whether its PDF is made."""

    number: str
    issued_at: datetime
    printed: bool


def entries_about(conn: Connection, subjects: Sequence[str], gift_id: str | None = None) -> list[PostedEntry]:
    """Every entry with one of these subjects or for this gift, by the instants of their facts."""
    with_subject = _e.subject.in_(subjects)
    rows = conn.execute(
        sa.select(entry, delivery.c.type)
        .outerjoin(delivery, delivery.c.id == _e.cause)
        .where(with_subject if gift_id is None else sa.or_(with_subject, _e.gift_id == gift_id))
        .order_by(_e.occurred_at, _e.id)
    )
    return [
        PostedEntry(
            row.id, row.key, EntryKind(row.kind), Account(row.debit), Account(row.credit), _money(row), row.subject,
            row.campaign_id, row.occurred_at, row.posted_at, row.cause, row.type,
        )
        for row in rows
    ]  # fmt: skip


def checkout_ids(conn: Connection, gift_id: str) -> list[str]:
    """The ids of a gift's Checkout Sessions."""
    c = checkout.c
    return list(conn.scalars(sa.select(c.session_id).where(c.gift_id == gift_id).order_by(c.session_id)))


def charge_facts(conn: Connection, gift_id: str | None, payment: str | None = None) -> list[ChargeFact]:
    """The charges that paid a gift; or those of one payment."""
    c = charge.c
    which = c.gift_id == gift_id if gift_id else c.payment == payment
    rows = conn.execute(sa.select(charge).where(which).order_by(c.succeeded_at, c.id))
    return [
        ChargeFact(row.id, row.payment, _money(row), row.method, row.succeeded_at, row.gift_id, row.gift_hint)
        for row in rows
    ]


def refund_facts(conn: Connection, payments: Sequence[str]) -> list[WithdrawalFact]:
    """Refunds of these payments."""
    r = refund.c
    rows = conn.execute(sa.select(refund).where(r.payment.in_(payments)).order_by(r.id))
    return [WithdrawalFact(row.id, row.id, _money(row), row.agreed_at, row.undone_at) for row in rows]


def dispute_moves(conn: Connection, payments: Sequence[str]) -> list[WithdrawalFact]:
    """The money that disputes of these payments moved."""
    m = dispute_move.c
    rows = conn.execute(sa.select(dispute_move).where(m.payment.in_(payments)).order_by(m.moved_at, m.line_id))
    return [WithdrawalFact(row.line_id, row.dispute, _money(row), row.moved_at) for row in rows]


def line_facts(
    conn: Connection, payments: Sequence[str], *, of_payout: str | None = None, limit: int = 0
) -> list[LineFact]:
    """The balance lines of these payments; or the first `limit` lines of one payout (0: all)."""
    which = _l.payout_id == of_payout if of_payout else _l.payment.in_(payments)
    rows = conn.execute(sa.select(balance_line).where(which).order_by(_l.created_at, _l.id).limit(limit or None))
    return [
        LineFact(
            row.id, row.kind, row.subject, row.payment, _money(row), Money(row.fee_minor, currency(row.currency)),
            row.created_at, row.ours, row.payout_id,
        )
        for row in rows
    ]  # fmt: skip


def payout_line_count(conn: Connection, payout_id: str) -> int:
    """How many balance lines a payout holds."""
    return conn.scalar(sa.select(sa.func.count()).select_from(balance_line).where(_l.payout_id == payout_id)) or 0


def payout_facts(conn: Connection, ids: Sequence[str]) -> list[PayoutFact]:
    """These payouts as they stand."""
    rows = conn.execute(sa.select(payout).where(payout.c.id.in_(ids)).order_by(payout.c.id))
    return [_payout(row) for row in rows]


def _payout(row: sa.Row[Any]) -> PayoutFact:
    amount = _money(row)
    lines = None if row.lines_minor is None else Money(row.lines_minor, amount.currency)
    arrived_on = row.arrived_at and row.arrived_at.date()
    return PayoutFact(row.id, amount, row.status, row.automatic, arrived_on, row.returned_at, lines)


def receipts(conn: Connection, gift_id: str) -> list[ReceiptFact]:
    """A gift's receipts."""
    t = receipt.c
    rows = conn.execute(
        sa.select(t.year, t.number, t.issued_at, receipt_pdf.c.made_at)
        .outerjoin(receipt_pdf, receipt_pdf.c.receipt_id == t.id)
        .where(t.gift_id == gift_id)
        .order_by(t.edition)
    )
    return [ReceiptFact(printed_number(row[0], row[1]), row[2], row[3] is not None) for row in rows]


def waiting_facts(conn: Connection, payments: Sequence[str]) -> list[tuple[str, datetime]]:
    """Facts about these payments that wait until their gift is known, and since when."""
    w = waiting_fact.c
    rows = conn.execute(sa.select(w.fact, w.since).where(w.payment.in_(payments)).order_by(w.fact))
    return [(row[0], row[1]) for row in rows]


def balance_read_at(conn: Connection) -> datetime | None:
    """When Stripe's balance was last read."""
    read: datetime | None = conn.scalar(sa.select(walk.c.walked_at).where(walk.c.name == "balance"))
    return read


def silent_since(conn: Connection) -> datetime | None:
    """Since when Stripe does not answer; None while it does."""
    since: datetime | None = conn.scalar(sa.select(contact.c.failing_since))
    return since


def instalment_gifts(conn: Connection, recurring_id: str) -> list[tuple[str, str, Money, datetime]]:
    """The gifts of a recurring gift, newest first: id, state, amount, and when it was received or else created."""
    g = gift.c
    at = sa.func.coalesce(g.received_at, g.created_at, type_=g.created_at.type)
    rows = conn.execute(
        sa.select(g.id, g.state, g.currency, g.amount_minor, at.label("at"))
        .where(g.recurring_id == recurring_id)
        .order_by(at.desc(), g.id)
    )
    return [(row.id, row.state, Money(row.amount_minor, currency(row.currency)), row.at) for row in rows]


def _money(row: sa.Row[Any]) -> Money:
    return Money(row.amount_minor, currency(row.currency))

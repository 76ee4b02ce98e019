"""Which gift, payment, payout or recurring gift a name stands for: any id that a treasurer can read somewhere."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.tables import entry
from payments.books.tables import (
    balance_line,
    charge,
    dispute,
    dispute_move,
    invoice_payment,
    payment_failure,
    payout,
    refund,
)
from payments.gifts.tables import checkout, gift, recurring
from receipts.tables import YEAR_SPAN, receipt

RECEIPT = re.compile(r"([0-9]{4})-([0-9]{1,7})")
REFERENCE = re.compile(r"[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Named:
    """What a name stands for: `gift`, `payment`, `payout`, `recurring` or (a line of the balance) `line`; its id."""

    what: str
    id: str


def named(conn: Connection, asked: str) -> list[Named]:
    """What this name stands for: nothing, one thing, or several gifts whose references are alike."""
    name = asked.strip()
    for found in (_ours(conn, name.lower()), _theirs(conn, name), _alone(conn, name)):
        if things := list(dict.fromkeys(found)):
            return things
    return []


def _ours(conn: Connection, name: str) -> Iterator[Named]:
    """Names that we gave: gifts and their references, recurring gifts, receipts."""
    if number := RECEIPT.fullmatch(name):
        of = receipt.c.id == int(number[1]) * YEAR_SPAN + int(number[2])
        yield from _gifts(conn, sa.select(receipt.c.gift_id).where(of))
    if REFERENCE.fullmatch(name):
        yield from _gifts(conn, sa.select(gift.c.id).where(gift.c.id.startswith(f"{name}-")).order_by(gift.c.id))
    yield from _gifts(conn, sa.select(gift.c.id).where(gift.c.id == name))
    for recurring_id in conn.scalars(sa.select(recurring.c.id).where(recurring.c.id == name)):
        yield Named("recurring", recurring_id)


def _theirs(conn: Connection, name: str) -> Iterator[Named]:
    """Names that Stripe gave; never judged by their first letters, which say less than they seem to."""
    yield from _gifts(conn, sa.select(checkout.c.gift_id).where(checkout.c.session_id == name))
    yield from _payouts(conn, name)
    for recurring_id in conn.scalars(sa.select(recurring.c.id).where(recurring.c.subscription == name)):
        yield Named("recurring", recurring_id)
    for payment in _payments(conn, name):
        yield _of_payment(conn, payment)


def _payouts(conn: Connection, name: str) -> Iterator[Named]:
    """A payout of this id, or the payout that a line of the balance sent off or brought back."""
    line = balance_line.c
    told = sa.select(payout.c.id).where(payout.c.id == name)
    seen = sa.select(line.subject).where(
        line.category.in_(["payout", "payout_returned"]), sa.or_(line.id == name, line.subject == name)
    )
    yield from (Named("payout", str(found)) for question in (told, seen) for found in conn.scalars(question))


def _alone(conn: Connection, name: str) -> Iterator[Named]:
    """What no payment or payout stands behind: a fee of Stripe's own, an adjustment, the opening."""
    line = sa.select(balance_line.c.subject).where(sa.or_(balance_line.c.id == name, balance_line.c.subject == name))
    posted = sa.select(entry.c.subject).where(sa.or_(entry.c.key == name, entry.c.subject == name))
    for question in (line, posted):
        for subject in conn.scalars(question.limit(1)):
            yield from (_theirs(conn, subject) if subject != name else [Named("line", subject)])


def _payments(conn: Connection, name: str) -> Iterator[str]:
    c, d, m, line = charge.c, dispute.c, dispute_move.c, balance_line.c
    questions = (
        sa.select(c.payment).where(sa.or_(c.id == name, c.payment == name)),
        sa.select(refund.c.payment).where(refund.c.id == name),
        sa.select(d.payment).where(d.id == name),
        sa.select(m.payment).where(sa.or_(m.dispute == name, m.line_id == name)),
        sa.select(payment_failure.c.payment).where(
            sa.or_(payment_failure.c.charge == name, payment_failure.c.payment == name)
        ),
        sa.select(invoice_payment.c.payment).where(invoice_payment.c.invoice_id == name),
        sa.select(line.payment).where(
            sa.or_(line.id == name, line.subject == name, line.payment == name), line.payment.is_not(None)
        ),
    )
    for question in questions:
        yield from (str(payment) for payment in conn.scalars(question.limit(1)))


def _of_payment(conn: Connection, payment: str) -> Named:
    gift_id = conn.scalar(sa.select(sa.func.min(charge.c.gift_id)).where(charge.c.payment == payment))
    return Named("gift", str(gift_id)) if gift_id else Named("payment", payment)


def _gifts(conn: Connection, question: sa.Select[Any]) -> Iterator[Named]:
    yield from (Named("gift", gift_id) for gift_id in conn.scalars(question))

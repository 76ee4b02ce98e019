"""Identify a gift, payment, payout or recurring gift by any id that a treasurer can read, here or at Stripe."""

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
from receipts.document_store import gift_of_subject
from receipts.tables import YEAR_SPAN, document, receipt
from web.typed import compact

CREDIT_NOTE = re.compile(r"CN[0-9]{4}-[0-9]{6,7}")
RECEIPT = re.compile(r"([0-9]{4})-([0-9]{1,7})")
REFERENCE = re.compile(r"[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Identified:
    """What an identifier stands for, and its id.

    `kind` is `gift`, `payment`, `payout`, `recurring`, or `line` for a balance line without a payment.
    """

    kind: str
    id: str


def identify(conn: Connection, identifier: str) -> list[Identified]:
    """What an identifier stands for: nothing, one match, or several gifts whose references are alike."""
    name = compact(identifier)
    for matches in (_ours(conn, name.lower()), _stripes(conn, name), _without_payment(conn, name)):
        if distinct := list(dict.fromkeys(matches)):
            return distinct
    return []


def _ours(conn: Connection, name: str) -> Iterator[Identified]:
    """Our own ids: gifts and their references, recurring gifts, receipt numbers."""
    if number := RECEIPT.fullmatch(name):
        numbered = receipt.c.id == int(number[1]) * YEAR_SPAN + int(number[2])
        yield from _gifts(conn, sa.select(receipt.c.gift_id).where(numbered))
    if CREDIT_NOTE.fullmatch(name.upper()):
        about = sa.select(document.c.subject).where(document.c.id == name.upper())
        yield from _gifts(conn, sa.select(gift.c.id).where(gift.c.id == gift_of_subject(conn.scalar(about) or "")))
    if REFERENCE.fullmatch(name):
        yield from _gifts(conn, sa.select(gift.c.id).where(gift.c.id.startswith(f"{name}-")).order_by(gift.c.id))
    yield from _gifts(conn, sa.select(gift.c.id).where(gift.c.id == name))
    for recurring_id in conn.scalars(sa.select(recurring.c.id).where(recurring.c.id == name)):
        yield Identified("recurring", recurring_id)


def _stripes(conn: Connection, name: str) -> Iterator[Identified]:
    """Stripe's ids. Never judged by their prefix: a debit's charge is `py_`, like other payments."""
    yield from _gifts(conn, sa.select(checkout.c.gift_id).where(checkout.c.session_id == name))
    yield from _payouts(conn, name)
    for recurring_id in conn.scalars(sa.select(recurring.c.id).where(recurring.c.subscription == name)):
        yield Identified("recurring", recurring_id)
    for payment in _payments(conn, name):
        yield _gift_or_payment(conn, payment)


def _payouts(conn: Connection, name: str) -> Iterator[Identified]:
    """A payout of this id, or the payout of this balance line."""
    line = balance_line.c
    by_id = sa.select(payout.c.id).where(payout.c.id == name)
    by_line = sa.select(line.subject).where(
        line.category.in_(["payout", "payout_returned"]), sa.or_(line.id == name, line.subject == name)
    )
    for query in (by_id, by_line):
        yield from (Identified("payout", str(payout_id)) for payout_id in conn.scalars(query))


def _without_payment(conn: Connection, name: str) -> Iterator[Identified]:
    """What has no payment and no payout: a fee of Stripe's own, an adjustment, the opening."""
    line = sa.select(balance_line.c.subject).where(sa.or_(balance_line.c.id == name, balance_line.c.subject == name))
    posted = sa.select(entry.c.subject).where(sa.or_(entry.c.key == name, entry.c.subject == name))
    for query in (line, posted):
        for subject in conn.scalars(query.limit(1)):
            yield from (_stripes(conn, subject) if subject != name else [Identified("line", subject)])


def _payments(conn: Connection, name: str) -> Iterator[str]:
    c, d, m, line = charge.c, dispute.c, dispute_move.c, balance_line.c
    queries = (
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
    for query in queries:
        yield from (str(payment) for payment in conn.scalars(query.limit(1)))


def _gift_or_payment(conn: Connection, payment: str) -> Identified:
    gift_id = conn.scalar(sa.select(sa.func.min(charge.c.gift_id)).where(charge.c.payment == payment))
    return Identified("gift", str(gift_id)) if gift_id else Identified("payment", payment)


def _gifts(conn: Connection, query: sa.Select[Any]) -> Iterator[Identified]:
    yield from (Identified("gift", gift_id) for gift_id in conn.scalars(query))

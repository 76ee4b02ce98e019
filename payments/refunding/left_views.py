"""What of a gift's payments can still go back, and what came back of refunds. Writes nothing."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.money import Money, currency
from payments.books.decide.entries import PaidBy, Withdrawal, withdrawn_parts
from payments.books.tables import charge, dispute_move, payment_failure, refund
from payments.gifts.gift import Gift, shares_of
from payments.reading.happenings import DisputeFundsMoved, PaymentFailed, RefundAgreed
from payments.refunding.paying_back import is_paid_back
from payments.refunding.request import PaymentLeft, payment_left
from payments.refunding.tables import refund_request

_c, _q = charge.c, refund_request.c


def undone_refunds(conn: Connection, refunds: Sequence[str]) -> dict[str, str]:
    """Those of these refunds that failed or were cancelled, with Stripe's word for why: the money is ours again."""
    undone = sa.select(refund.c.id, refund.c.failure_reason).where(
        refund.c.id.in_(refunds), refund.c.undone_at.is_not(None)
    )
    return {identity: why or "" for identity, why in conn.execute(undone)}


def charge_of_payment(conn: Connection, payment: str) -> tuple[str, str | None]:
    """The latest charge of a payment, and its payment intent."""
    rows = conn.execute(
        sa.select(_c.id, _c.payment_intent).where(_c.payment == payment).order_by(_c.succeeded_at.desc(), _c.id)
    )
    row = rows.first()
    return (row.id, row.payment_intent) if row else (payment, None)


def payments_left(conn: Connection, gift: Gift) -> list[PaymentLeft]:
    """What can still go back of each payment of a gift, the oldest first.

    A payment may have several charges: a debit that was taken back is collected again. Of a gift that we paid back
    ourselves nothing can.
    """
    charges: defaultdict[str, list[Any]] = defaultdict(list)
    for row in conn.execute(sa.select(charge).where(_c.gift_id == gift.id).order_by(_c.succeeded_at)):
        charges[row.payment].append(row)
    by_ourselves = bool(charges) and is_paid_back(conn, gift)
    return [_payment_left(conn, gift, rows, by_ourselves=by_ourselves) for rows in charges.values()]


def gifts_whose_refunds_came_back(conn: Connection) -> list[str]:
    """The gifts of which a refund that somebody here asked for has failed since."""
    undone = sa.select(refund.c.id).where(refund.c.undone_at.is_not(None))
    return list(conn.scalars(sa.select(_q.gift_id).distinct().where(_q.refund_id.in_(undone)).order_by(_q.gift_id)))


def _payment_left(conn: Connection, gift: Gift, charges: Sequence[Any], *, by_ourselves: bool) -> PaymentLeft:
    first = charges[0]
    of = currency(first.currency)
    paid = PaidBy(gift, Money(first.amount_minor, of))
    went = [
        (share.n, part)
        for fact in _withdrawals(conn, first.payment, [row.id for row in charges])
        for share, part in withdrawn_parts(fact, paid)
    ]
    came = [Money(part.minor * len(charges), of) for part in shares_of(paid.amount, gift)]
    if by_ourselves:
        went = [(share.n, part) for share, part in zip(gift.allocations, came, strict=True)]
    return payment_left(gift, (first.payment, first.method, first.succeeded_at), came, went)


def _withdrawals(conn: Connection, payment: str, charges: Sequence[str]) -> list[Withdrawal]:
    """What went back of a payment and stayed away."""
    r, d, f = refund.c, dispute_move.c, payment_failure.c
    refunds = conn.execute(sa.select(refund).where(r.payment == payment, r.undone_at.is_(None)))
    moves = conn.execute(sa.select(dispute_move).where(d.payment == payment))
    failures = conn.execute(sa.select(payment_failure).where(f.charge.in_(charges)))
    facts: list[Withdrawal] = [
        RefundAgreed(row.id, payment, _money(row), row.agreed_at, tuple(map(tuple, row.parts or ()))) for row in refunds
    ]
    facts += [DisputeFundsMoved(row.line_id, row.dispute, payment, _money(row), row.moved_at) for row in moves]
    facts += [PaymentFailed(row.charge, payment, _money(row), row.failed_at) for row in failures]
    return facts


def _money(row: Any) -> Money:
    return Money(row.amount_minor, currency(row.currency))

"""Refund requests in the database."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import insert_rows
from ledger.money import Money, currency
from outbox.jobs import enqueue
from payments.gifts.store import lock_gift
from payments.refunding.request import ASK_REFUND, CannotRefund, RefundReason, RefundRequest
from payments.refunding.tables import refund_request

_q = refund_request.c


def request_refund(conn: Connection, request: RefundRequest) -> None:
    """Keep a request, and queue the job that asks Stripe. The same request again changes nothing.

    Raises CannotRefund while another request of the same payment waits for Stripe's answer.
    """
    lock_gift(conn, request.gift)  # of two at once the second waits here
    if refund_request_by_id(conn, request.id) is not None:
        return
    if conn.scalar(sa.select(_q.id).where(_q.open_of == request.payment)) is not None:
        raise CannotRefund("another refund of this payment is being asked for")
    row = {
        "id": request.id,
        "gift_id": request.gift,
        "payment": request.payment,
        "currency": request.amount.currency.code,
        "amount_minor": request.amount.minor,
        "parts": request.parts,
        "reason": request.reason.value,
        "who": request.who,
        "asked_at": request.asked_at,
        "open_of": request.payment,
    }
    insert_rows(conn, refund_request, [row])
    enqueue(conn, ASK_REFUND, request.id, {"request": request.id}, now=request.asked_at)


def refund_request_by_id(conn: Connection, identity: str) -> RefundRequest | None:
    """The request with this id."""
    row = conn.execute(sa.select(refund_request).where(_q.id == identity)).one_or_none()
    return _request(row) if row else None


def refund_requests_of(conn: Connection, gift_id: str) -> list[RefundRequest]:
    """What was asked for of a gift, the newest first."""
    rows = conn.execute(sa.select(refund_request).where(_q.gift_id == gift_id).order_by(_q.asked_at.desc(), _q.id))
    return [_request(row) for row in rows]


def is_refund_of_duplicate(conn: Connection, refund_id: str) -> bool:
    """Whether a treasurer asked for this refund because the donor was charged twice."""
    reason = conn.scalar(sa.select(_q.reason).where(_q.refund_id == refund_id))
    return reason == RefundReason.DUPLICATE.value


def keep_answer(conn: Connection, request: RefundRequest, refund: str, waits_for: str | None, now: datetime) -> None:
    """Stripe made this refund. Call it in the transaction that books it."""
    _answer(conn, request, {"refund_id": refund, "waits_for": waits_for, "answered_at": now})


def keep_refusal(conn: Connection, request: RefundRequest, code: str, now: datetime) -> None:
    """Stripe makes no such refund, for this reason."""
    _answer(conn, request, {"refusal": code, "answered_at": now})


def _answer(conn: Connection, request: RefundRequest, answer: dict[str, Any]) -> None:
    conn.execute(
        sa.update(refund_request).where(_q.id == request.id, _q.answered_at.is_(None)).values(open_of=None, **answer)
    )


def _request(row: Any) -> RefundRequest:
    return RefundRequest(
        id=row.id,
        gift=row.gift_id,
        payment=row.payment,
        amount=Money(row.amount_minor, currency(row.currency)),
        parts=tuple((share, minor) for share, minor in row.parts),
        reason=RefundReason(row.reason),
        who=row.who,
        asked_at=row.asked_at,
        answered_at=row.answered_at,
        refund=row.refund_id,
        waits_for=row.waits_for,
        refusal=row.refusal,
    )

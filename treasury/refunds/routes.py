"""The page on which a treasurer refunds a gift, and sees what became of what was asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends
from sqlalchemy import Connection, Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from campaigns.store import campaign_titles
from compliance.store import checks_of
from database.instants import Clock
from database.transactions import reading
from ledger.kinds import EntryKind
from ledger.money import Money
from outbox.jobs import last_error
from payments.gifts.gift import Gift
from payments.gifts.store import gift as gift_by_id
from payments.giving.form import AmountWords
from payments.refunding.left_views import payments_left, undone_refunds
from payments.refunding.request import ASK_REFUND, CannotRefund, PaymentLeft, RefundReason, RefundRequest
from payments.refunding.store import refund_request_by_id, refund_requests_of, request_refund
from staff.act import Subject
from staff.changing import changing
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.refunds.form import FIELDS, REASONS, part_field, read_parts
from treasury.refunds.words import words_of_request
from web.errors import NotFound
from web.forms import posted_fields
from web.pages import Pages
from web.typed import typed_id

PATH = "/desk/gifts/{identity}/refund"
MOST_SHARES = 50
ANOTHER = "A refund of this payment is being asked for. Wait until Stripe has answered, and look at what is left then."


@dataclass(frozen=True, slots=True)
class ShownRequest:
    """A refund that was asked for, and how it stands, in words."""

    request: RefundRequest
    words: str


def refund_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """`/desk/gifts/{identity}/refund`. Money leaves, so a password or a code is asked for before it."""
    desk, router = RefundDesk(engine, clock, pages), APIRouter()
    Refunder = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY, recent=True))]  # noqa: N806 (a type)

    @router.get(PATH)
    def show_refund(refunder: Refunder, identity: str) -> Response:
        return desk.show(refunder, identity)

    @router.post(PATH)
    async def ask_for_refund(refunder: Refunder, identity: str, request: Request) -> Response:
        fields = (*FIELDS, *(part_field(share) for share in range(MOST_SHARES)))
        return await run_in_threadpool(desk.ask, refunder, identity, await posted_fields(request, fields))

    return router


class RefundDesk:
    """Keeps what a treasurer asks for; the worker asks Stripe."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def show(self, refunder: SignedIn, identity: str) -> Response:
        """What can go back, and what was asked for before."""
        return self._page(refunder, identity, {"reason": RefundReason.WISHED.value}, {})

    def ask(self, refunder: SignedIn, identity: str, typed: Mapping[str, str]) -> Response:
        """Keep a request with its act; the same form sent twice is one refund."""
        key = typed_id(typed.get("request", ""))
        with reading(self._engine) as conn:
            gift, is_known = _gift(conn, identity), bool(key and refund_request_by_id(conn, key))
            payment = _payment(payments_left(conn, gift), typed.get("payment", ""))
        if is_known:
            return self._back(identity)
        parts, errors = read_parts(typed, payment, self._words(payment.left))
        if errors or key is None:
            return self._page(refunder, identity, typed, errors, status=422)
        request = RefundRequest(
            key, gift.id, payment.payment, Money(sum(minor for _, minor in parts), payment.left.currency), parts,
            RefundReason(typed.get("reason") or RefundReason.WISHED), refunder.member.id, self._clock(),
        )  # fmt: skip
        try:
            self._keep(refunder, request)
        except CannotRefund:
            return self._page(refunder, identity, typed, {"sum": ANOTHER}, status=422)
        return self._back(identity)

    def _keep(self, refunder: SignedIn, request: RefundRequest) -> None:
        with changing(self._engine, refunder.actor, self._clock()) as change:
            request_refund(change.conn, request)
            asked = {"amount": str(request.amount), "payment": request.payment, "reason": request.reason.value}
            change.record("gift.refund", Subject(EntryKind.GIFT.value, request.gift), after=asked, act_id=request.id)

    def _back(self, identity: str) -> Response:
        return RedirectResponse(PATH.format(identity=identity), 303)

    def _words(self, amount: Money) -> AmountWords:
        wording = self._pages.wording
        return AmountWords(amount.currency, wording.money_exact, wording.number_style(amount.currency))

    def _page(
        self, refunder: SignedIn, identity: str, typed: Mapping[str, str], errors: Mapping[str, str], status: int = 200
    ) -> Response:
        with reading(self._engine) as conn:
            gift = _gift(conn, identity)
            payments = payments_left(conn, gift)
            requests, titles = shown_requests(conn, gift.id), campaign_titles(conn)
            is_checked = any(check.is_pending for check in checks_of(conn, [gift.id]))
        return self._pages.page(
            "treasury/refund.html",
            status=status,
            private=True,
            member=refunder.member,
            gift=gift,
            payments=payments,
            is_checked=is_checked,
            open_payments={shown.request.payment for shown in requests if shown.request.is_open},
            requests=requests,
            titles=titles,
            reasons=REASONS,
            typed={"payment": "", **typed},
            key=uuid4(),
            errors=errors,
            targets={field: field for field in errors},
        )


def _error_of(conn: Connection, request: RefundRequest) -> str:
    error = last_error(conn, ASK_REFUND, request.id) if request.is_open else None
    return error[0] if error else ""


def shown_requests(conn: Connection, gift_id: str) -> Sequence[ShownRequest]:
    """What was asked to be refunded of a gift, the newest first, for its page."""
    requests = refund_requests_of(conn, gift_id)
    undone = undone_refunds(conn, [request.refund for request in requests if request.refund])
    return [
        ShownRequest(
            request,
            words_of_request(
                request,
                is_undone=request.refund in undone,
                error=_error_of(conn, request),
            ),
        )
        for request in requests
    ]


def _gift(conn: Connection, identity: str) -> Gift:
    gift = gift_by_id(conn, identity)
    if gift is None or gift.received_at is None:
        raise NotFound("There is no such gift, or nothing has come of it yet.", advice="Go back to the list of gifts.")
    return gift


def _payment(payments: Sequence[PaymentLeft], wanted: str) -> PaymentLeft:
    payment = next((payment for payment in payments if payment.payment == wanted), None)
    if payment is None:
        raise NotFound("This payment is not one of the gift's.", advice="Go back to the gift.")
    return payment

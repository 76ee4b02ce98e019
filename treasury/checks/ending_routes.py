"""The steps that end a check, a page each: acceptance, the decision to give back, and the proof of it."""

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.engine import Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from compliance.check import Check
from compliance.check_steps import Acceptance, CheckRefusal, CheckStep
from compliance.returning import ask_for_return, book_return, refunds_of_check
from database.instants import Clock
from ledger.kinds import EntryKind
from payments.refunding.request import CannotRefund
from staff.act import Subject
from staff.changing import Change
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.checks.check_form import (
    ACCEPT_FIELDS,
    BY_REFUND,
    PROOF_FIELDS,
    RETURN_FIELDS,
    RETURNS,
    TypedFields,
    read_note,
    read_proof,
    read_return,
)
from treasury.checks.filled_forms import filled_proof, filled_return
from treasury.checks.recording_routes import CHECK_STEP_PATH, CheckedGift, StepDesk
from treasury.checks.taking import named
from treasury.checks.words import RECIPIENTS, RETURN_REASONS
from web.forms import posted_fields
from web.pages import Pages

ANOTHER_REFUND = (
    "A refund of this gift is being asked for already. Wait until Stripe has answered, and look at what is left then."
)
NOTHING_LEFT = "Nothing of this gift is left at Stripe to refund: choose a payment of our own."
ASKED_ALREADY = "A refund of this gift was asked for already: once Stripe has made it, record that it went back."
NOT_AGREED = "Stripe has not made the refund, or it came back: wait for its answer, or decide on another way."


def ending_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """END_CHECKS accepts and returns, with a password or code that was given lately."""
    desk, router = EndingDesk(engine, clock, pages), APIRouter()
    Ender = Annotated[SignedIn, Depends(door.needs(Permission.END_CHECKS, recent=True))]  # noqa: N806 (a type)

    @router.get(CHECK_STEP_PATH + "/accept")
    def show_acceptance(ender: Ender, gift_id: CheckedGift) -> Response:
        return desk.accept_form(ender, gift_id)

    @router.post(CHECK_STEP_PATH + "/accept")
    async def accept_gift(ender: Ender, gift_id: CheckedGift, request: Request) -> Response:
        return await run_in_threadpool(desk.accept, ender, gift_id, await posted_fields(request, ACCEPT_FIELDS))

    @router.get(CHECK_STEP_PATH + "/return")
    def show_return(ender: Ender, gift_id: CheckedGift) -> Response:
        return desk.return_form(ender, gift_id)

    @router.post(CHECK_STEP_PATH + "/return")
    async def decide_return(ender: Ender, gift_id: CheckedGift, request: Request) -> Response:
        return await run_in_threadpool(desk.decide_return, ender, gift_id, await posted_fields(request, RETURN_FIELDS))

    @router.get(CHECK_STEP_PATH + "/returned")
    def show_proof(ender: Ender, gift_id: CheckedGift) -> Response:
        return desk.proof_form(ender, gift_id)

    @router.post(CHECK_STEP_PATH + "/returned")
    async def record_proof(ender: Ender, gift_id: CheckedGift, request: Request) -> Response:
        return await run_in_threadpool(desk.record_proof, ender, gift_id, await posted_fields(request, PROOF_FIELDS))

    return router


class EndingDesk(StepDesk):
    """The pages on which a named person accepts a gift, gives it back, and records that it went back."""

    def accept_form(
        self, member: SignedIn, gift_id: str, typed: TypedFields | None = None, errors: TypedFields | None = None
    ) -> Response:
        """What is signed, in words; where it cannot be signed yet, what is to be done first."""
        shown = self.shown(gift_id)
        refusal = _refusal(shown.check, Acceptance(named(member.member), shown.today, "a note"))
        return self.page(
            "treasury/check_accept.html", member, shown, typed or {"note": ""}, errors, refusal=refusal
        )  # fmt: skip

    def accept(self, ender: SignedIn, gift_id: str, typed: TypedFields) -> Response:
        """Somebody accepts the gift in their own name."""
        note, errors = read_note(typed)
        if errors:
            return self.accept_form(ender, gift_id, typed, errors)
        acceptance = Acceptance(named(ender.member), self.today(), note)
        return self.take(
            ender, gift_id, typed, lambda _change: acceptance,
            lambda refused: self.accept_form(ender, gift_id, typed, refused),
        )  # fmt: skip

    def return_form(
        self, member: SignedIn, gift_id: str, typed: TypedFields | None = None, errors: TypedFields | None = None
    ) -> Response:
        """Why the gift goes back, to whom, and how."""
        shown = self.shown(gift_id)
        return self.page(
            "treasury/check_return.html", member, shown, typed or filled_return(shown), errors, returns=RETURNS,
            reasons=RETURN_REASONS, recipients=RECIPIENTS,
        )  # fmt: skip

    def decide_return(self, ender: SignedIn, gift_id: str, typed: TypedFields) -> Response:
        """Keep the decision; where it is a refund, ask for it in the same transaction."""
        shown = self.shown(gift_id)
        whole = shown.gift.amount, self._pages.wording.number_style(shown.gift.amount.currency)
        decision, errors = read_return(typed, whole, named(ender.member), shown.today)
        if decision is None:
            return self.return_form(ender, gift_id, typed, errors)

        def ask(change: Change, after: Check) -> None:
            if any(not refund.has_failed for refund in refunds_of_check(change.conn, after)):
                raise CheckRefusal(ASKED_ALREADY)
            if decision.manner != BY_REFUND:
                return
            requests = ask_for_return(change.conn, shown.gift, after, ender.member.id, change.now)
            if not requests:
                raise CheckRefusal(NOTHING_LEFT)
            for request in requests:
                asked = {"amount": str(request.amount), "payment": request.payment, "reason": request.reason.value}
                change.record("gift.refund", Subject(EntryKind.GIFT.value, gift_id), after=asked, act_id=request.id)

        try:
            return self.take(
                ender, gift_id, typed, lambda _change: decision,
                lambda refused: self.return_form(ender, gift_id, typed, refused), ask,
            )  # fmt: skip
        except CannotRefund:
            return self.return_form(ender, gift_id, typed, {"manner": ANOTHER_REFUND})

    def proof_form(
        self, member: SignedIn, gift_id: str, typed: TypedFields | None = None, errors: TypedFields | None = None
    ) -> Response:
        """On which day the money went back, and by what proof."""
        shown = self.shown(gift_id)
        refusal = None if shown.check.return_decision else "Decide first to return the gift, and to whom."
        return self.page(
            "treasury/check_returned.html", member, shown, typed or filled_proof(shown), errors,
            refusal=NOT_AGREED if shown.refunds and not shown.is_refunded else refusal, recipients=RECIPIENTS,
        )  # fmt: skip

    def record_proof(self, ender: SignedIn, gift_id: str, typed: TypedFields) -> Response:
        """Somebody records that the money went back. Not while its refund is not made."""
        shown = self.shown(gift_id)
        proof, errors = read_proof(typed, named(ender.member), shown.today)
        if proof is not None and shown.check.is_pending and shown.refunds and not shown.is_refunded:
            errors = {"proof": NOT_AGREED}
        if proof is None or errors:
            return self.proof_form(ender, gift_id, typed, errors)

        def book(change: Change, after: Check) -> None:
            book_return(change.conn, after, shown.gift, ender.member.id, change.now)

        return self.take(
            ender, gift_id, typed, lambda _change: proof,
            lambda refused: self.proof_form(ender, gift_id, typed, refused), book,
        )  # fmt: skip


def _refusal(check: Check, step: CheckStep) -> str | None:
    """What the rules would say to this step now; None: it may be taken."""
    try:
        check.with_step(step)
    except CheckRefusal as refusal:
        return str(refusal)
    return None

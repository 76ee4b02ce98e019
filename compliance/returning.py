"""Gifts that go back: refunds that a decision asks of Stripe, what Stripe says when one fails, and our own payments.

That a refund was made ends no check: a named person records the proof. That it failed is Stripe's word, and is noted
without anybody's act; the check stays open, or is open again, and its clock runs on.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.engine import Connection, Engine

from compliance.check import Check, CheckState
from compliance.check_steps import CheckRefusal, ReturnDecision, ReturnFailure
from compliance.held_views import returned_in_the_books
from compliance.store import checks_of, take_check_step, unended_checks
from database.instants import Clock
from database.transactions import booking, reading, writing
from outbox.worker import Chore
from payments.gifts.gift import Gift
from payments.gifts.offline_store import MovedSince, offline_gift_of, take_back_offline
from payments.gifts.store import gift as gift_by_id
from payments.refunding.left_views import gifts_whose_refunds_came_back, payments_left, undone_refunds
from payments.refunding.paying_back import pay_back
from payments.refunding.request import RefundReason, RefundRequest, chosen_parts
from payments.refunding.store import refund_requests_of, request_refund

LOOK_EVERY = timedelta(minutes=2)
# Stripe's `failure_reason` of a refund (docs.stripe.com/refunds, read 2026-11), as a sentence ends with it.
FAILURES = {
    "": "the bank did not take it",
    "unknown": "the bank did not take it, and says no reason",
    "charge_for_pending_refund_disputed": "the donor disputed the payment meanwhile, and has the money from there",
    "declined": "the donor's bank declined it",
    "expired_or_canceled_card": "the donor's card has expired or was cancelled",
    "insufficient_funds": "Stripe held too little of our money",
    "lost_or_stolen_card": "the donor's card was lost or stolen",
    "merchant_request": "it was cancelled at Stripe as we asked",
}
BY_WORKER = "worker"
WENT_BACK = "Given back: its check says why."
MOVE_FIRST = (
    "This gift counts for another campaign than it was given to. Move it back first; then record that it went back."
)


@dataclass(frozen=True, slots=True)
class ReturnRefund:
    """A refund that a decision asked for, and what became of it.

    `is_undone`: it came back afterwards; `why_undone` is Stripe's word for it.
    """

    request: RefundRequest
    is_undone: bool
    why_undone: str = ""

    @property
    def has_failed(self) -> bool:
        """Whether the money is still ours, or ours again."""
        return self.request.refusal is not None or self.is_undone

    @property
    def is_agreed(self) -> bool:
        """Whether Stripe has made it, and it has not come back."""
        return self.request.refund is not None and not self.is_undone

    @property
    def why_failed(self) -> str:
        """Why it failed, in words without a person."""
        if self.is_undone:
            why = FAILURES.get(self.why_undone) or FAILURES[""]
            return f"The refund {self.request.refund} came back: {why}."
        return f"Stripe refused request {self.request.id[:8]}: {self.request.refusal}."


def ask_for_return(conn: Connection, gift: Gift, check: Check, who: str, now: datetime) -> list[RefundRequest]:
    """Ask that all that is left of a gift's payments goes back, because of the check's newest decision.

    Call it in the transaction of the decision; the same decision asks once. Empty where nothing is left at Stripe.
    Raises CannotRefund while another refund of a payment is being asked for.
    """
    requests = []
    for payment in payments_left(conn, gift):
        if payment.left.minor:
            parts = chosen_parts(payment, {share.share.n: share.left for share in payment.shares})
            key = _request_id(gift.id, len(check.steps), payment.payment)
            requests.append(
                RefundRequest(key, gift.id, payment.payment, payment.left, parts, RefundReason.WISHED, who, now)
            )
    for request in requests:
        request_refund(conn, request)
    return requests


def return_refunds(conn: Connection, check: Check) -> list[ReturnRefund]:
    """The refunds that the newest decision asked for; empty where the money goes another way."""
    *_, newest = (0, *_decisions(check))
    return _refunds_of(conn, check, [newest])


def refunds_of_check(conn: Connection, check: Check) -> list[ReturnRefund]:
    """The refunds that any decision of this check asked for. While one has not failed the money goes back by it."""
    return _refunds_of(conn, check, list(_decisions(check)))


def note_failed_returns(conn: Connection, now: datetime, today: date) -> int:
    """Note in each check which of the refunds it asked for have failed, each once; returns how many were noted.

    One that failed after its return was proved opens its check again.
    """
    return sum(_note_failures(conn, check, now, today) for check in _returning(conn))


def book_missing_returns(conn: Connection, now: datetime) -> int:
    """Book the returns by our own payment that were proved before such payments were booked; how many."""
    checks = checks_of(conn, returned_in_the_books(conn))
    for check in checks:
        if (gift := gift_by_id(conn, check.gift.gift_id)) is not None:
            with suppress(CheckRefusal):  # it was moved: whoever looks at it moves it back first
                book_return(conn, check, gift, BY_WORKER, now)
    return len(checks)


def looking_for_failed_returns(engine: Engine, clock: Clock, local_day: Callable[[datetime], date]) -> Chore:
    """Every few minutes the worker notes refunds of returns that failed, and books returns that were not.

    `local_day`: the day at the organisation.
    """

    def look() -> None:
        with reading(engine) as conn:  # nobody waits for it while no gift is on its way back
            are_returning, are_unbooked = bool(_returning(conn)), bool(returned_in_the_books(conn))
        if are_returning:
            with writing(engine) as conn:
                note_failed_returns(conn, clock(), local_day(clock()))
        if are_unbooked:
            with booking(engine) as conn:
                book_missing_returns(conn, clock())

    return Chore(LOOK_EVERY, look)


def book_return(conn: Connection, check: Check, gift: Gift, who: str, now: datetime) -> None:
    """Book that a gift went back by our own payment, on the day of its proof; a refund is booked by Stripe's word.

    Call it in the transaction of the proof, which keeps the books. An offline gift is taken back. Raises CheckRefusal
    where it counts for another campaign than it was given to.
    """
    day = check.returned_on
    if day is None or return_refunds(conn, check):
        return
    if (kept := offline_gift_of(conn, gift.id)) is None:
        pay_back(conn, gift, (now, day), f"check:{gift.id}")
        return
    try:
        take_back_offline(conn, kept, WENT_BACK, who, (now, UTC))
    except MovedSince:
        raise CheckRefusal(MOVE_FIRST) from None


def _returning(conn: Connection) -> list[Check]:
    """The checks of gifts that are on their way back, and of those that went back by a refund that has failed since."""
    pending = [check for check in unended_checks(conn) if check.state is CheckState.TO_RETURN]
    undone = checks_of(conn, came_back) if (came_back := gifts_whose_refunds_came_back(conn)) else []
    return [*pending, *(check for check in undone if check.state is CheckState.RETURNED)]


def _note_failures(conn: Connection, check: Check, now: datetime, today: date) -> int:
    # The reason may become known later: a failure is noted once, whatever follows the colon.
    known = {step.why.partition(":")[0] for step in check.steps if isinstance(step, ReturnFailure)}
    reasons = [refund.why_failed for refund in refunds_of_check(conn, check) if refund.has_failed]
    failed = [why for why in reasons if why.partition(":")[0] not in known]
    for why in failed:
        take_check_step(conn, check.gift.gift_id, ReturnFailure(today, why), now, today=today)
    return len(failed)


def _decisions(check: Check) -> Iterator[int]:
    """The numbers of the check's decisions to return the gift."""
    return (n for n, step in enumerate(check.steps, 1) if isinstance(step, ReturnDecision))


def _refunds_of(conn: Connection, check: Check, decisions: Sequence[int]) -> list[ReturnRefund]:
    gift_id = check.gift.gift_id
    requests = [
        request
        for request in refund_requests_of(conn, gift_id)[::-1]
        if request.id in {_request_id(gift_id, n, request.payment) for n in decisions}
    ]
    undone = undone_refunds(conn, [request.refund for request in requests if request.refund])
    return [
        ReturnRefund(request, request.refund in undone, undone.get(request.refund or "", "")) for request in requests
    ]


def _request_id(gift_id: str, decision: int, payment: str) -> str:
    """The id of a decision's request, which is Stripe's idempotency key: a decision asks once."""
    return str(uuid5(NAMESPACE_URL, f"return:{gift_id}:{decision}:{payment}"))

"""Gifts that go back as refunds through Stripe: asked for with the decision, and what Stripe says when one fails.

That a refund was made ends no check: a named person records the proof. That it failed is Stripe's word, and is noted
without anybody's act; the check stays open and its clock runs on.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.engine import Connection, Engine

from compliance.check import Check, CheckState
from compliance.check_steps import ReturnDecision, ReturnFailure
from compliance.store import take_check_step, unended_checks
from database.instants import Clock
from database.transactions import reading, writing
from outbox.worker import Chore
from payments.gifts.gift import Gift
from payments.refunding.left_views import payments_left, undone_refunds
from payments.refunding.request import RefundReason, RefundRequest, chosen_parts
from payments.refunding.store import refund_requests_of, request_refund

LOOK_EVERY = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class ReturnRefund:
    """A refund that a decision asked for, and what became of it. `is_undone`: it came back afterwards."""

    request: RefundRequest
    is_undone: bool

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
            return f"The refund {self.request.refund} came back: the bank did not take it."
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
    """Note in each check which of the refunds it asked for have failed, each once; returns how many were noted."""
    noted = 0
    for check in unended_checks(conn):
        if check.state is CheckState.TO_RETURN:
            failed = [refund for refund in refunds_of_check(conn, check) if refund.has_failed]
            known = {step.why for step in check.steps if isinstance(step, ReturnFailure)}
            for refund in failed:
                if refund.why_failed not in known:
                    step = ReturnFailure(today, refund.why_failed)
                    take_check_step(conn, check.gift.gift_id, step, now, today=today)
                    noted += 1
    return noted


def looking_for_failed_returns(engine: Engine, clock: Clock, local_day: Callable[[datetime], date]) -> Chore:
    """Every few minutes the worker notes refunds of returns that failed. `local_day`: the day at the organisation."""

    def look() -> None:
        with reading(engine) as conn:  # nobody waits for it while no gift is on its way back
            are_returning = any(check.state is CheckState.TO_RETURN for check in unended_checks(conn))
        if are_returning:
            with writing(engine) as conn:
                note_failed_returns(conn, clock(), local_day(clock()))

    return Chore(LOOK_EVERY, look)


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
    return [ReturnRefund(request, request.refund in undone) for request in requests]


def _request_id(gift_id: str, decision: int, payment: str) -> str:
    """The id of a decision's request, which is Stripe's idempotency key: a decision asks once."""
    return str(uuid5(NAMESPACE_URL, f"return:{gift_id}:{decision}:{payment}"))

"""How a subscription, dispute or payout stands, read from the object as it is now.

Fetched anew whenever something may have changed: the order of messages never decides a status.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ledger.money import Money
from payments.gifts.recurring import RecurringState
from payments.reading.shapes import (
    Misshapen,
    Object,
    flag,
    instant,
    instant_or_none,
    labelled,
    money,
    objects,
    payment_of,
    positive,
    section,
    text,
    whole,
)


@dataclass(frozen=True, slots=True)
class SubscriptionStatus:
    """A recurring gift as Stripe carries it out.

    `amount` is what the next instalment asks for; `next_at` when, None when none is to come or while it is paused.
    `retry_at` is Stripe's next attempt after `attempts` failed ones. `ends_at` is when it ends or ended.
    """

    subscription: str
    recurring: str | None
    state: RecurringState
    amount: Money
    next_at: datetime | None
    retry_at: datetime | None
    attempts: int
    ends_at: datetime | None
    paused: bool
    resumes_at: datetime | None


@dataclass(frozen=True, slots=True)
class DisputeStatus:
    """A dispute in Stripe's own words; `answer_by` while it waits for our answer."""

    dispute: str
    payment: str
    status: str
    reason: str
    amount: Money
    answer_by: datetime | None


@dataclass(frozen=True, slots=True)
class PayoutStatus:
    """A payout in Stripe's own words; `reconciled` once Stripe has worked out its lines."""

    payout: str
    amount: Money
    status: str
    automatic: bool
    reconciled: bool
    arrives_at: datetime


_STATES: Mapping[str, RecurringState] = {
    "incomplete": RecurringState.PENDING,
    "incomplete_expired": RecurringState.ENDED,
    "trialing": RecurringState.ACTIVE,
    "active": RecurringState.ACTIVE,
    "past_due": RecurringState.PAST_DUE,
    "unpaid": RecurringState.PAST_DUE,
    "paused": RecurringState.PAUSED,
    "canceled": RecurringState.ENDED,
}


def read_subscription(subscription: Object) -> SubscriptionStatus:
    """A subscription, its latest invoice expanded (`expand[]=latest_invoice`) for the dates of retries."""
    status, pause = text(subscription, "status"), section(subscription, "pause_collection")
    if status not in _STATES:
        raise Misshapen(f"subscription: nobody knows the status {status}")
    period_end, ends_at = _period_end(subscription), _ends_at(subscription)
    paused = bool(pause) or status == "paused"
    state = _state(_STATES[status], paused=paused, ending=ends_at is not None)
    last = ends_at is not None and ends_at <= period_end
    retry_at, attempts = _retry(subscription)
    return SubscriptionStatus(
        subscription=text(subscription, "id"),
        recurring=labelled(subscription, "recurring_id"),
        state=state,
        amount=_amount(subscription),
        next_at=None if last or paused or state is RecurringState.ENDED else period_end,
        retry_at=None if state is RecurringState.ENDED else retry_at,
        attempts=attempts,
        ends_at=ends_at,
        paused=paused,
        resumes_at=instant_or_none(pause, "resumes_at") if pause else None,
    )


def _state(by_status: RecurringState, *, paused: bool, ending: bool) -> RecurringState:
    """What a treasurer must know first: it is over, it fails, it is paused, it will end, or all is well.

    `ends_at` says beside every state that it will end.
    """
    if by_status in (RecurringState.ENDED, RecurringState.PENDING, RecurringState.PAST_DUE):
        return by_status
    if paused:
        return RecurringState.PAUSED
    return RecurringState.ENDING if ending else by_status


def _parts(subscription: Object) -> list[Object]:
    parts = objects(section(subscription, "items"), "data")
    if not parts:
        raise Misshapen("subscription has no items")
    return parts


def _amount(subscription: Object) -> Money:
    """The price of every part, times how often it is taken: one part, unless somebody added to it at Stripe."""
    parts = [
        (positive(section(part, "price"), "unit_amount"), whole(part, "quantity")) for part in _parts(subscription)
    ]
    if {price.currency for price, _ in parts} != {parts[0][0].currency}:
        raise Misshapen("subscription has prices in several currencies")
    return Money(sum(price.minor * quantity for price, quantity in parts), parts[0][0].currency)


def _period_end(subscription: Object) -> datetime:
    """When the period that runs is over: on its parts since 2025-03-31.basil, on the subscription before."""
    first = _parts(subscription)[0]
    return instant(first if "current_period_end" in first else subscription, "current_period_end")


def _ends_at(subscription: Object) -> datetime | None:
    """A cancellation may be planned by a day or by the period's end; Stripe's own pages use the day."""
    ended = instant_or_none(subscription, "ended_at")
    if ended is not None:
        return ended
    if flag(subscription, "cancel_at_period_end"):
        return _period_end(subscription)
    return instant_or_none(subscription, "cancel_at")


def _retry(subscription: Object) -> tuple[datetime | None, int]:
    """Stripe's next attempt and the count of failed ones, while the latest invoice is open because it failed."""
    invoice = subscription.get("latest_invoice")
    if not isinstance(invoice, dict) or text(invoice, "status") != "open":
        return None, 0
    attempts = whole(invoice, "attempt_count")
    return (instant_or_none(invoice, "next_payment_attempt"), attempts) if attempts else (None, 0)


def read_dispute(dispute: Object) -> DisputeStatus:
    """A dispute as it stands."""
    payment, status = payment_of(dispute), text(dispute, "status")
    if payment is None:
        raise Misshapen("dispute has no charge")
    waits = status.endswith("needs_response")
    return DisputeStatus(
        dispute=text(dispute, "id"),
        payment=payment,
        status=status,
        reason=text(dispute, "reason"),
        amount=positive(dispute),
        answer_by=instant_or_none(section(dispute, "evidence_details"), "due_by") if waits else None,
    )


def read_payout(payout: Object) -> PayoutStatus:
    """A payout as it stands; negative when Stripe debits the bank."""
    return PayoutStatus(
        payout=text(payout, "id"),
        amount=money(payout),
        status=text(payout, "status"),
        automatic=flag(payout, "automatic"),
        reconciled=payout.get("reconciliation_status") == "completed",
        arrives_at=instant(payout, "arrival_date"),
    )

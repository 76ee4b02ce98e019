"""The status of a subscription, dispute or payout, read from the object as it is now.

It is fetched again whenever it may have changed: the order of messages never decides a status.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from ledger.money import Money
from payments.gifts.recurring import RecurringState, SubscriptionStatus
from payments.reading.fields import (
    UnexpectedShape,
    flag,
    instant,
    instant_or_none,
    metadata_id,
    money,
    nested,
    objects,
    payment_of,
    positive_money,
    text,
    whole_number,
)
from payments.stripe.objects import StripeObject


@dataclass(frozen=True, slots=True)
class DisputeStatus:
    """A dispute, with Stripe's status and reason. `answer_by` is set while Stripe waits for our answer."""

    dispute: str
    payment: str
    status: str
    reason: str
    amount: Money
    answer_by: datetime | None


@dataclass(frozen=True, slots=True)
class PayoutStatus:
    """A payout, with Stripe's status. `reconciled` once Stripe has worked out its lines."""

    payout: str
    amount: Money
    status: str
    automatic: bool
    reconciled: bool


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


def read_subscription(subscription: StripeObject) -> SubscriptionStatus:
    """A subscription, its latest invoice expanded (`expand[]=latest_invoice`) for the dates of retries."""
    status, pause = text(subscription, "status"), nested(subscription, "pause_collection")
    if status not in _STATES:
        raise UnexpectedShape(f"subscription: the status {status} is unknown")
    period_end, ends_at = _period_end(subscription), _ends_at(subscription)
    paused = bool(pause) or status == "paused"
    state = _state(_STATES[status], paused=paused, ending=ends_at is not None)
    last = ends_at is not None and ends_at <= period_end
    retry_at, attempts = _retry(subscription)
    method, card_expires_on = _payment_method(subscription)
    return SubscriptionStatus(
        subscription=text(subscription, "id"),
        recurring=metadata_id(subscription, "recurring_id"),
        state=state,
        amount=_amount(subscription),
        next_at=None if last or paused or state is RecurringState.ENDED else period_end,
        retry_at=None if state is RecurringState.ENDED else retry_at,
        attempts=attempts,
        ends_at=ends_at,
        paused=paused,
        resumes_at=instant_or_none(pause, "resumes_at") if pause else None,
        began_at=instant_or_none(subscription, "start_date") if "start_date" in subscription else None,
        method=method,
        card_expires_on=card_expires_on,
    )


def _state(by_status: RecurringState, *, paused: bool, ending: bool) -> RecurringState:
    """The most important of several states: it has ended, fails, is paused, will end, or is active.

    Beside every state `ends_at` says that it will end.
    """
    if by_status in (RecurringState.ENDED, RecurringState.PENDING, RecurringState.PAST_DUE):
        return by_status
    if paused:
        return RecurringState.PAUSED
    return RecurringState.ENDING if ending else by_status


def _items(subscription: StripeObject) -> list[StripeObject]:
    items = objects(nested(subscription, "items"), "data")
    if not items:
        raise UnexpectedShape("subscription has no items")
    return items


def _amount(subscription: StripeObject) -> Money:
    """The sum of price times quantity. There is one item for each campaign, unless items were added at Stripe."""
    prices = [
        (positive_money(nested(item, "price"), "unit_amount"), whole_number(item, "quantity"))
        for item in _items(subscription)
    ]
    if {price.currency for price, _ in prices} != {prices[0][0].currency}:
        raise UnexpectedShape("subscription has prices in several currencies")
    return Money(sum(price.minor * quantity for price, quantity in prices), prices[0][0].currency)


def _period_end(subscription: StripeObject) -> datetime:
    """When the current period ends. Since 2025-03-31.basil its items say it; before, the subscription did."""
    first = _items(subscription)[0]
    return instant(first if "current_period_end" in first else subscription, "current_period_end")


def _ends_at(subscription: StripeObject) -> datetime | None:
    """When it ended or will end: on a day (as Stripe's own pages set it), or with the period."""
    ended = instant_or_none(subscription, "ended_at")
    if ended is not None:
        return ended
    if flag(subscription, "cancel_at_period_end"):
        return _period_end(subscription)
    return instant_or_none(subscription, "cancel_at")


def _retry(subscription: StripeObject) -> tuple[datetime | None, int]:
    """Stripe's next attempt and the number of failed ones, while the latest invoice is not paid because of them.

    After the last attempt an account may let Stripe call it uncollectible: that is why a recurring gift ended.
    """
    invoice = subscription.get("latest_invoice")
    if not isinstance(invoice, dict) or text(invoice, "status") not in ("open", "uncollectible"):
        return None, 0
    attempts = whole_number(invoice, "attempt_count")
    return (instant_or_none(invoice, "next_payment_attempt"), attempts) if attempts else (None, 0)


def unpaid_invoice(subscription: StripeObject) -> str | None:
    """The latest invoice, if attempts to collect it have failed."""
    return text(nested(subscription, "latest_invoice"), "id") if _retry(subscription)[1] else None


def read_decline(invoice_payments: Iterable[StripeObject]) -> str | None:
    """Why the payment of an invoice failed last: the bank's code if it gave one, else Stripe's.

    Each payment intent is expanded. Stripe's codes: docs.stripe.com/declines/codes.
    """
    for invoice_payment in invoice_payments:
        intent = nested(invoice_payment, "payment").get("payment_intent")
        error = intent.get("last_payment_error") if isinstance(intent, dict) else None
        if isinstance(error, dict):
            code = error.get("decline_code") or error.get("code")
            return str(code) if code else None
    return None


def _payment_method(subscription: StripeObject) -> tuple[str | None, date | None]:
    """The type of its payment method, and the last day of the month in which a card expires; None where not told."""
    method = subscription.get("default_payment_method")
    if not isinstance(method, dict):
        return None, None
    kind, card = text(method, "type"), method.get("card")
    if not isinstance(card, dict):
        return kind, None
    year, month = whole_number(card, "exp_year"), whole_number(card, "exp_month")
    return kind, date(year, month, monthrange(year, month)[1])


def read_dispute(dispute: StripeObject) -> DisputeStatus:
    """A dispute as it is now."""
    payment, status = payment_of(dispute), text(dispute, "status")
    if payment is None:
        raise UnexpectedShape("dispute has no charge")
    waits = status.endswith("needs_response")
    return DisputeStatus(
        dispute=text(dispute, "id"),
        payment=payment,
        status=status,
        reason=text(dispute, "reason"),
        amount=positive_money(dispute),
        answer_by=instant_or_none(nested(dispute, "evidence_details"), "due_by") if waits else None,
    )


def read_payout(payout: StripeObject) -> PayoutStatus:
    """A payout as it is now; negative when Stripe debits the bank."""
    return PayoutStatus(
        payout=text(payout, "id"),
        amount=money(payout),
        status=text(payout, "status"),
        automatic=flag(payout, "automatic"),
        reconciled=payout.get("reconciliation_status") == "completed",
    )

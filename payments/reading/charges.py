"""Charges: money taken, and delayed payments that fail."""

from datetime import datetime, timedelta

from payments.reading.fields import (
    expandable_id,
    flag,
    installation_mark,
    instant,
    metadata_id,
    nested,
    positive_money,
    previous_attributes,
    text,
)
from payments.reading.happenings import BalanceChanged, ChargeSucceeded, Happening, InvoicePaid, PaymentFailed
from payments.reading.method_names import CARD, method_name
from payments.stripe.objects import StripeObject
from web.typed import clipped

# A card is charged or declined when its charge is made. A charge of any other method may be pending for days. Which
# methods these are is Stripe's to say, and changes: each charge's own event says when it succeeded. Its balance line
# does not: Stripe writes a debit's when it submits the debit to the bank (support.stripe.com/questions/
# changes-to-balance-transaction-behavior-for-debit-payment-methods), a card's up to an hour late.
DECLINED_AT_ONCE = timedelta(minutes=10)
LONGEST_NAME = 100

_BALANCE_CHANGED = BalanceChanged()


def charge_succeeded(event: StripeObject, charge: StripeObject) -> tuple[Happening, ...]:
    """Money was taken; it is in the balance already if the charge names its balance transaction.

    Before 2025-03-31.basil a charge also named the invoice that it paid.
    """
    if not _was_captured(charge):
        return ()
    timed = charge if _is_by_card(charge) else event
    happenings: tuple[Happening, ...] = (_success(charge, instant(timed)),)
    if charge.get("invoice"):
        happenings += (InvoicePaid(str(expandable_id(charge, "invoice")), _payment(charge)),)
    return (*happenings, _BALANCE_CHANGED) if charge.get("balance_transaction") else happenings


def charge_updated(event: StripeObject, charge: StripeObject) -> tuple[Happening, ...]:
    """Money that was captured asynchronously has reached the balance."""
    changed = previous_attributes(event)
    settled = changed is None or "balance_transaction" in changed
    return (_BALANCE_CHANGED,) if settled and charge.get("balance_transaction") else ()


def charge_failed(event: StripeObject, charge: StripeObject) -> tuple[Happening, ...]:
    """A payment failed that was pending or had succeeded. A declined one, never in the balance, is no fact."""
    settled = charge.get("balance_transaction") or charge.get("failure_balance_transaction")
    if not settled and instant(event) - instant(charge) <= DECLINED_AT_ONCE:
        return ()
    gift = metadata_id(charge, "gift_id")
    failure = PaymentFailed(text(charge, "id"), _payment(charge), positive_money(charge), instant(event), gift)
    return (failure, _BALANCE_CHANGED) if settled else (failure,)


def immediate_success(charge: StripeObject) -> ChargeSucceeded | None:
    """The success of a card's charge without its event. None for another method: only the event says when it was."""
    return _success(charge, instant(charge)) if _is_by_card(charge) and _was_captured(charge) else None


def _is_by_card(charge: StripeObject) -> bool:
    return _method_details(charge)[0] == CARD


def _was_captured(charge: StripeObject) -> bool:
    return text(charge, "status") == "succeeded" and flag(charge, "captured")


def _success(charge: StripeObject, at: datetime) -> ChargeSucceeded:
    charge_id, intent = text(charge, "id"), expandable_id(charge, "payment_intent")
    return ChargeSucceeded(
        charge=charge_id,
        payment=intent or charge_id,
        payment_intent=intent,
        amount=positive_money(charge, "amount_captured"),
        method=method_name(*_method_details(charge)),
        at=at,
        gift=metadata_id(charge, "gift_id"),
        mark=installation_mark(charge),
        payer=_payer(charge),
    )


def _payer(charge: StripeObject) -> str:
    """The name on the card or in the wallet, as Stripe tells it; nothing where it tells none."""
    details = charge.get("billing_details")
    name = details.get("name") if isinstance(details, dict) else None
    return clipped(name, LONGEST_NAME) if isinstance(name, str) else ""


def _payment(charge: StripeObject) -> str:
    return expandable_id(charge, "payment_intent") or text(charge, "id")


def _method_details(charge: StripeObject) -> tuple[str, StripeObject]:
    """The type of the payment method, with its details; very old charges have none, and were by card."""
    details = nested(charge, "payment_method_details")
    return (text(details, "type") if details else CARD), details

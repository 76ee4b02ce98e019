"""Charges: money taken, and delayed payments that fail."""

import re

from payments.reading.fields import (
    expandable_id,
    flag,
    instant,
    metadata_id,
    nested,
    positive_money,
    previous_attributes,
    text,
)
from payments.reading.happenings import BalanceChanged, ChargeSucceeded, Happening, InvoicePaid, PaymentFailed
from payments.stripe.objects import StripeObject

# Methods whose charge is created days before its money is confirmed: success has an instant of its own.
DELAYED_METHODS = frozenset({"acss_debit", "au_becs_debit", "bacs_debit", "sepa_debit", "us_bank_account"})

_BALANCE_CHANGED = BalanceChanged()


def charge_succeeded(event: StripeObject, charge: StripeObject) -> tuple[Happening, ...]:
    """Money was taken; it is in the balance already if the charge names its balance transaction.

    Before 2025-03-31.basil a charge also named the invoice that it paid.
    """
    if not _was_captured(charge):
        return ()
    method, details = _method_details(charge)
    timed = event if method in DELAYED_METHODS else charge
    happenings: tuple[Happening, ...] = (_success(charge, timed, method, details),)
    if charge.get("invoice"):
        happenings += (InvoicePaid(str(expandable_id(charge, "invoice")), _payment(charge)),)
    return (*happenings, _BALANCE_CHANGED) if charge.get("balance_transaction") else happenings


def charge_updated(event: StripeObject, charge: StripeObject) -> tuple[Happening, ...]:
    """Money that was captured asynchronously has reached the balance."""
    changed = previous_attributes(event)
    settled = changed is None or "balance_transaction" in changed
    return (_BALANCE_CHANGED,) if settled and charge.get("balance_transaction") else ()


def charge_failed(event: StripeObject, charge: StripeObject) -> tuple[Happening, ...]:
    """A delayed payment failed, perhaps after it had succeeded. A declined card is no fact of the books."""
    if _method_details(charge)[0] not in DELAYED_METHODS:
        return ()
    gift = metadata_id(charge, "gift_id")
    failure = PaymentFailed(text(charge, "id"), _payment(charge), positive_money(charge), instant(event), gift)
    settled = charge.get("balance_transaction") or charge.get("failure_balance_transaction")
    return (failure, _BALANCE_CHANGED) if settled else (failure,)


def immediate_success(charge: StripeObject) -> ChargeSucceeded | None:
    """The success of a charge without its event. None for a delayed method: only the event says when it succeeded."""
    method, details = _method_details(charge)
    return None if method in DELAYED_METHODS or not _was_captured(charge) else _success(charge, charge, method, details)


def _was_captured(charge: StripeObject) -> bool:
    return text(charge, "status") == "succeeded" and flag(charge, "captured")


def _success(charge: StripeObject, timed: StripeObject, method: str, details: StripeObject) -> ChargeSucceeded:
    """The fact. `timed` is the object whose `created` is the instant of the success: the charge, or its event."""
    charge_id, intent = text(charge, "id"), expandable_id(charge, "payment_intent")
    return ChargeSucceeded(
        charge=charge_id,
        payment=intent or charge_id,
        payment_intent=intent,
        amount=positive_money(charge, "amount_captured"),
        method=_method_name(method, details),
        at=instant(timed),
        gift=metadata_id(charge, "gift_id"),
    )


def _payment(charge: StripeObject) -> str:
    return expandable_id(charge, "payment_intent") or text(charge, "id")


def _method_details(charge: StripeObject) -> tuple[str, StripeObject]:
    """The type of the payment method, with its details; very old charges have none, and were by card."""
    details = nested(charge, "payment_method_details")
    return (text(details, "type") if details else "card"), details


def _method_name(method: str, details: StripeObject) -> str:
    """How it was paid, as a receipt prints it: "Visa ending 4242", "Bacs Direct Debit"."""
    if method != "card":
        return _NAMES.get(method, method.replace("_", " ").capitalize())[:40]
    card = details.get("card")
    if not isinstance(card, dict):
        return "Card"
    brand = _BRANDS.get(str(card.get("brand")), "Card")
    digits = str(card.get("last4"))
    return f"{brand} ending {digits}" if _FOUR_DIGITS(digits) else brand


_FOUR_DIGITS = re.compile("[0-9]{4}").fullmatch
_NAMES = {"bacs_debit": "Bacs Direct Debit", "sepa_debit": "SEPA Direct Debit", "link": "Link"}
_BRANDS = {
    "visa": "Visa", "mastercard": "Mastercard", "amex": "American Express", "discover": "Discover",
    "diners": "Diners Club", "jcb": "JCB", "unionpay": "UnionPay", "cartes_bancaires": "Cartes Bancaires",
}  # fmt: skip

"""Charges: money taken, and delayed payments that fail."""

import re

from payments.reading.happenings import BalanceChanged, ChargeSucceeded, Happening, InvoicePaid, PaymentFailed
from payments.reading.shapes import (
    Object,
    before,
    flag,
    instant,
    labelled,
    link,
    positive,
    section,
    text,
)

# Methods whose charge is created days before its money is confirmed: success has an instant of its own.
DELAYED_METHODS = frozenset({"acss_debit", "au_becs_debit", "bacs_debit", "sepa_debit", "us_bank_account"})

_MOVED = BalanceChanged()


def succeeded(event: Object, charge: Object) -> tuple[Happening, ...]:
    """Money was taken; it is in the balance already if the charge names its balance transaction.

    Before 2025-03-31.basil a charge also named the invoice that it paid.
    """
    if not _taken(charge):
        return ()
    kind, details = _means(charge)
    told: tuple[Happening, ...] = (_success(charge, event if kind in DELAYED_METHODS else charge, kind, details),)
    if charge.get("invoice"):
        told += (InvoicePaid(str(link(charge, "invoice")), _payment(charge)),)
    return (*told, _MOVED) if charge.get("balance_transaction") else told


def updated(event: Object, charge: Object) -> tuple[Happening, ...]:
    """What was captured asynchronously has reached the balance."""
    changed = before(event)
    arrived = changed is None or "balance_transaction" in changed
    return (_MOVED,) if arrived and charge.get("balance_transaction") else ()


def failed(event: Object, charge: Object) -> tuple[Happening, ...]:
    """A delayed payment failed, perhaps after it had succeeded. A card that is declined is no fact of the books."""
    if _means(charge)[0] not in DELAYED_METHODS:
        return ()
    hint = labelled(charge, "gift_id")
    fact = PaymentFailed(text(charge, "id"), _payment(charge), positive(charge), instant(event), hint)
    late = charge.get("balance_transaction") or charge.get("failure_balance_transaction")
    return (fact, _MOVED) if late else (fact,)


def at_once(charge: Object) -> ChargeSucceeded | None:
    """The success that a charge shows by itself. None for a delayed one: when it succeeded its event alone says."""
    kind, details = _means(charge)
    return None if kind in DELAYED_METHODS or not _taken(charge) else _success(charge, charge, kind, details)


def _taken(charge: Object) -> bool:
    return text(charge, "status") == "succeeded" and flag(charge, "captured")


def _success(charge: Object, timed: Object, kind: str, details: Object) -> ChargeSucceeded:
    identity, intent = text(charge, "id"), link(charge, "payment_intent")
    return ChargeSucceeded(
        charge=identity,
        payment=intent or identity,
        payment_intent=intent,
        amount=positive(charge, "amount_captured"),
        method=_method(kind, details),
        at=instant(timed),
        gift=labelled(charge, "gift_id"),
    )


def _payment(charge: Object) -> str:
    return link(charge, "payment_intent") or text(charge, "id")


def _means(charge: Object) -> tuple[str, Object]:
    """By which method it is paid, with the details; a charge made long ago may have none, and was a card's."""
    details = section(charge, "payment_method_details")
    return (text(details, "type") if details else "card"), details


def _method(kind: str, details: Object) -> str:
    """How it was paid, as a receipt says it: "Visa ending 4242", "Bacs Direct Debit"."""
    if kind != "card":
        return _NAMES.get(kind, kind.replace("_", " ").capitalize())[:40]
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

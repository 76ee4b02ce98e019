"""What a delivery tells us, in our words. The only place that knows the shape of Stripe's messages.

Plain dicts in, happenings out: Stripe's typed objects cost 0.6 to 1.5 ms each (docs/performance.md).
A field that must be there and is not raises Misshapen, which makes the delivery a dead letter; nothing is
guessed. Facts carry the instant of the object that is the fact, not of our hearing about it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from database.instants import from_unix
from ledger.money import Money, currency
from payments.gifts import GiftState

Object = Mapping[str, Any]

# Methods whose charge is created days before its money is confirmed: success has an instant of its own.
DELAYED_METHODS = frozenset({"acss_debit", "au_becs_debit", "bacs_debit", "sepa_debit", "us_bank_account"})
LONGEST_ID = 255  # Stripe's own bound; an index would refuse what is much longer
GIFT_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Misshapen(ValueError):
    """A message lacks what its kind must have: the API changed, or it is not what it says."""


@dataclass(frozen=True, slots=True)
class ChargeSucceeded:
    """Money was taken from a donor (or from somebody else who pays into the same Stripe account)."""

    charge: str
    payment: str
    payment_intent: str | None
    amount: Money
    method: str
    at: datetime
    gift: str | None


@dataclass(frozen=True, slots=True)
class CheckoutTold:
    """A Checkout Session says which payment intent it led to, and perhaps how its gift stands."""

    session: str
    gift: str
    payment_intent: str | None
    state: GiftState | None


Happening = ChargeSucceeded | CheckoutTold


def read(event: Object) -> Happening | None:
    """The happening that an event tells of; None when it tells nothing that we keep books of."""
    reader = _READERS.get(_text(event, "type"))
    return reader(event, _object(event)) if reader else None


def _charge_succeeded(event: Object, charge: Object) -> ChargeSucceeded | None:
    if charge.get("status") != "succeeded" or not charge.get("captured"):
        return None
    identity, intent = _text(charge, "id"), _id_of(charge.get("payment_intent"))
    details = charge.get("payment_method_details") or {}
    delayed = details.get("type") in DELAYED_METHODS
    return ChargeSucceeded(
        charge=identity,
        payment=intent or identity,
        payment_intent=intent,
        amount=Money(_whole(charge, "amount_captured"), currency(_text(charge, "currency"))),
        method=_method(details),
        at=from_unix(_whole(event if delayed else charge, "created")),
        gift=_gift_id(charge),
    )


def _checkout(state: GiftState | None) -> Callable[[Object, Object], CheckoutTold | None]:
    def reader(_event: Object, session: Object) -> CheckoutTold | None:
        gift = _gift_id(session)
        if gift is None or session.get("mode") != "payment":
            return None
        return CheckoutTold(_text(session, "id"), gift, _id_of(session.get("payment_intent")), state)

    return reader


def _checkout_completed(event: Object, session: Object) -> CheckoutTold | None:
    # Completed is not paid: a bank debit completes now and its money is confirmed days later.
    unpaid = _text(session, "payment_status") == "unpaid"
    return _checkout(GiftState.PROCESSING if unpaid else None)(event, session)


_READERS: Mapping[str, Callable[[Object, Object], Happening | None]] = {
    "charge.succeeded": _charge_succeeded,
    "checkout.session.completed": _checkout_completed,
    "checkout.session.async_payment_succeeded": _checkout(None),
    "checkout.session.async_payment_failed": _checkout(GiftState.FAILED),
    "checkout.session.expired": _checkout(GiftState.EXPIRED),
}

# What an endpoint at Stripe must subscribe to (README, doctor).
EVENTS = tuple(_READERS)


def _object(event: Object) -> Object:
    data = event.get("data")
    found = data.get("object") if isinstance(data, dict) else None
    if not isinstance(found, dict):
        raise Misshapen("the event has no data.object")
    return found


def _text(thing: Object, name: str) -> str:
    value = thing.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_ID:
        raise Misshapen(f"{thing.get('object', 'the event')} has no {name}")
    return value


def _whole(thing: Object, name: str) -> int:
    value = thing.get(name)
    if type(value) is not int:
        raise Misshapen(f"{thing.get('object', 'the event')}: {name} is not a whole number")
    return value


def _id_of(value: object) -> str | None:
    """An id that may be missing, plain, or the id of an expanded object."""
    if isinstance(value, dict):
        return _text(value, "id")
    if isinstance(value, str) and len(value) > LONGEST_ID:
        raise Misshapen("an id is longer than Stripe's")
    return value if isinstance(value, str) and value else None


def _gift_id(thing: Object) -> str | None:
    metadata = thing.get("metadata")
    hint = metadata.get("gift_id") if isinstance(metadata, dict) else None
    return hint if isinstance(hint, str) and GIFT_ID.fullmatch(hint) else None


def _method(details: Object) -> str:
    """How it was paid, as a receipt says it: "Visa ending 4242", "Bacs Direct Debit"."""
    kind = details.get("type")
    if kind != "card":
        return _NAMES.get(str(kind), str(kind or "card").replace("_", " ").capitalize())[:40]
    card = details.get("card") or {}
    brand = _BRANDS.get(str(card.get("brand")), "Card")
    digits = str(card.get("last4") or "")
    return f"{brand} ending {digits}" if re.fullmatch("[0-9]{4}", digits) else brand


_NAMES = {"bacs_debit": "Bacs Direct Debit", "sepa_debit": "SEPA Direct Debit", "link": "Link"}
_BRANDS = {
    "visa": "Visa", "mastercard": "Mastercard", "amex": "American Express", "discover": "Discover",
    "diners": "Diners Club", "jcb": "JCB", "unionpay": "UnionPay", "cartes_bancaires": "Cartes Bancaires",
}  # fmt: skip

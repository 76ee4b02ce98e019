"""A donor reads how they paid in words that they know, whatever Stripe calls it."""

import typing

import pytest
from stripe import Charge, PaymentMethod
from stripe.checkout import Session

from payments.reading.method_names import METHOD_NAMES, method_name
from payments.stripe.objects import StripeObject


def _library_types() -> set[str]:
    """Every type of payment method that the installed stripe library has in its shapes."""
    literals = {
        value
        for union in (PaymentMethod.__annotations__["type"],)
        for argument in typing.get_args(union)
        for value in typing.get_args(argument)
    }
    details = set(Charge.PaymentMethodDetails.__annotations__) - {"type"}
    options = set(Session.PaymentMethodOptions.__annotations__)
    return literals | details | options


def test_every_method_of_the_library_has_a_name() -> None:
    """A new version of the library with a new method fails here, and nobody reads "Us bank account"."""
    assert len(_library_types()) > 50
    assert _library_types() - set(METHOD_NAMES) == set()


@pytest.mark.parametrize("name", METHOD_NAMES.values(), ids=list(METHOD_NAMES))
def test_a_name_is_no_word_of_stripe_s(name: str) -> None:
    """Not an identifier, and short enough for a receipt's line."""
    assert "_" not in name
    assert 2 <= len(name) <= 40


@pytest.mark.parametrize(
    ("method", "details", "name"),
    [
        ("us_bank_account", {}, "US bank account"),
        ("ideal", {}, "iDEAL"),
        ("customer_balance", {}, "Bank transfer"),
        ("card", {"card": {"brand": "visa", "last4": "4242"}}, "Visa ending 4242"),
        ("card", {"card": {"brand": "new", "last4": "42<2"}}, "Card"),
        ("card_present", {"card_present": {"brand": "mastercard", "last4": "0005"}}, "Mastercard ending 0005"),
        ("interac_present", {}, "Interac at a reader"),
        ("kr_card", {"kr_card": {"brand": "bc", "last4": "1234"}}, "Korean card ending 1234"),
        ("moon_pay_later", {}, "Moon pay later"),
    ],
)
def test_what_a_receipt_prints(method: str, details: StripeObject, name: str) -> None:
    """The brand and the last digits of a card; a type that nobody knows yet is at least readable."""
    assert method_name(method, details) == name

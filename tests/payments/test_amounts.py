"""Smallest, largest and suggested gifts: each can be charged, in every currency."""

import pytest

from ledger.money import CURRENCIES, Currency, Money, currency
from payments.gifts.amounts import LARGEST_CHECKOUT, STRIPE_MINIMUM, largest_gift, smallest_gift, suggested_gifts
from sandbox.lifecycle.currencies import EXPONENTS, check_chargeable

EVERY = sorted(CURRENCIES.values(), key=str)


@pytest.mark.parametrize("of", EVERY, ids=str)
def test_what_the_form_offers_can_be_charged(of: Currency) -> None:
    """Amounts that rise from the smallest to the largest, and Stripe takes each; of Lebanon's pounds it takes few."""
    offered = [smallest_gift(of), *suggested_gifts(of), largest_gift(of)]
    assert len(offered) >= (3 if of.code == "LBP" else 5)
    assert offered == sorted(offered, key=lambda amount: amount.minor)
    assert all(amount.minor % of.step == 0 and amount.minor <= LARGEST_CHECKOUT for amount in offered)
    if of.code.lower() in EXPONENTS:
        for amount in offered:
            check_chargeable(amount.minor, of.code.lower(), "amount")


@pytest.mark.parametrize(("code", "least"), STRIPE_MINIMUM.items())
def test_the_smallest_gift_is_above_stripes_own(code: str, least: str) -> None:
    """Stripe's refusal would come too late."""
    assert smallest_gift(currency(code)) > Money.parse(least, currency(code))


@pytest.mark.parametrize(
    ("code", "smallest", "first"),
    [
        ("GBP", "2", "5"),
        ("HUF", "1000", "2500"),
        ("CZK", "40", "100"),
        ("IDR", "40000", "100000"),
        ("UGX", "10000", "25000"),
    ],
)
def test_amounts_are_of_the_currencys_own_size(code: str, smallest: str, first: str) -> None:
    """Five forints are nothing, and 150,000 rupiah are seven pounds."""
    of = currency(code)
    assert (smallest_gift(of), suggested_gifts(of)[0]) == (Money.parse(smallest, of), Money.parse(first, of))

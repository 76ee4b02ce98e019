"""Smallest, largest and suggested gifts: each can be charged, in every currency."""

import pytest

from ledger.money import CURRENCIES, EUR, GBP, Currency, Money, currency
from organisation.organisation import GivingRules
from payments.gifts.amounts import (
    LARGEST_CHECKOUT,
    STRIPE_MINIMUM,
    largest_gift,
    smallest_charge,
    smallest_gift,
    suggested_gifts,
)
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


@pytest.mark.parametrize("of", EVERY, ids=str)
def test_an_organisation_may_ask_for_less_than_we_do_but_not_for_less_than_stripe(of: Currency) -> None:
    """Where Stripe tells no minimum, for about half of what we ask."""
    told = STRIPE_MINIMUM.get(of.code)

    assert smallest_charge(of) <= smallest_gift(of)
    assert told is None or smallest_charge(of) == Money.parse(told, of)


def test_the_organisations_own_amounts_come_first() -> None:
    """Of those that nobody could give, none is offered; another currency keeps ours."""
    rules = GivingRules(suggested={"GBP": (100, 500, 2000)}, smallest={"GBP": 300})

    assert smallest_gift(GBP, rules) == Money(300, GBP)
    assert suggested_gifts(GBP, rules) == [Money(500, GBP), Money(2000, GBP)]
    assert suggested_gifts(EUR, rules) == suggested_gifts(EUR)

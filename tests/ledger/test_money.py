"""Money is a whole number of minor units; it never loses a penny and never mixes currencies."""

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import (
    CURRENCIES,
    EUR,
    GBP,
    JPY,
    USD,
    Currency,
    CurrencyMismatch,
    Money,
    UnknownCurrency,
    currency,
)

# docs.stripe.com/currencies, read 2026-11. Written out a second time on purpose.
EXPONENTS = {
    0: "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF",
    2: "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CNY"
    " COP CRC CVE CZK DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR ISK"
    " JMD KES KGS KHR KYD KZT LAK LBP LKR LRD LSL MAD MDL MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO"
    " NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SEK SGD SHP SLE SOS SRD STD SZL THB TJS"
    " TOP TRY TTD TWD TZS UAH UGX USD UYU UZS WST XCD YER ZAR ZMW",
    3: "BHD JOD KWD OMR TND",
}
STEPS = {"ISK": 100, "UGX": 100} | dict.fromkeys(["BHD", "JOD", "KWD", "OMR", "TND"], 10)

currencies = st.sampled_from(sorted(CURRENCIES.values(), key=str))
amounts = st.integers(-(10**12), 10**12)
weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=12).filter(any)


def test_currencies_count_as_stripe_counts() -> None:
    """Not as ISO 4217 or CLDR do: króna and Ugandan shilling have two decimals here, Malagasy ariary none."""
    golden = {
        code: Currency(code, exponent, STEPS.get(code, 1))
        for exponent, codes in EXPONENTS.items()
        for code in codes.split()
    }

    assert golden == CURRENCIES


@pytest.mark.parametrize("spelling", ["gbp", "GBP", "gBp"])
def test_a_currency_is_known_by_its_code_in_any_case(spelling: str) -> None:
    """Stripe writes small letters."""
    assert currency(spelling) is GBP


@pytest.mark.parametrize("code", ["", "XXX", "GB", "GBPP", " GBP", "£", "GB\u0399"])
def test_an_unknown_currency_is_named_in_the_refusal(code: str) -> None:
    """Rather than booked as if it had two decimals."""
    with pytest.raises(UnknownCurrency, match="not a currency"):
        currency(code)


@pytest.mark.parametrize("minor", [25.0, 25.5, Decimal(25), True, "25", None])
def test_money_is_made_of_whole_minor_units(minor: object) -> None:
    """A float never gets in."""
    with pytest.raises(TypeError, match="whole number"):
        Money(minor, GBP)  # type: ignore[arg-type]


def test_money_cannot_be_changed() -> None:
    """An amount is a value, like a number."""
    with pytest.raises(AttributeError):
        Money(1, GBP).minor = 2  # type: ignore[misc]


@given(amounts, amounts)
def test_money_adds_and_compares_as_its_minor_units_do(a: int, b: int) -> None:
    """Within one currency."""
    x, y = Money(a, GBP), Money(b, GBP)

    assert (x + y, x - y, -x) == (Money(a + b, GBP), Money(a - b, GBP), Money(-a, GBP))
    assert (x < y, x <= y, x > y, x >= y, x == y) == (a < b, a <= b, a > b, a >= b, a == b)
    assert (bool(x), hash(x) == hash(Money(a, GBP))) == (a != 0, True)


@pytest.mark.parametrize("act", ["__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__"])
def test_currencies_do_not_mix(act: str) -> None:
    """Neither in a sum nor in a comparison; and equal they are not."""
    with pytest.raises(CurrencyMismatch, match="GBP and JPY"):
        getattr(Money(1, GBP), act)(Money(1, JPY))

    assert Money(1, GBP) != Money(1, JPY)


@pytest.mark.parametrize(
    ("money", "text", "as_decimal"),
    [
        (Money(2500, GBP), "GBP 25.00", "25.00"),
        (Money(1, USD), "USD 0.01", "0.01"),
        (Money(0, EUR), "EUR 0.00", "0.00"),
        (Money(-5, GBP), "GBP -0.05", "-0.05"),
        (Money(2500, JPY), "JPY 2500", "2500"),
        (Money(25000, currency("KWD")), "KWD 25.000", "25.000"),
        (Money(2500, currency("ISK")), "ISK 25.00", "25.00"),
        (Money(10**30, GBP), "GBP 1" + "0" * 28 + ".00", "1" + "0" * 28 + ".00"),
    ],
    ids=str,
)
def test_money_is_written_in_the_unit_that_people_say(money: Money, text: str, as_decimal: str) -> None:
    """With all its decimals, however large, and never as 1E+3."""
    assert (str(money), str(money.decimal)) == (text, as_decimal)


def test_money_is_exact_whatever_precision_is_set() -> None:
    """A library may have told `decimal` to round to three digits."""
    with localcontext(prec=3):
        assert str(Money(123456, GBP)) == "GBP 1234.56"


@given(amounts, currencies, weights)
def test_no_penny_is_lost_in_a_split(minor: int, of: Currency, shares: list[int]) -> None:
    """The shares add up to the amount, exactly, whatever the weights."""
    parts = Money(minor, of).allocate(shares)

    assert len(parts) == len(shares)
    assert sum(part.minor for part in parts) == minor


@given(amounts, weights)
def test_a_split_is_fair(minor: int, shares: list[int]) -> None:
    """No share is a whole minor unit away from what is due; no weight, no money."""
    for part, weight in zip(Money(minor, GBP).allocate(shares), shares, strict=True):
        assert abs(part.minor * sum(shares) - minor * weight) < sum(shares)
        assert weight or part.minor == 0


@given(amounts, weights)
def test_equal_weights_differ_by_a_penny_at_most_and_the_earlier_has_it(minor: int, shares: list[int]) -> None:
    """So a split can be repeated by hand."""
    parts = [abs(part.minor) for part in Money(minor, GBP).allocate([1] * len(shares))]

    assert parts == sorted(parts, reverse=True)
    assert parts[0] - parts[-1] <= 1


@given(amounts, weights)
def test_what_is_taken_back_splits_as_what_was_given(minor: int, shares: list[int]) -> None:
    """A whole refund takes from each campaign exactly its share."""
    given_shares, taken = Money(minor, GBP).allocate(shares), Money(-minor, GBP).allocate(shares)

    assert [-part for part in given_shares] == taken


@pytest.mark.parametrize(
    ("minor", "shares", "expected"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (1, [1, 1], [1, 0]),
        (5, [3, 7], [2, 3]),
        (2500, [1500, 1000], [1500, 1000]),
        (999, [1500, 1000], [599, 400]),
        (0, [1, 2], [0, 0]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (3, [0, 1, 0], [0, 3, 0]),
        (10**12, [1, 10**9], [1000, 10**12 - 1000]),
    ],
)
def test_the_largest_remainder_gets_the_odd_penny(minor: int, shares: list[int], expected: list[int]) -> None:
    """Worked by hand."""
    assert [part.minor for part in Money(minor, GBP).allocate(shares)] == expected


@pytest.mark.parametrize("shares", [[], [0], [0, 0], [2, -1], [-1, -1]])
def test_a_split_needs_somebody_to_get_it(shares: list[int]) -> None:
    """No weights, none but zeros, or one below zero."""
    with pytest.raises(ValueError, match="weights"):
        Money(100, GBP).allocate(shares)

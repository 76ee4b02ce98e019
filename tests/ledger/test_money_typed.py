# ruff: noqa: RUF001 (digits and signs that look like ours are what is typed here)
"""Amounts that a person typed: taken when they can mean one thing, else refused with what to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import CURRENCIES, EUR, GBP, JPY, LARGEST_MINOR, USD, BadAmount, Currency, Money, currency

currencies = st.sampled_from(sorted(CURRENCIES.values(), key=str))


@given(currencies, st.integers(0, LARGEST_MINOR))
def test_what_is_written_is_read_back(of: Currency, minor: int) -> None:
    """In every currency, for every amount that it can charge."""
    money = Money(minor - minor % of.step, of)

    assert Money.parse(str(money.decimal), of) == money


@given(currencies, st.integers(0, LARGEST_MINOR))
def test_what_is_written_with_commas_is_read_back(of: Currency, minor: int) -> None:
    """In groups of three, as the British write thousands."""
    money = Money(minor - minor % of.step, of)

    assert Money.parse(f"{money.decimal:,}", of) == money


@given(currencies, st.text())
def test_any_text_is_an_amount_or_is_refused(of: Currency, text: str) -> None:
    """Nothing that can be typed is a bug; and an amount can be charged."""
    try:
        money = Money.parse(text, of)
    except BadAmount:
        return
    assert 0 <= money.minor <= LARGEST_MINOR
    assert money.minor % of.step == 0


@given(currencies, st.text("0123456789.,+-eE£$ ٣१９\u00a0\u2009'_", max_size=12))
def test_digits_are_never_read_as_more_than_they_say(of: Currency, text: str) -> None:
    """Only ASCII digits, one point, and commas before groups of three whole digits."""
    try:
        money = Money.parse(text, of)
    except BadAmount:
        return
    plain = text.strip().lstrip("£$").strip()
    whole, _, part = plain.partition(".")
    assert set(plain) <= set("0123456789.,")
    assert "," not in part
    assert all(len(group) == 3 for group in whole.split(",")[1:])
    assert money.minor == int(whole.replace(",", "") + part.ljust(of.exponent, "0"))


@pytest.mark.parametrize(
    ("text", "of", "minor"),
    [
        ("25", GBP, 2500),
        ("25.00", GBP, 2500),
        ("25.5", GBP, 2550),
        ("0.30", GBP, 30),
        ("£25", GBP, 2500),
        ("£ 25.00", GBP, 2500),
        (" 25 ", GBP, 2500),
        ("\u00a025\u00a0", GBP, 2500),
        ("£\u00a025", GBP, 2500),
        ("1,250.50", GBP, 125050),
        ("1,000,000", GBP, 100000000),
        ("00025", GBP, 2500),
        ("€10", EUR, 1000),
        ("$10", USD, 1000),
        ("¥2500", JPY, 2500),
        ("2,500", JPY, 2500),
        ("25", currency("KWD"), 25000),
        ("25.120", currency("KWD"), 25120),
        ("25", currency("ISK"), 2500),
        ("25.00", currency("ISK"), 2500),
        ("9999999999.99", GBP, LARGEST_MINOR),
        ("0", GBP, 0),
    ],
)
def test_amounts_as_people_type_them(text: str, of: Currency, minor: int) -> None:
    """Strict is not stubborn."""
    assert Money.parse(text, of) == Money(minor, of)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "£", "1,50", "1e3", "1E3", "-5", "+5", "−5", "£-5", "-£5", "££5", "٣", "２５", "२५", "²", "½",
        "99999999999999999999", "1" * 10_000, "25.", ".5", "25..0", "25.0.0", "2 5", "1 000", "1\u00a0000",
        "1\u00a050", "1'000", "1_000", "1,00,000", "1,0000", ",100", "100,", "1,000,", "0,250", "012,345", "1,250,5",
        "25p", "25 GBP", "GBP 25", "twenty", "25%", "0x19", "nan", "inf", "Infinity", "1\n2", "25\x00", "25\u200b",
        "25;", "=25", "1/2", "25,00", "25,00,00",
    ],
    ids=lambda text: repr(text)[:20],
)  # fmt: skip
def test_what_is_no_plain_amount_is_refused_with_an_example(text: str) -> None:
    """The donor is told what to type, not what a decimal is."""
    with pytest.raises(BadAmount, match=r"Enter an amount in figures, like 25\.00\."):
        Money.parse(text, GBP)


@pytest.mark.parametrize(
    ("text", "of", "advice"),
    [
        ("25.005", GBP, "Enter an amount with at most 2 decimals, like 25.00."),
        ("25.0000", GBP, "Enter an amount in figures, like 25.00."),
        ("25.0", JPY, "Enter an amount with no decimals, like 2500."),
        ("25.50", currency("ISK"), "Enter an amount like 25: ISK is not charged in smaller parts."),
        ("25.005", currency("KWD"), "Enter an amount like 25.000: KWD is not charged in smaller parts."),
        ("$25", GBP, "Enter the amount in GBP: gifts here are taken in that currency."),
        ("€25", GBP, "Enter the amount in GBP: gifts here are taken in that currency."),
        ("£25", JPY, "Enter the amount in JPY: gifts here are taken in that currency."),
        ("10000000000.00", GBP, "Enter a smaller amount: this is more than a card payment can carry."),
        ("999,999,999,999", GBP, "Enter a smaller amount: this is more than a card payment can carry."),
    ],
)
def test_an_amount_that_cannot_be_charged_is_refused_with_what_to_do(text: str, of: Currency, advice: str) -> None:
    """Each refusal has its own sentence."""
    with pytest.raises(BadAmount) as refused:
        Money.parse(text, of)

    assert str(refused.value) == advice

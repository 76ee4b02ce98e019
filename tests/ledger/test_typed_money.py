# ruff: noqa: RUF001 (digits and signs that look like ours are what is typed here)
"""Amounts as people write them in a page's language: what is printed can be typed back, and nothing is guessed."""

import pytest
from babel.localedata import locale_identifiers
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import CURRENCIES, GBP, BadAmount, Currency, Money, currency
from ledger.typed_money import read_typed_money
from web.wording import Wording

SOME = [currency(code) for code in ("GBP", "TND", "JPY", "HUF", "INR", "CHF")]
LOCALES = sorted(locale_identifiers())


@pytest.mark.parametrize("initial", "abcdefghijklmnopqrstuvwxyz")
def test_what_any_page_prints_can_be_typed_back(initial: str) -> None:
    """In every language that Babel knows: the whole amount, all its decimals, and as the form fills it in."""
    for name in (locale for locale in LOCALES if locale.startswith(initial)):
        wording = Wording(name, "Europe/London")
        for n, of in enumerate(SOME):
            amount = Money((125_050, 2500, 12_500_000)[n % 3] * of.step, of)
            for printed in (wording.money(amount), wording.money_exact(amount), wording.typed_money(amount)):
                assert read(printed, of, wording) == amount, (name, printed)


@pytest.mark.parametrize(
    ("locale", "code", "typed", "minor"),
    [
        ("de_DE", "EUR", "25,00 €", 2500),
        ("de_DE", "EUR", "1.250", 125_000),
        ("de_DE", "EUR", "10.50", 1050),
        ("fr_FR", "EUR", "1 250,00", 125_000),
        ("fr_FR", "EUR", "1\u202f250,00\u00a0€", 125_000),
        ("de_CH", "CHF", "CHF 1’250.00", 125_000),
        ("de_CH", "CHF", "1'250.00", 125_000),
        ("fr_TN", "TND", "12,500", 12_500),
        ("ar_EG", "EGP", "١٬٢٥٠٫٥٠", 125_050),
        ("fa_IR", "GBP", "۲۵", 2500),
        ("hi_IN", "INR", "₹1,25,000.50", 12_500_050),
        ("en_GB", "GBP", "\u200e£25.00\u200e", 2500),
        ("en_GB", "GBP", "25 gbp", 2500),
    ],
)
def test_amounts_are_read_as_this_page_writes_them(locale: str, code: str, typed: str, minor: int) -> None:
    """Twelve dinars and a half are never twelve thousand."""
    of = currency(code)
    assert read(typed, of, Wording(locale, "Europe/London")) == Money(minor, of)


@pytest.mark.parametrize(
    ("locale", "code", "typed"),
    [
        ("en_GB", "GBP", "1,50"), ("en_GB", "GBP", "€5"), ("de_DE", "EUR", "1.25.00"), ("de_DE", "EUR", "1,250.00"),
        ("fr_TN", "TND", "12.500"), ("en_GB", "GBP", "1 250"), ("en_GB", "GBP", "-5"), ("en_GB", "GBP", "1e3"),
    ],
)  # fmt: skip
def test_what_could_be_read_two_ways_is_refused(locale: str, code: str, typed: str) -> None:
    """The sentence shows how this page writes."""
    of = currency(code)
    with pytest.raises(BadAmount, match="Enter"):
        read(typed, of, Wording(locale, "Europe/London"))


def test_the_example_is_written_as_the_page_writes() -> None:
    """A German reads a comma."""
    with pytest.raises(BadAmount, match="like 25,00"):
        read("viel", GBP, Wording("de_DE", "Europe/London"))


@given(st.sampled_from(sorted(CURRENCIES.values(), key=str)), st.text(), st.sampled_from(["en_GB", "de_CH", "ar_EG"]))
def test_any_text_is_an_amount_or_is_refused(of: Currency, text: str, locale: str) -> None:
    """Nothing that can be typed is a bug."""
    try:
        amount = read(text, of, Wording(locale, "Europe/London"))
    except BadAmount:
        return
    assert amount.minor % of.step == 0


def read(typed: str, of: Currency, wording: Wording) -> Money:
    """The amount on a page of this wording."""
    return read_typed_money(typed, of, wording.number_style(of))

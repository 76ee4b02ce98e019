"""Amounts and days read as people write them."""

import re
from datetime import UTC, date, datetime

import pytest
from babel.numbers import parse_pattern
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import CURRENCIES, EUR, GBP, JPY, Money, currency
from organisation.sections import LOCALES
from web.wording import MINUS, Wording, decimals

WORDS = Wording("en_GB", "Europe/London")


@pytest.mark.parametrize(
    ("amount", "short", "exact"),
    [
        (Money(2500, GBP), "£25", "£25.00"),
        (Money(2550, GBP), "£25.50", "£25.50"),
        (Money(5, GBP), "£0.05", "£0.05"),
        (Money(0, GBP), "£0", "£0.00"),
        (Money(-2500, GBP), "\u2212£25", "\u2212£25.00"),
        (Money(123456789, GBP), "£1,234,567.89", "£1,234,567.89"),
        (Money(2500, JPY), "JP¥2,500", "JP¥2,500"),
        (Money(250000, currency("ISK")), "ISK 2,500", "ISK 2,500"),
        (Money(1230, currency("KWD")), "KWD 1.230", "KWD 1.230"),
        (Money(1000, currency("KWD")), "KWD 1", "KWD 1.000"),
    ],
)
def test_an_amount_has_stripes_decimals(amount: Money, short: str, exact: str) -> None:
    """Short on a button, exact on a receipt."""
    assert (_plain(WORDS.money(amount)), _plain(WORDS.money_exact(amount))) == (short, exact)


@given(st.integers(0, 10**11), st.sampled_from(["GBP", "EUR", "USD"]))
def test_what_is_printed_can_be_typed_again(minor: int, code: str) -> None:
    """A donor who copies an amount from a page gives that amount."""
    amount = Money(minor, currency(code))
    printed = WORDS.money_exact(amount).replace("US$", "$")

    assert Money.parse(printed, amount.currency) == amount


@given(st.integers(1, 10**9), st.sampled_from(sorted(CURRENCIES)))
def test_no_digit_is_lost_in_any_currency(units: int, code: str) -> None:
    """Neither by CLDR's own idea of decimals nor by rounding."""
    of = currency(code)
    digits = "".join(filter(str.isdigit, WORDS.money_exact(Money(units * of.step, of))))

    assert int(digits) * (10**of.exponent if of.step == 100 else 1) == units * of.step


@given(
    st.integers(-(10**13), 10**13), st.sampled_from(sorted(CURRENCIES)), st.sampled_from([*LOCALES, "de_CH", "hi_IN"])
)
def test_an_amount_is_written_as_babel_writes_it(minor: int, code: str, locale: str) -> None:
    """With the locale's sign, order, groups and space, whatever its size; what its decimals do not show is rounded."""
    amount, words = Money(minor, currency(code)), Wording(locale, "Europe/London")
    pattern = parse_pattern(words.locale.currency_formats["standard"].pattern)
    pattern.frac_prec = (decimals(amount.currency),) * 2
    written = pattern.apply(amount.decimal, words.locale, currency=code, currency_digits=False)

    assert _plain(words.money_exact(amount)) == _plain(re.sub(r"(?<=[A-Za-z])(?=\d)", " ", written)).replace("-", MINUS)


def test_another_locale_has_its_own_order() -> None:
    """German puts the sign behind."""
    assert _plain(Wording("de_DE", "Europe/Berlin").money_exact(Money(123456, EUR))) == "1.234,56 €"


def test_an_instant_is_told_in_the_organisations_zone() -> None:
    """In summer, London is an hour ahead, and it may be another day there."""
    late = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)

    assert (WORDS.instant(late), WORDS.day(late), WORDS.time(late)) == (
        "1 July 2026 at 00:30",
        "1 July 2026",
        "00:30",
    )


def test_a_day_stays_that_day() -> None:
    """A book date has no zone."""
    assert WORDS.day(date(2026, 11, 21)) == "21 November 2026"


def test_currencies_and_counts_have_names() -> None:
    """For labels and lists."""
    assert (WORDS.currency_name(GBP), WORDS.symbol(GBP), WORDS.number(12345)) == (
        "British pounds",
        "£",
        "12,345",
    )


def _plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("code", "english", "welsh"),
    [
        ("GBP", "British pounds", "punnoedd (£)"), ("EUR", "euros", "ewros (€)"), ("USD", "US dollars", "doleri UDA"),
        ("JPY", "Japanese yen", "yen Japan"), ("ISK", "Icelandic krónur", "króna Gwlad yr Iâ"),
    ],
)  # fmt: skip
def test_a_currency_is_named_as_it_stands_after_in(code: str, english: str, welsh: str) -> None:
    """Welsh said "mewn bunt Prydain": a form that only follows a number."""
    names = [Wording(locale, "Europe/London").currency_name(currency(code)) for locale in ("en_GB", "cy")]
    assert names == [english, welsh]


def test_every_currency_has_a_name_in_both_languages() -> None:
    """And none is a bare code where CLDR has a name."""
    for locale in ("en_GB", "cy"):
        words = Wording(locale, "Europe/London")
        bare = [code for code in CURRENCIES if words.currency_name(currency(code)) == code]
        assert bare == [], locale

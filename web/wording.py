"""Format amounts, days and instants for people, with Babel. The output is never parsed."""

import re
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton
from babel.numbers import (
    NumberPattern,
    format_decimal,
    format_percent,
    get_currency_name,
    get_currency_symbol,
    parse_pattern,
)

from ledger.money import Currency, Money
from ledger.typed_money import NumberStyle
from web.language import translated

# Ten of it: in Welsh a number up to ten changes the first letter of what it counts, and after "mewn" nothing does.
NAMED_AS_MANY = 10
# CLDR has only what stands after a number, which is singular in Welsh.
_WELSH_PLURALS = {
    "GBP": "punnoedd (£)", "EUR": "ewros (€)", "USD": "doleri UDA", "AUD": "doleri Awstralia",
    "CAD": "doleri Canada", "NZD": "doleri Seland Newydd", "CHF": "ffranciau\u2019r Swistir",
}  # fmt: skip
_SHARED = dict.fromkeys(("USD", "AUD", "CAD", "NZD", "SGD", "HKD", "MXN"), "$") | {"JPY": "¥", "CNY": "¥"}
MINUS = "\u2212"  # as wide as a figure, and read aloud as "minus"; a hyphen is not
# CLDR wants a space there ("ISK 2,500"); Babel leaves it out.
_LETTER_TO_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)")


class Wording:
    """Formats for a locale (CLDR's name, like `en_GB`) and a time zone."""

    def __init__(self, locale: str, timezone: str) -> None:
        self.locale = Locale.parse(locale)
        self.zone = ZoneInfo(timezone)

    def money(self, amount: Money) -> str:
        """An amount in a sentence or on a button: "£25", "£25.50"."""
        whole = amount.minor % 10**amount.currency.exponent == 0
        return self._print(amount, 0) if whole else self.money_exact(amount)

    def money_exact(self, amount: Money) -> str:
        """An amount with all its decimals, for lists and receipts: "£25.00"."""
        return self._print(amount, decimals(amount.currency))

    def currency_name(self, currency: Currency) -> str:
        """The name of a currency as it stands after "in": "British pounds", in Welsh "punnoedd (£)"."""
        plural = _WELSH_PLURALS.get(currency.code) if self.locale.language == "cy" else None
        return plural or str(get_currency_name(currency.code, count=NAMED_AS_MANY, locale=self.locale))

    def symbol(self, currency: Currency) -> str:
        """The symbol of a currency: "£"."""
        return str(get_currency_symbol(currency.code, locale=self.locale))

    def number_style(self, currency: Currency) -> NumberStyle:
        """How amounts of this currency are typed on our pages: as they are printed."""
        code, marks = currency.code, self.locale.number_symbols["latn"]
        names = frozenset((code, self.symbol(currency), get_currency_symbol(code), *_SHARED.get(code, ())))
        sizes = self.locale.currency_formats["standard"].grouping
        return NumberStyle(marks["decimal"], marks["group"], sizes, names)

    def typed_money(self, amount: Money) -> str:
        """An amount as somebody would type it on our pages: "25.00", "25,00"."""
        pattern = parse_pattern("0")
        pattern.frac_prec = (decimals(amount.currency),) * 2
        return str(pattern.apply(amount.decimal, self.locale))

    def number(self, count: int) -> str:
        """A count: "1,250"."""
        return str(format_decimal(count, locale=self.locale))

    def percent(self, points: int) -> str:
        """Hundredths of a per cent, as per cent: 150 is "1.5%"."""
        return str(format_percent(Decimal(points) / 10_000, "#,##0.##%", locale=self.locale))

    def day(self, day: date) -> str:
        """A day, or the day of an instant in our zone: "21 November 2026"."""
        return _written_day(self.local_day(day), self._day_pattern, self.locale)

    def day_short(self, day: date) -> str:
        """A day in a narrow column: "21 Nov 2026"."""
        return str(format_date(self.local_day(day), "medium", locale=self.locale))

    def day_and_month(self, day: date) -> str:
        """A day of each year: "21 November"."""
        if self._is_english:
            return str(format_date(self.local_day(day), "d MMMM", locale=self.locale))
        return str(format_skeleton("MMMMd", self.local_day(day), locale=self.locale))

    def month(self, day: date) -> str:
        """The month of a day: "November 2026"."""
        return str(format_date(self.local_day(day), "LLLL y", locale=self.locale))

    def month_short(self, day: date) -> str:
        """The month of a day below a column of a chart: "Nov"."""
        return str(format_date(self.local_day(day), "LLL", locale=self.locale))

    def time(self, instant: datetime) -> str:
        """The time of day of an instant in our zone: "21:04"."""
        return str(format_datetime(instant, "HH:mm", tzinfo=self.zone, locale=self.locale))

    def instant(self, instant: datetime) -> str:
        """An instant in our zone: "21 November 2026 at 21:04"."""
        return translated("%(day)s at %(time)s", day=self.day(instant), time=self.time(instant))

    @property
    def _is_english(self) -> bool:
        return self.locale.language == "en"

    @property
    def _day_pattern(self) -> str:
        return "d MMMM y" if self._is_english else "long"  # the first in English of any region

    def local_day(self, day: date) -> date:
        """A day, or the day of an instant in our zone."""
        return day.astimezone(self.zone).date() if isinstance(day, datetime) else day

    def _print(self, amount: Money, digits: int) -> str:
        return _written_amount(amount, digits, self.locale)


def decimals(currency: Currency) -> int:
    """How many decimals are written: none where only whole units are charged (Stripe's ISK), else all."""
    return 0 if currency.step >= 10**currency.exponent else currency.exponent


# Kept, because the amounts and days of a batch of receipts, or of a list, are few.
@lru_cache(maxsize=4096)
def _written_amount(amount: Money, digits: int, locale: Locale) -> str:
    shown, rest = divmod(abs(amount.minor), 10 ** (amount.currency.exponent - digits))
    if rest:
        return _by_babel(amount.decimal, amount.currency, digits, locale)
    figures = str(shown).rjust(digits + 1, "0")
    return _amount_form(amount.currency, digits, locale, len(figures), amount.minor < 0).format(*figures)


@lru_cache(maxsize=4096)
def _amount_form(currency: Currency, digits: int, locale: Locale, figures: int, is_negative: bool) -> str:
    """How an amount of so many figures is written, with a hole for each: Babel takes 50 µs for an amount."""
    ones = Decimal("1" * figures).scaleb(-digits)
    written = _by_babel(-ones if is_negative else ones, currency, digits, locale)
    return written.replace("{", "{{").replace("}", "}}").replace("1", "{}")


def _by_babel(amount: Decimal, currency: Currency, digits: int, locale: Locale) -> str:
    pattern = _currency_pattern(locale, digits)
    written = pattern.apply(amount, locale, currency=currency.code, currency_digits=False)
    return _LETTER_TO_DIGIT.sub("\u00a0", str(written)).replace("-", MINUS)


@lru_cache(maxsize=1024)
def _written_day(day: date, pattern: str, locale: Locale) -> str:
    return str(format_date(day, pattern, locale=locale))


@cache
def _currency_pattern(locale: Locale, digits: int) -> NumberPattern:
    # The locale's order and spacing with our own decimals: CLDR's differ from Stripe's for ten currencies.
    pattern = parse_pattern(locale.currency_formats["standard"].pattern)
    pattern.frac_prec = (digits, digits)
    return pattern

"""Money: a whole number of minor units in a currency. No floats."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import total_ordering

# Stripe's smallest units, which differ from ISO 4217 and CLDR (docs.stripe.com/currencies, read 2026-11).
_ZERO_DECIMAL = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())
_THREE_DECIMAL = frozenset("BHD JOD KWD OMR TND".split())
_WHOLE_UNITS_ONLY = frozenset("ISK UGX".split())
_TWO_DECIMAL = frozenset(
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CNY"
    " COP CRC CVE CZK DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR ISK"
    " JMD KES KGS KHR KYD KZT LAK LBP LKR LRD LSL MAD MDL MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO"
    " NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SEK SGD SHP SLE SOS SRD STD SZL THB TJS"
    " TOP TRY TTD TWD TZS UAH UGX USD UYU UZS WST XCD YER ZAR ZMW".split()
)
LARGEST_MINOR = 10**12 - 1  # Stripe takes at most twelve digits for a card


class UnknownCurrency(ValueError):
    """A currency that these books do not keep."""


class CurrencyMismatch(TypeError):
    """Two amounts of different currencies were to be added or compared."""


class BadAmount(ValueError):
    """The text is not an amount that we can charge; the message tells the donor what to type.

    `text` is the message before its `values` are filled in: whoever shows it says it in the donor's language.
    """

    def __init__(self, text: str, /, **values: object) -> None:
        super().__init__(text % values if values else text)
        self.text, self.values = text, values


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency as Stripe counts it.

    `exponent`: the number of decimals of an amount, 2 for GBP and 0 for JPY.
    `step`: an amount is a multiple of this many minor units (ISK and UGX: whole units; three decimals: ends in 0).
    """

    code: str
    exponent: int
    step: int = 1

    def __str__(self) -> str:
        return self.code


def _build(code: str) -> Currency:
    if code in _ZERO_DECIMAL:
        return Currency(code, 0)
    if code in _THREE_DECIMAL:
        return Currency(code, 3, 10)
    return Currency(code, 2, 100 if code in _WHOLE_UNITS_ONLY else 1)


CURRENCIES = {code: _build(code) for code in sorted(_ZERO_DECIMAL | _THREE_DECIMAL | _TWO_DECIMAL)}
GBP, EUR, USD, JPY = (CURRENCIES[code] for code in ("GBP", "EUR", "USD", "JPY"))


def currency(code: str) -> Currency:
    """The currency of a three-letter code in any case; raises UnknownCurrency."""
    try:
        return CURRENCIES[code.upper()]
    except KeyError:
        raise UnknownCurrency(f"{code!r} is not a currency that Farthing keeps books in") from None


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units: Money(2500, GBP) is £25.00."""

    minor: int
    currency: Currency

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"{self.minor!r} is not a whole number of minor units")

    @classmethod
    def parse(cls, text: str, of: Currency) -> "Money":
        """Read an amount that a person typed, strictly; raises BadAmount.

        Takes `25`, `25.00`, `£25`, `1,250.50`. Refuses what could be read two ways (`1,50`, `0,250`, `1 50`), signs,
        exponents, other digits than 0-9, and more decimals than the currency has.
        """
        return cls(_minor_units(text, of), of)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units: 25.00."""
        # Exact because it is read from text. Decimal arithmetic rounds to the precision of the context.
        return Decimal(f"{self.minor}E-{self.currency.exponent}")

    def __str__(self) -> str:
        return f"{self.currency.code} {self.decimal}"

    def __bool__(self) -> bool:
        return self.minor != 0

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other)

    def _same(self, other: "Money") -> int:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not mix")
        return other.minor

    def allocate(self, weights: Sequence[int]) -> list["Money"]:
        """Split by weights; the shares add up to the amount: largest remainder, ties to the earlier share.

        The result depends on the amount and the weights alone, so the same refund always splits the same way.
        """
        if not weights or min(weights) < 0 or sum(weights) == 0:
            raise ValueError("shares need weights of zero or more, not all zero")
        whole, sign = sum(weights), -1 if self.minor < 0 else 1
        parts = [divmod(abs(self.minor) * weight, whole) for weight in weights]
        short = abs(self.minor) - sum(share for share, _ in parts)
        by_remainder = sorted(range(len(parts)), key=lambda n: (-parts[n][1], n))
        extra = set(by_remainder[:short])
        return [Money(sign * (share + (n in extra)), self.currency) for n, (share, _) in enumerate(parts)]


_SYMBOLS = {"£": "GBP", "€": "EUR", "$": "USD AUD CAD NZD SGD HKD MXN", "¥": "JPY"}
_AMOUNT = re.compile(r"(?P<whole>[0-9]{1,12}|[1-9][0-9]{0,2}(?:,[0-9]{3}){1,3})(?:\.(?P<part>[0-9]{1,3}))?")


def _minor_units(text: str, of: Currency) -> int:
    plain = _without_symbol(text.strip(), of)
    match = _AMOUNT.fullmatch(plain) if len(plain) <= 20 else None
    if match is None:
        raise BadAmount("Enter an amount in figures, like %(example)s.", example=_example(of))
    part = match["part"] or ""
    if len(part) > of.exponent:
        raise _too_exact(of)
    minor = int(match["whole"].replace(",", "") + part.ljust(of.exponent, "0"))
    if minor > LARGEST_MINOR:
        raise BadAmount("Enter a smaller amount: this is more than a card payment can carry.")
    if minor % of.step:
        raise BadAmount(
            "Enter an amount like %(example)s: %(currency)s is not charged in smaller parts.",
            example=_example(of),
            currency=of.code,
        )
    return minor


def _without_symbol(text: str, of: Currency) -> str:
    for symbol, codes in _SYMBOLS.items():
        if text.startswith(symbol):
            if of.code not in codes.split():
                raise BadAmount(
                    "Enter the amount in %(currency)s: gifts here are taken in that currency.", currency=of.code
                )
            return text[len(symbol) :].lstrip()
    return text


def _example(of: Currency) -> str:
    return "2500" if of.exponent == 0 else "25" if of.step > 10 else f"25.{'0' * of.exponent}"


def _too_exact(of: Currency) -> BadAmount:
    if of.exponent == 0:
        return BadAmount("Enter an amount with no decimals, like %(example)s.", example=_example(of))
    return BadAmount(
        "Enter an amount with at most %(decimals)s decimals, like %(example)s.",
        decimals=of.exponent,
        example=_example(of),
    )

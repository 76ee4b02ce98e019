"""The smallest, the largest and the suggested gift in each currency. Pure.

A pound is no yardstick for a forint: each currency has a round amount near a pound, from exchange rates of November
2026 rounded to 1, 2 or 5 times a power of ten. It decides only what a form offers, never what anything is worth.
"""

from campaigns.offered import GiftAmounts
from ledger.money import Currency, Money
from organisation.organisation import GivingRules

# Near a pound, in major units. A currency that is not here counts like a pound.
_NEAR_A_POUND = {
    2: "AUD AWG AZN BAM BBD BGN BND BZD CAD FJD NZD SGD TOP ANG",
    5: "AED BRL BYN CNY GEL ILS MYR PEN PGK PLN QAR RON SAR TND WST XCD",
    10: "BOB DKK GTQ HKD MAD MOP NOK SBD SEK TJS TTD BWP",
    20: "CZK LSL MDL MVR MXN NAD SCR SLE SZL ZAR ZMW",
    50: "EGP HNL MKD MUR NIO PHP SRD THB TRY TWD UAH UYU",
    100: "AFN ALL CVE DOP GMD INR KGS MZN RSD RUB XPF",
    200: "BDT DJF DZD ETB GYD HTG ISK JMD JPY KES LRD NPR VUV YER",
    500: "AMD CRC HUF KMF KZT LKR PKR XAF XOF",
    1000: "AOA CLP SOS",
    2000: "ARS CDF KRW MMK MWK NGN RWF TZS",
    5000: "BIF COP KHR MGA MNT UGX",
    10_000: "GNF PYG",
    20_000: "IDR LAK STD UZS VND",
    100_000: "LBP",
}
_UNITS = {code: units for units, codes in _NEAR_A_POUND.items() for code in codes.split()}

# Stripe's own minimum, in major units, where it is told for the currency (docs.stripe.com/currencies, read 2026-11).
STRIPE_MINIMUM = {
    "AED": "2", "CAD": "0.50", "CHF": "0.50", "CZK": "15", "DKK": "2.50", "EUR": "0.50", "GBP": "0.30", "HKD": "4",
    "HUF": "175", "JPY": "50", "KRW": "50", "MXN": "10", "MYR": "2", "NOK": "3", "PLN": "2", "RON": "2", "SEK": "3",
    "THB": "10", "USD": "0.50",
}  # fmt: skip
# The most that a Checkout Session may come to: eight digits, in any currency (the same page).
LARGEST_CHECKOUT = 99_999_999

# About £2. Stripe's own minimum is lower: tiny amounts attract card testers, who try stolen cards with them
# (docs.stripe.com/disputes/prevention/card-testing, read 2026-11).
_SMALLEST, _LARGEST, _SUGGESTED = 2, 100_000, (5, 10, 25, 50, 100)


NO_RULES = GivingRules()


def smallest_charge(currency: Currency) -> Money:
    """The smallest gift that an organisation may ask for: Stripe's minimum, or about a pound where it tells none."""
    minimum = STRIPE_MINIMUM.get(currency.code)
    return _times(1, currency) if minimum is None else Money.parse(minimum, currency)


def smallest_gift(currency: Currency, rules: GivingRules = NO_RULES) -> Money:
    """The smallest gift that we ask Stripe to charge: the organisation's, or about £2."""
    if currency.code in rules.smallest:
        return Money(rules.smallest[currency.code], currency)
    return max(_times(_SMALLEST, currency), smallest_charge(currency))


def largest_gift(currency: Currency) -> Money:
    """The largest gift that the form takes; who wants to give more writes to the organisation."""
    most = _times(_LARGEST, currency)
    return min(most, Money(LARGEST_CHECKOUT - LARGEST_CHECKOUT % currency.step, currency))


def suggested_gifts(currency: Currency, rules: GivingRules = NO_RULES) -> list[Money]:
    """The amounts that the form offers: the organisation's, or ours, smallest first.

    The lowest of ours must not keep anybody from giving a little.
    """
    own = [Money(minor, currency) for minor in rules.suggested.get(currency.code, ())]
    offered = own or [_times(units, currency) for units in _SUGGESTED]
    least, most = smallest_gift(currency, rules), largest_gift(currency)
    return [amount for amount in offered if least <= amount <= most]


def _times(units: int, currency: Currency) -> Money:
    return Money(units * _UNITS.get(currency.code, 1) * 10**currency.exponent, currency)


GIFT_AMOUNTS = GiftAmounts(smallest_charge, largest_gift, smallest_gift, suggested_gifts)

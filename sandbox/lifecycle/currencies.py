"""Currencies as Stripe has them: exponents, minimum charges, and amounts as text (docs.stripe.com/currencies)."""

from sandbox.api.errors import ApiError, invalid_parameter, invalid_request

_ZERO = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"
_THREE = "bhd jod kwd omr tnd"
_TWO = (
    "aed afn all amd ang aoa ars aud awg azn bam bbd bdt bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny "
    "cop crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr "
    "isk jmd kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad "
    "ngn nio nok npr nzd pab pen pgk php pkr pln qar ron rsd rub sar sbd scr sek sgd shp sle sos srd std "
    "szl thb tjs top try ttd twd tzs uah ugx usd uyu uzs wst xcd yer zar zmw"
)
EXPONENTS = {
    code: exponent for codes, exponent in ((_ZERO, 0), (_TWO, 2), (_THREE, 3)) for code in codes.split()
}  # fmt: skip
_SIGNS = {"gbp": "£", "eur": "€", "usd": "$", "jpy": "¥"}

# Stripe's minimum charge, in minor units of the settlement currency.
MINIMUM_CHARGE = {
    "aed": 200, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50, "gbp": 30, "hkd": 400, "huf": 17500,
    "jpy": 50, "krw": 50, "mxn": 1000, "myr": 200, "nok": 300, "pln": 200, "ron": 200, "sek": 300, "thb": 1000,
    "usd": 50,
}  # fmt: skip
MAXIMUM_CHARGE = 99_999_999


def parse_currency(code: str, param: str) -> str:
    """The code in lower case, as objects show it; ApiError where Stripe does not know it."""
    currency = code.lower()
    if currency not in EXPONENTS:
        raise invalid_parameter(
            param,
            f"Invalid currency: {currency[:12]}. Stripe currently supports these currencies: "
            f"{', '.join(sorted(EXPONENTS))}",
        )
    return currency


def format_amount(minor: int, currency: str) -> str:
    """An amount in minor units as text: £25.00, ¥500, 12.345 KWD."""
    exponent = EXPONENTS[currency]
    text = f"{minor / 10**exponent:,.{exponent}f}" if minor < 10**15 else str(minor)
    sign = _SIGNS.get(currency)
    return f"{sign}{text}" if sign else f"{text} {currency.upper()}"


def check_chargeable(minor: int, currency: str, param: str) -> None:
    """Refuse an amount that Stripe does not charge: too small, too large, or not a multiple that the currency needs."""
    minimum = MINIMUM_CHARGE.get(currency, 0)
    if minor < minimum:
        raise amount_too_small(minimum, currency, param)
    if minor > MAXIMUM_CHARGE:
        raise invalid_request(
            f"The Checkout Session's total amount due must be no more than {format_amount(MAXIMUM_CHARGE, currency)}.",
            code="amount_too_large",
            param=param,
        )
    if (currency in ("isk", "ugx") and minor % 100) or (EXPONENTS[currency] == 3 and minor % 10):
        raise invalid_request(f"Invalid amount: {currency.upper()} is not charged in parts this small.", param=param)


def amount_too_small(minimum: int, currency: str, param: str) -> ApiError:
    """The error for an amount below the minimum."""
    text = format_amount(minimum, currency)
    return invalid_request(
        f"The Checkout Session's total amount due must add up to at least {text} {currency}",
        code="amount_too_small",
        param=param,
    )

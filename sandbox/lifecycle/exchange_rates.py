"""Exchange rates: money in a currency that the account does not settle in becomes pounds, at the day's rate."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from sandbox.lifecycle.currencies import EXPONENTS
from sandbox.world import World

SETTLEMENT_CURRENCIES = ("gbp", "eur")
"""The currencies in which the account settles and is paid out; all others are converted into the first."""

_POUNDS_FOR_ONE = {
    "usd": "0.76",
    "chf": "0.94",
    "jpy": "0.0050",
    "sek": "0.080",
    "nok": "0.075",
    "dkk": "0.117",
    "cad": "0.54",
}
_DEFAULT_POUNDS = "0.10"


@dataclass(frozen=True)
class SettledAmount:
    """An amount as it enters the balance. `rate` is None where nothing was converted."""

    amount: int
    currency: str
    rate: float | None


def convert_for_settlement(world: World, amount: int, currency: str) -> SettledAmount:
    """An amount in minor units, in its settlement currency. The rate changes daily, by up to one per cent."""
    if currency in SETTLEMENT_CURRENCIES:
        return SettledAmount(amount, currency, None)
    drift = Decimal(round((world.random.chance(f"rate:{currency}:{world.now // 86400}") - 0.5) * 200)) / 10_000
    pounds = Decimal(_POUNDS_FOR_ONE.get(currency, _DEFAULT_POUNDS)) * (1 + drift)
    rate = pounds.scaleb(EXPONENTS[SETTLEMENT_CURRENCIES[0]] - EXPONENTS[currency]).quantize(Decimal("0.000001"))
    converted = int((amount * rate).quantize(Decimal(1), ROUND_HALF_UP))
    return SettledAmount(converted, SETTLEMENT_CURRENCIES[0], float(rate))

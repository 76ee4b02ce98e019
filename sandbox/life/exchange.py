"""Exchange: money in a currency that our account does not hold becomes pounds, at the day's rate."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from sandbox.life.currencies import EXPONENTS
from sandbox.world import World

HELD = ("gbp", "eur")
"""The currencies in which our account is settled and paid out; everything else is converted into the first."""

_POUNDS = {"usd": "0.76", "chf": "0.94", "jpy": "0.0050", "sek": "0.080", "nok": "0.075", "dkk": "0.117", "cad": "0.54"}
_ELSEWHERE = "0.10"


@dataclass(frozen=True)
class Settled:
    """An amount as it enters the balance. `rate` is None where nothing was converted."""

    amount: int
    currency: str
    rate: float | None


def settle_in_held(world: World, amount: int, currency: str) -> Settled:
    """The amount in the currency in which it is settled; its rate moves by up to one per cent from day to day."""
    if currency in HELD:
        return Settled(amount, currency, None)
    drift = Decimal(round((world.random.chance(f"rate:{currency}:{world.now // 86400}") - 0.5) * 200)) / 10_000
    pounds = Decimal(_POUNDS.get(currency, _ELSEWHERE)) * (1 + drift)
    rate = (pounds * 10 ** (EXPONENTS[HELD[0]] - EXPONENTS[currency])).quantize(Decimal("0.000001"))
    converted = int((amount * rate).quantize(Decimal(1), ROUND_HALF_UP))
    return Settled(converted, HELD[0], float(rate))

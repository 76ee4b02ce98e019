"""What Stripe takes: its UK prices, read 2026-11."""

from decimal import ROUND_HALF_UP, Decimal

from sandbox.life.means import Means

EU = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split())
DISPUTE = 2000
"""For a dispute, in minor units; given back when it is won."""


def fee_for(amount: int, means: Means) -> int:
    """The fee for a successful charge, in minor units; half a penny rounds up. £25 by a UK card costs 58p."""
    if means.kind == "bacs_debit":
        return min(max(_share(amount, "0.01"), 20), 200)
    if means.country == "GB":
        return _share(amount, "0.015") + 20
    return _share(amount, "0.025" if means.country in EU else "0.0325") + 20


def _share(amount: int, share: str) -> int:
    return int((amount * Decimal(share)).quantize(Decimal(1), ROUND_HALF_UP))

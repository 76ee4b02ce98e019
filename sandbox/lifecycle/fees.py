"""Stripe's fees: its UK prices, read 2026-11."""

from decimal import ROUND_HALF_UP, Decimal

from sandbox.lifecycle.sample_methods import SampleMethod

EEA_COUNTRIES = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split()
)
"""Countries whose cards cost the lower of the two fees for cards from abroad."""
DISPUTE_FEE = 2000
"""The fee for a dispute, in minor units; returned when it is won."""


def fee_for(amount: int, sample: SampleMethod) -> int:
    """The fee for a successful charge, in minor units; half a penny rounds up. £25 by a UK card costs 58p."""
    if sample.kind == "bacs_debit":
        return min(max(_share(amount, "0.01"), 20), 200)
    if sample.country == "GB":
        return _share(amount, "0.015") + 20
    return _share(amount, "0.025" if sample.country in EEA_COUNTRIES else "0.0325") + 20


def _share(amount: int, rate: str) -> int:
    return int((amount * Decimal(rate)).quantize(Decimal(1), ROUND_HALF_UP))

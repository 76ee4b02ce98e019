"""About what the payment company takes of a gift, for donors who want to add it. An estimate, and never booked. Pure.

The fee itself is told by Stripe's balance: it depends on the card, and its country.
"""

from dataclasses import dataclass
from fractions import Fraction

from ledger.money import Currency, Money
from organisation.organisation import GivingRules

# Stripe's price for cards of the account's own region: hundredths of a per cent, and minor units for each payment
# (stripe.com/gb/pricing, /ie/pricing and /pricing, read 2026-11).
_BUILT_IN = {"GBP": (150, 20), "EUR": (150, 25), "USD": (290, 30)}
_WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class FeeRate:
    """A share of the payment, in hundredths of a per cent, and a fixed amount."""

    points: int
    fixed: Money

    def __post_init__(self) -> None:
        if not 0 <= self.points < _WHOLE or self.fixed.minor < 0 or not (self.points or self.fixed.minor):
            raise ValueError("a fee is a part of a payment")

    def of(self, payment: Money) -> Money:
        """About the fee of a payment, rounded up to what can be charged."""
        return self._rounded(Fraction(payment.minor * self.points, _WHOLE) + self.fixed.minor)

    def to_cover(self, gift: Money) -> Money:
        """What has to be added to a gift so that about the whole of it is left when the fee is taken."""
        return self._rounded((gift.minor + self.fixed.minor) / (1 - Fraction(self.points, _WHOLE)) - gift.minor)

    def _rounded(self, minor: Fraction) -> Money:
        step = self.fixed.currency.step
        return Money(-(-minor // step) * step, self.fixed.currency)


def fee_rate(currency: Currency, rules: GivingRules) -> FeeRate | None:
    """The organisation's rate, or ours. None where neither is known, or donors are not asked."""
    points, fixed = rules.fees.get(currency.code) or _BUILT_IN.get(currency.code) or (0, 0)
    return FeeRate(points, Money(fixed, currency)) if points or fixed else None

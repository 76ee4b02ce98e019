"""What of a payment is a gift: a bequest is all of it, a ticket only what exceeds its market value. Pure."""

from dataclasses import dataclass
from fractions import Fraction

from ledger.money import Money

BY_CAMPAIGN = "campaign"
"""Whose word a valuation is that no member of staff gave: the campaign sells something to everybody who gives."""


@dataclass(frozen=True, slots=True)
class Valuation:
    """What is known of a gift beside its amount.

    `is_bequest`: it was left in a will. `benefit` is what the donor got back for it, such as a ticket or what they won
    in an auction, and `market_value` what that sells for, in the gift's currency; zero where they got nothing.
    """

    gift_id: str
    is_bequest: bool
    benefit: str
    market_value: Money

    def __post_init__(self) -> None:
        if self.market_value.minor < 0:
            raise ValueError("a market value is not below zero")
        if bool(self.benefit) != bool(self.market_value):
            raise ValueError("what was got back has words and a market value, or neither")

    @property
    def says_something(self) -> bool:
        """Whether it differs from a gift of which nothing is known."""
        return self.is_bequest or bool(self.market_value)

    def gift_part(self, paid: Money) -> Money:
        """What of the payment is a gift: only what exceeds the market value; zero where nothing does."""
        return max(paid - self.market_value, Money(0, paid.currency))

    def gift_part_in(self, paid: Money, worth: Money) -> Money:
        """The same in another currency: `worth` is what the whole payment came to in it. Rounded down."""
        share = Fraction(self.gift_part(paid).minor, paid.minor)
        return Money(int(worth.minor * share), worth.currency)

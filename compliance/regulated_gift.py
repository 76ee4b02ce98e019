"""A gift as the rules on political donations see it. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from ledger.money import GBP, Money

CENTRE = ""  # the section of the organisation itself; an accounting unit has its group's id


class GiftNature(StrEnum):
    """What was given, in the Commission's words."""

    MONEY = "cash"
    IN_KIND = "non-cash"
    BEQUEST = "bequest"


@dataclass(frozen=True, slots=True)
class RegulatedGift:
    """A gift that was received, valued in pounds.

    `value` is the whole gift before any fee; of a gift in kind its market value; of a ticket or auction what
    `benefit_value` says. `section` is the accounting unit that received it, or CENTRE. `is_instalment`: it belongs to a
    recurring gift. `has_regulated_purpose` is false for what the regime does not cover: a campaigner's general funds,
    or what a members association is given for something else than its political activities.
    """

    gift_id: str
    donor_id: str
    value: Money
    received_on: date
    section: str = CENTRE
    nature: GiftNature = GiftNature.MONEY
    is_instalment: bool = False
    has_regulated_purpose: bool = True

    def __post_init__(self) -> None:
        if self.value.currency != GBP or self.value.minor <= 0:
            raise ValueError("the rules on political donations value a gift in pounds; say what it is worth in pounds")

    @property
    def order(self) -> tuple[date, str]:
        """The order of receipt; of one day, that of their ids."""
        return self.received_on, self.gift_id


def benefit_value(paid: Money, market_value: Money) -> Money:
    """What of a ticket, an auction or a sale is a gift: only what was paid above the market value."""
    return max(paid - market_value, Money(0, paid.currency))


def last_day_of(first: date, days: int) -> date:
    """The last of so many days beginning with the first, which is day 1."""
    return first + timedelta(days=days - 1)

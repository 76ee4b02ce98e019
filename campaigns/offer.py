"""What donors are offered on a campaign's form: how often, the suggested amounts, the smallest gift. Values only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from ledger.money import Money

ONCE = "once"
REPEATING = ("week", "month", "quarter", "year")
EVERY_INTERVAL = (ONCE, *REPEATING)
MOST_AMOUNTS = 8
WORDS_LENGTH = 40
BENEFIT_LENGTH = 100


class BadOffer(ValueError):
    """An offer that must not exist; the message says what to change."""


@dataclass(frozen=True, slots=True)
class SuggestedAmount:
    """An amount on the form, and a few words on what it does ("one stop"), which may be empty."""

    amount: Money
    words: str = ""

    def __post_init__(self) -> None:
        if self.amount.minor <= 0:
            raise BadOffer("Enter amounts above zero.")
        if len(self.words) > WORDS_LENGTH:
            raise BadOffer(f"Shorten the words beside an amount to {WORDS_LENGTH} characters or fewer.")


@dataclass(frozen=True, slots=True)
class SoldBenefit:
    """What every gift given once to a campaign buys, such as a ticket, and what that sells for elsewhere.

    Only what is given above `market_value` is a gift in the rules on political donations.
    """

    words: str
    market_value: Money

    def __post_init__(self) -> None:
        if self.market_value.minor <= 0:
            raise BadOffer("Enter a value above zero, or leave it and what donors get back empty.")
        if not 0 < len(self.words) <= BENEFIT_LENGTH:
            raise BadOffer(f"Say what donors get back, in {BENEFIT_LENGTH} characters or fewer.")


@dataclass(frozen=True)
class CampaignOffer:
    """What one campaign offers its donors; whatever it leaves out is as the organisation has it.

    `intervals` is how often donors may give besides once; None leaves it to the organisation. `suggested` and
    `smallest` go by interval, `once` included. `benefit`: what donors get back, where it sells something.
    """

    intervals: tuple[str, ...] | None = None
    suggested: Mapping[str, Sequence[SuggestedAmount]] = field(default_factory=lambda: MappingProxyType({}))
    smallest: Mapping[str, Money] = field(default_factory=lambda: MappingProxyType({}))
    benefit: SoldBenefit | None = None

    def __post_init__(self) -> None:
        if not {*self.suggested, *self.smallest} <= set(EVERY_INTERVAL) or not set(self.intervals or ()) <= set(
            REPEATING
        ):
            raise BadOffer(f"choose among {', '.join(EVERY_INTERVAL)}")
        for amounts in self.suggested.values():
            if len(amounts) > MOST_AMOUNTS:
                raise BadOffer(f"Offer {MOST_AMOUNTS} amounts or fewer.")
            if len({suggested.amount for suggested in amounts}) < len(amounts):
                raise BadOffer("Offer each amount once.")


NO_OFFER = CampaignOffer()

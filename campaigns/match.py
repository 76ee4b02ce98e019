"""Match pots: a sum that somebody pledged, which rises with what others give until it is used up. Pure.

A pot is no income. What it comes to is computed from the gifts of its days that are left; only when its giver pays does
a gift enter the books, and what was paid is pledged no longer. So no penny is counted twice.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from ledger.gift_sums import GiftSums
from ledger.money import LARGEST_MINOR, Money

MOST_PARTS = 10
GIVER_LENGTH = 100


class BadMatch(ValueError):
    """A match pot that must not exist; the message says what to change."""


@dataclass(frozen=True, slots=True)
class MatchPot:
    """A pledge to give `matched_parts` for each `given_parts` that others give, up to `amount`, within its days.

    `giver` is the name as its owner wishes it shown. `counts`: the campaign's target counts what is matched. A pot that
    is ended early matches gifts up to and including that day.
    """

    id: str
    campaign: int
    giver: str
    amount: Money
    first_day: date
    last_day: date
    made_at: datetime
    matched_parts: int = 1
    given_parts: int = 1
    counts: bool = False
    ended_on: date | None = None

    def __post_init__(self) -> None:
        if not 0 < self.amount.minor <= LARGEST_MINOR:
            raise BadMatch("Enter a sum above zero.")
        if not (0 < self.matched_parts <= MOST_PARTS and 0 < self.given_parts <= MOST_PARTS):
            raise BadMatch(f"Match each gift by a whole number of parts, 1 to {MOST_PARTS}.")
        if self.first_day > self.last_day:
            raise BadMatch("The last day must not come before the first.")
        if not self.giver.strip() or len(self.giver) > GIVER_LENGTH:
            raise BadMatch(f"Enter the giver's name as it should be shown, in up to {GIVER_LENGTH} characters.")

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day whose gifts it matches."""
        return self.first_day, self.last_day if self.ended_on is None else min(self.last_day, self.ended_on)

    def is_open(self, day: date) -> bool:
        """Whether it matches what is given on this day, as long as anything is left of it."""
        first, last = self.days
        return first <= day <= last


@dataclass(frozen=True, slots=True)
class Match:
    """A pot as it stands: `used` is what gifts have drawn from it, `paid` what its giver has given for it.

    `is_over`: its last day has passed, everywhere on earth.
    """

    pot: MatchPot
    used: Money
    paid: Money
    is_over: bool = False

    @property
    def left(self) -> Money:
        """What further gifts can draw."""
        return self.pot.amount - self.used

    @property
    def pledged(self) -> Money:
        """What was drawn and is not paid yet. What was paid is among the gifts of the campaign."""
        return max(self.used - self.paid, Money(0, self.used.currency))


def shown_at(matches: Iterable[Match], now: datetime) -> tuple[Match, ...]:
    """The pots that donors see at this instant: those that have begun, wherever on earth it is read."""
    day = timedelta(days=1)
    return tuple(
        replace(match, is_over=match.pot.days[1] < (now - day).date())
        for match in matches
        if match.pot.first_day <= (now + day).date()
    )


def match_of(
    pot: MatchPot, given: int, gifts: Iterable[GiftSums], payments: Collection[str], others: Collection[str] = ()
) -> Match:
    """The pot as it stands.

    `given` is all that came on its days, in minor units; `gifts` are those of which something went back, and those with
    which pots were paid. `payments` names the ones that paid this pot, `others` those that paid another: neither is
    matched.
    """
    sums = list(gifts)
    unmatched = {*payments, *others}
    gone = sum(gift.within if gift.gift in unmatched else gift.within - gift.left_within for gift in sums)
    paid = sum(gift.given - gift.back for gift in sums if gift.gift in payments)
    return Match(pot, used_by(pot, given - gone), Money(max(0, paid), pot.amount.currency))


def used_by(pot: MatchPot, given: int) -> Money:
    """What gifts that come to so many minor units draw from the pot: by its ratio, rounded down, and never more."""
    step = pot.amount.currency.step
    matched = max(0, given) * pot.matched_parts // pot.given_parts // step * step
    return min(pot.amount, Money(matched, pot.amount.currency))

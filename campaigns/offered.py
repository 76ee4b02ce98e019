"""What a campaign's form offers: the campaign's own choice, else the organisation's, else the built-in. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from campaigns.campaign import Campaign
from campaigns.offer import ONCE, REPEATING, SuggestedAmount
from ledger.money import Currency, Money
from organisation.organisation import GivingRules


@dataclass(frozen=True, slots=True)
class GiftAmounts:
    """The least and the most that Stripe charges in a currency, and what an organisation offers in it."""

    least_charged: Callable[[Currency], Money]
    largest: Callable[[Currency], Money]
    smallest: Callable[[Currency, GivingRules], Money]
    suggested: Callable[[Currency, GivingRules], Sequence[Money]]


@dataclass(frozen=True, slots=True)
class OfferedAmounts:
    """The amounts on the form for one interval, smallest first, and the smallest gift that it takes."""

    suggested: tuple[SuggestedAmount, ...]
    smallest: Money


@dataclass(frozen=True, slots=True)
class AmountGroup:
    """Intervals that are offered the same amounts. `name` is that of the form's field."""

    name: str
    intervals: tuple[str, ...]
    amounts: OfferedAmounts


def offered_intervals(campaign: Campaign, rules: GivingRules) -> tuple[str, ...]:
    """How often donors may give besides once, the most frequent first."""
    chosen = rules.intervals if campaign.offer.intervals is None else campaign.offer.intervals
    return tuple(interval for interval in REPEATING if interval in chosen)


def offered_amounts(campaign: Campaign, rules: GivingRules, built_in: GiftAmounts, interval: str) -> OfferedAmounts:
    """The amounts for one interval, `once` included, without those that could not be given."""
    of, offer = campaign.currency, campaign.offer
    smallest = max(offer.smallest.get(interval) or built_in.smallest(of, rules), built_in.least_charged(of))
    suggested = offer.suggested.get(interval) or [SuggestedAmount(each) for each in built_in.suggested(of, rules)]
    fitting = [each for each in suggested if smallest <= each.amount <= built_in.largest(of)]
    return OfferedAmounts(tuple(sorted(fitting, key=lambda each: each.amount)), smallest)


def amount_groups(campaign: Campaign, rules: GivingRules, built_in: GiftAmounts) -> list[AmountGroup]:
    """The amounts of the form, where intervals with the same amounts share a group. The first one holds `once`."""
    by_amounts: dict[OfferedAmounts, list[str]] = {}
    for interval in (ONCE, *offered_intervals(campaign, rules)):
        by_amounts.setdefault(offered_amounts(campaign, rules, built_in, interval), []).append(interval)
    return [
        AmountGroup("amount" if ONCE in intervals else f"amount_{intervals[0]}", tuple(intervals), amounts)
        for amounts, intervals in by_amounts.items()
    ]


def group_for(groups: Sequence[AmountGroup], interval: str) -> AmountGroup:
    """The group of an interval; the first one for an interval that is not offered."""
    return next((group for group in groups if interval in group.intervals), groups[0])

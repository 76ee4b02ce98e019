"""A gift that its donor shares over several campaigns: how much is for each. Pure.

A group's campaign has its share of the group's part, by the same rule as of a gift to the group alone.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ledger.money import Money
from payments.gifts.gift import Share, split

# With the campaigns of groups 20 lines at most: Stripe takes no more in a subscription
# (docs.stripe.com/api/checkout/sessions/create, line_items, read 2026-11).
MOST_CAMPAIGNS = 10


class TooLittleToShare(ValueError):
    """A campaign would get nothing. `least` is the smallest amount that gives something to each."""

    def __init__(self, least: Money) -> None:
        super().__init__(str(least))
        self.least = least


@dataclass(frozen=True, slots=True)
class GiftPart:
    """What a gift gives to one campaign that its donor chose."""

    campaign: int
    amount: Money


@dataclass(frozen=True, slots=True)
class ParentShare:
    """The campaign of a group, and its per cent of each gift to the group."""

    parent: int
    percent: int


def equal_parts(amount: Money, campaigns: Collection[int]) -> tuple[GiftPart, ...]:
    """As equal as the smallest unit allows; the pennies left over go to the campaigns that were made first.

    The order in which they were chosen does not matter. Raises TooLittleToShare.
    """
    return parts_in_proportion(amount, [(campaign, 1) for campaign in campaigns])


def parts_in_proportion(amount: Money, weights: Iterable[tuple[int, int]]) -> tuple[GiftPart, ...]:
    """An amount by weights: what the donor typed for each, when the cover for fees is added to the sum.

    Raises TooLittleToShare.
    """
    ordered = sorted(weights)
    parts = split(amount, [weight for _, weight in ordered])
    if not all(part.minor for part in parts):
        smallest = min(weight for _, weight in ordered)
        steps = -(-sum(weight for _, weight in ordered) // smallest)
        raise TooLittleToShare(Money(steps * amount.currency.step, amount.currency))
    return tuple(GiftPart(campaign, part) for (campaign, _), part in zip(ordered, parts, strict=True))


def shares_of_parts(parts: Sequence[GiftPart], parents: Mapping[int, ParentShare]) -> tuple[Share, ...]:
    """How the gift, and each instalment of a recurring one, is shared: weights in minor units, one for each campaign.

    `parents` names the campaigns of those groups that have a rule. A share of nothing is left out.
    """
    minor: dict[int, int] = {}
    for part in parts:
        rule = parents.get(part.campaign)
        percent = rule.percent if rule else 0
        own, shared = split(part.amount, [100 - percent, percent])
        for campaign, amount in ((part.campaign, own), (rule.parent if rule else part.campaign, shared)):
            minor[campaign] = minor.get(campaign, 0) + amount.minor
    given = [(campaign, weight) for campaign, weight in minor.items() if weight]
    return tuple(Share(n, campaign, weight) for n, (campaign, weight) in enumerate(given))


def parts_as_chosen(shares: Sequence[GiftPart], parents: Mapping[int, ParentShare]) -> tuple[GiftPart, ...]:
    """What the donor chose, of the shares that came of it: what a parent has of its groups is theirs again.

    The amounts add up as before; where a parent was chosen beside its group, they are right to a unit or two.
    """
    amounts = {share.campaign: share.amount.minor for share in shares}
    for parent in {rule.parent for campaign, rule in parents.items() if campaign in amounts} & set(amounts):
        groups = [campaign for campaign in amounts if campaign in parents and parents[campaign].parent == parent]
        due = [amounts[group] * parents[group].percent // (100 - parents[group].percent) for group in groups]
        if abs(amounts[parent] - sum(due)) <= 2 * len(groups):  # nothing was meant for the parent itself
            whole = Money(amounts.pop(parent), shares[0].amount.currency)
            due = [part.minor for part in whole.allocate([amounts[group] for group in groups])]
        else:
            amounts[parent] -= sum(due)
        for group, part in zip(groups, due, strict=True):
            amounts[group] += part
    of = shares[0].amount.currency
    return tuple(GiftPart(campaign, Money(minor, of)) for campaign, minor in sorted(amounts.items()))

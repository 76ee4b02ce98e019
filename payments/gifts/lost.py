"""A gift that only Stripe knows, because this database was restored from an older backup. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from ledger.money import Money
from payments.gifts.gift import Allocation, DonorDetails, Gift, GiftState, Share
from payments.gifts.recurring import Interval, Recurring, RecurringState

# The name space of what an adopted gift needs and Stripe does not have.
ADOPTIONS = UUID("5b1f0c38-7a5e-4d53-9a6e-2c1f7d0b8e44")


class LostKind(StrEnum):
    """What Stripe has: a gift given once, or a recurring gift."""

    ONCE = "once"
    RECURRING = "recurring"


@dataclass(frozen=True, slots=True)
class LostShare:
    """What a gift gives to the campaign at this address; empty where Stripe does not say which."""

    slug: str
    amount: Money


@dataclass(frozen=True, slots=True)
class LostGift:
    """A gift with our mark at Stripe. `id` is its own, or the recurring gift's, which `first_gift` began.

    `weights` say how each instalment is shared, by the address of a campaign; `ends_at` and `instalments` are the end
    that its donor chose, `day` the day of the month. Older subscriptions do not say them, and some only when Stripe
    stops (`stops_at`): why it does is not known, so that end is left to Stripe. `source` is the code of the link that
    led to the form.
    """

    id: str
    kind: LostKind
    first_gift: str
    shares: tuple[LostShare, ...]
    donor: DonorDetails
    given_at: datetime
    interval: Interval | None = None
    session: str | None = None
    subscription: str | None = None
    weights: tuple[tuple[str, int], ...] = ()
    ends_at: datetime | None = None
    instalments: int | None = None
    day: int | None = None
    stops_at: datetime | None = None
    source: str = ""

    @property
    def slugs(self) -> tuple[str, ...]:
        """The addresses of its campaigns, also of one whose share of the first instalment was not a penny."""
        return tuple(dict.fromkeys([*(share.slug for share in self.shares), *(slug for slug, _ in self.weights)]))

    @property
    def unknowns(self) -> tuple[str, ...]:
        """What its donor may have chosen and neither we nor Stripe know, in words; with what happens instead."""
        if self.kind is not LostKind.RECURRING:
            return ()
        is_older, has_end = not self.weights, self.ends_at is not None or self.instalments is not None
        words = {
            "whether its donor chose that day or a number of instalments, so a pause does not move it": self.stops_at,
            "whether its donor chose an end; Stripe has none": is_older and not has_end and not self.stops_at,
            "how it is shared; each instalment is shared as the first was": is_older and len(self.shares) > 1,
        }
        return tuple(word for word, is_unknown in words.items() if is_unknown)

    @property
    def amount(self) -> Money:
        """What was asked for at first."""
        first, *others = [share.amount for share in self.shares]
        return sum(others, start=first)


def adopted_gift(lost: LostGift, campaigns: Mapping[str, int]) -> Gift:
    """The pending gift; of a recurring one the first instalment. `campaigns`: the campaign of each address."""
    minor: dict[int, int] = {}
    for share in lost.shares:
        campaign = campaigns[share.slug]
        minor[campaign] = minor.get(campaign, 0) + share.amount.minor
    of = lost.amount.currency
    return Gift(
        id=lost.first_gift,
        state=GiftState.PENDING,
        amount=lost.amount,
        allocations=tuple(Allocation(n, campaign, Money(part, of)) for n, (campaign, part) in enumerate(minor.items())),
        donor=lost.donor,
        created_at=lost.given_at,
        attempted_at=lost.given_at,
        return_token=uuid5(ADOPTIONS, lost.first_gift).hex,
        recurring_id=lost.id if lost.kind is LostKind.RECURRING else None,
        source=lost.source,
    )


def adopted_recurring(lost: LostGift, first: Gift, campaigns: Mapping[str, int]) -> Recurring | None:
    """The recurring gift that its first gift began; its state is asked of Stripe. None for a gift given once."""
    if lost.kind is not LostKind.RECURRING or lost.interval is None:
        return None
    return Recurring(
        id=lost.id,
        state=RecurringState.PENDING,
        amount=first.amount,
        interval=lost.interval,
        shares=_shares(lost, first, campaigns),
        donor=first.donor,
        first_gift=first.id,
        created_at=first.created_at,
        ends_at=lost.ends_at,
        instalments=lost.instalments,
        day=lost.day,
        subscription=lost.subscription,
    )


def _shares(lost: LostGift, first: Gift, campaigns: Mapping[str, int]) -> tuple[Share, ...]:
    """How each instalment is shared: by its weights; where they are not known, as the first instalment was."""
    weights = [(campaigns[slug], weight) for slug, weight in lost.weights]
    if not weights:
        weights = [(part.campaign, part.amount.minor) for part in first.allocations]
    by_campaign: dict[int, int] = {}
    for campaign, weight in weights:
        by_campaign[campaign] = by_campaign.get(campaign, 0) + weight
    return tuple(Share(n, campaign, weight) for n, (campaign, weight) in enumerate(by_campaign.items()))

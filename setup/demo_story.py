"""What happens in the demonstration month: who gives what to which campaign, when, and what becomes of it."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from campaigns.campaign import Campaign
from ledger.money import GBP, Money
from payments.gifts.gift import DonorDetails
from payments.gifts.recurring import Interval

DAYS = 35
"""How long ago the first gift was given: a little more than a month, so that monthly gifts have been given twice."""
CARD, DISPUTED_CARD, FAILING_CARD, DEBIT = "4242424242424242", "4000000000000259", "4000000000000341", "00012345"
COURT, VAN, ASK = "see-you-in-court", "the-thornby-van", "ask-every-candidate"
GROUPS = (("Thornby", 500), ("Marlbridge", 800))
"""Two local groups of the campaign ASK, each with its target in pounds."""
COURT_TARGET, COURT_LAST_DAY = 3_000, 7
NAMES = (
    "Rhys Morgan, Priya Nair, Tom Ashworth, Grace Okafor, Ellen Whitby, Yusuf Demir, Hannah Clarke, Owen Pritchard,"
    " Maya Feldman, Daniel Kerr, Sinéad Byrne, Jack Hollis, Amara Nwosu, Ruth Pemberton, Leo Santini, Zofia Kowalska,"
    " Ben Hargreaves, Fatima Aziz, Claire Dunmore, Sam Whitlock, Nia Powell, George Tennant, Ines Carvalho, Peter Lowe,"
    " Aisha Rahman, Martin Frost, Orla Keane, Will Bramley, Dorothy Hale, Kofi Mensah, Lucy Arden, Harjit Gill,"
    " Megan Rowe, Alan Stokes, Chloe Marsh, Viktor Hanson, Rosa Bell, Iain Fraser, Beth Winter, Colin Yates"
).split(", ")
MESSAGES = (
    "My daughter learned to read in that library.",
    "For my mother, who drove a mobile library for thirty years.",
    "Keep going. The whole street is behind you.",
    "Wish it could be more.",
)


class Fate(Enum):
    """What becomes of a gift besides being received."""

    RECEIVED = "received"
    REFUNDED = "refunded two days later"
    ABANDONED = "the donor leaves Stripe's page"


@dataclass(frozen=True, slots=True)
class DemoGift:
    """A gift of the demonstration: `slug` is its campaign's, `card` a test card or test account of Stripe's."""

    at: datetime
    slug: str
    amount: Money
    donor: DonorDetails
    interval: Interval | None = None
    card: str = CARD
    fate: Fate = Fate.RECEIVED


def demo_groups(parent: Campaign) -> list[Campaign]:
    """Two local groups, open as long as their parent."""
    return [
        Campaign(
            0,
            group_slug(place),
            f"Ask every candidate in {place}",
            f"{place} is one of 41 local groups. Ours has {hustings} hustings to book and a card for every doorstep.",
            GBP,
            Money(pounds * 100, GBP),
            parent.opens_at,
            parent.closes_at,
            parent_id=parent.id,
        )
        for hustings, (place, pounds) in enumerate(GROUPS, start=2)
    ]


def group_slug(place: str) -> str:
    """The address of a group's page."""
    return f"{ASK}-{place.lower()}"


def demo_gifts(now: datetime, timezone: str, seed: int = 41) -> list[DemoGift]:
    """Every gift of the month, in order. The same seed gives the same gifts, at the same hours before `now`."""
    author = _Author(now, timezone, seed)
    gifts = [*author.court(), *author.van(), *author.ask(), *author.special()]
    return sorted((gift for gift in gifts if gift.at < now), key=lambda gift: gift.at)


class _Author:
    """Writes the gifts, each with a donor of its own."""

    def __init__(self, now: datetime, timezone: str, seed: int) -> None:
        self._midnight = now.astimezone(ZoneInfo(timezone)).replace(hour=0, minute=0, second=0, microsecond=0)
        self._random = random.Random(seed)  # noqa: S311  (a story, not a secret)
        self._written = 0

    def court(self) -> Iterator[DemoGift]:
        """A campaign that meets its target with its last gift."""
        pounds = _amounts((25, 50, 100, 20, 250, 30, 75, 40, 200, 60), COURT_TARGET - 100)
        days = sorted(self._random.randrange(COURT_LAST_DAY + 1, DAYS) for _ in pounds)
        for day, amount in zip(reversed(days), pounds, strict=True):
            yield self._gift(day, COURT, amount)
        yield self._gift(COURT_LAST_DAY, COURT, COURT_TARGET - sum(pounds) + 20)

    def van(self) -> Iterator[DemoGift]:
        """Gifts given once, and monthly ones that began early enough to have been given again."""
        for amount in (8, 30, 8, 250, 16, 30, 50, 8, 30, 100, 24, 8, 30, 250, 60, 8):
            yield self._gift(self._random.randrange(1, 30), VAN, amount)
        for day, amount in zip((34, 34, 33, 33, 32, 12, 9), (8, 10, 5, 30, 12, 20, 8), strict=True):
            yield self._gift(day, VAN, amount, Interval.MONTH)
        yield self._gift(21, VAN, 60, Interval.YEAR)

    def ask(self) -> Iterator[DemoGift]:
        """A campaign that has just begun, and its two groups."""
        for amount in (10, 25, 60, 10, 25, 120, 10, 60):
            yield self._gift(self._random.randrange(1, 8), ASK, amount)
        for place, amounts in zip(
            (place for place, _ in GROUPS), ((25, 10, 60, 40), (10, 100, 25, 60, 15)), strict=True
        ):
            for amount in amounts:
                yield self._gift(self._random.randrange(1, 7), group_slug(place), amount)

    def special(self) -> Iterator[DemoGift]:
        """What a treasurer has to know how to read: debits, a refund, a dispute, a failed renewal, an empty basket."""
        yield self._gift(24, VAN, 40, card=DEBIT)
        yield self._gift(2, VAN, 75, card=DEBIT)
        yield self._gift(18, VAN, 60, fate=Fate.REFUNDED)
        yield self._gift(11, VAN, 90, card=DISPUTED_CARD)
        yield self._gift(34, VAN, 15, Interval.MONTH, card=FAILING_CARD)
        yield self._gift(3, ASK, 25, fate=Fate.ABANDONED)

    def _gift(
        self,
        days_ago: int,
        slug: str,
        pounds: int,
        interval: Interval | None = None,
        card: str = CARD,
        fate: Fate = Fate.RECEIVED,
    ) -> DemoGift:
        minutes = self._random.randrange(7 * 60, 22 * 60)
        at = self._midnight - timedelta(days=days_ago) + timedelta(minutes=minutes)
        return DemoGift(at, slug, Money(pounds * 100, GBP), self._donor(), interval, card, fate)

    def _donor(self) -> DonorDetails:
        turn, place = divmod(self._written, len(NAMES))
        self._written += 1
        name = NAMES[place]
        message = MESSAGES[place // 5 % len(MESSAGES)] if place % 5 == 0 and not turn else ""
        return DonorDetails(name, f"{_mailbox(name)}@example.org", message)


def _mailbox(name: str) -> str:
    return name.lower().replace("é", "e").replace(" ", ".")


def _amounts(cycle: Sequence[int], most: int) -> list[int]:
    """Amounts in turn, for as long as they stay within `most` together."""
    amounts: list[int] = []
    while sum(amounts) + cycle[len(amounts) % len(cycle)] <= most:
        amounts.append(cycle[len(amounts) % len(cycle)])
    return amounts

"""A campaign and its progress. Values only."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from ledger.money import Currency, Money

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SLUG_LENGTH = 60
TITLE_LENGTH = 120
STORY_LENGTH = 20_000
DAY = timedelta(days=1)


class BadCampaign(ValueError):
    """A campaign that must not exist; the message says what to change."""


class Openness(Enum):
    """Whether a campaign takes gifts at an instant."""

    NOT_YET = "not yet open"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True)
class Campaign:
    """An appeal for one purpose in one currency. Its `id` is 0 until it is kept.

    It takes gifts from `opens_at` (included) to `closes_at` (excluded); None leaves that side open.
    `image` is a path below `static/`.
    """

    id: int
    slug: str
    title: str
    story: str
    currency: Currency
    target: Money | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    image: str | None = None
    parent_id: int | None = None

    def __post_init__(self) -> None:
        if len(self.slug) > SLUG_LENGTH or not SLUG.fullmatch(self.slug):
            raise BadCampaign(f"address {self.slug!r}: use up to {SLUG_LENGTH} small letters, digits and single dashes")
        if not self.title.strip() or len(self.title) > TITLE_LENGTH:
            raise BadCampaign(f"give a title of 1 to {TITLE_LENGTH} characters")
        if self.target is not None and (self.target.currency != self.currency or self.target.minor <= 0):
            raise BadCampaign(f"the target must be above zero, in {self.currency.code}")
        if any(instant is not None and instant.tzinfo is None for instant in (self.opens_at, self.closes_at)):
            raise BadCampaign("opening and closing need a time zone")
        if self.opens_at is not None and self.closes_at is not None and self.opens_at >= self.closes_at:
            raise BadCampaign("a campaign must open before it closes")

    @property
    def paragraphs(self) -> list[str]:
        """The story's paragraphs, which blank lines separate."""
        return [" ".join(part.split()) for part in re.split(r"\n\s*\n", self.story) if part.strip()]

    @property
    def summary(self) -> str:
        """The first paragraph of the story."""
        return self.paragraphs[0] if self.paragraphs else self.title

    def openness(self, now: datetime) -> Openness:
        """Whether it takes gifts at `now`."""
        if self.opens_at is not None and now < self.opens_at:
            return Openness.NOT_YET
        if self.closes_at is not None and now >= self.closes_at:
            return Openness.CLOSED
        return Openness.OPEN

    def days_left(self, now: datetime) -> int | None:
        """Days until it closes, rounded up; None when it is not open or has no closing time."""
        if self.closes_at is None or self.openness(now) is not Openness.OPEN:
            return None
        return -((now - self.closes_at) // DAY)


@dataclass(frozen=True)
class Progress:
    """Progress to the target: `raised` is gifts less refunds and dispute losses, `gifts` is a count."""

    raised: Money
    gifts: int
    target: Money | None
    days_left: int | None

    @property
    def percent(self) -> int | None:
        """Whole percent of the target, rounded down: 100 only when it is met. None without a target."""
        if self.target is None:
            return None
        return max(0, self.raised.minor * 100 // self.target.minor)

    @property
    def filled(self) -> int:
        """How much of the progress bar is filled, 0 to 100."""
        return min(100, self.percent or 0)

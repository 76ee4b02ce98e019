"""A campaign and its progress. Values only."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum

from campaigns.match import Match
from campaigns.offer import NO_OFFER, CampaignOffer
from ledger.money import Currency, Money

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SLUG_LENGTH = 60
TITLE_LENGTH = 120
STORY_LENGTH = 10_000
SENTENCE_LENGTH = 300
ALTERNATIVE_LENGTH = 250
DAY = timedelta(days=1)


class BadCampaign(ValueError):
    """A campaign that must not exist; the message says what to change."""


class CampaignState(StrEnum):
    """What its organiser has done with a campaign. Only a published one takes gifts, between its first and last day."""

    DRAFT = "draft"
    PUBLISHED = "published"
    PAUSED = "paused"
    CLOSED = "closed"


class Openness(Enum):
    """Whether a campaign takes gifts at an instant, and why not. Nobody but its editors sees a draft."""

    DRAFT = "draft"
    NOT_YET = "not yet open"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class TargetKind(StrEnum):
    """What a target counts. Amounts are money in all, or what recurring gifts bring in a month."""

    AMOUNT = "amount"
    GIFTS = "gifts"
    DONORS = "donors"
    MONTHLY = "monthly"

    @property
    def is_money(self) -> bool:
        """Whether the target is an amount of money; else it is a count."""
        return self in (TargetKind.AMOUNT, TargetKind.MONTHLY)


Target = Money | int


@dataclass(frozen=True)
class Campaign:
    """An appeal for one purpose in one currency. Its `id` is 0 until it is kept.

    While it is published it takes gifts from `opens_at` (included) to `closes_at` (excluded); None leaves that side
    open. A last day is a whole day: `closes_at` is the midnight after it. `closed_at` is when somebody closed it.
    `target` is money or a count, as `target_kind` says. `picture` is the content hash of an uploaded picture and
    `picture_alt` its alternative text; `image` is a path below `static/`. `story` and `outcome` (what became of it)
    are Markdown; `above_target` says what happens to money above the target. `version` rises with every edit.

    `parent_id` names the campaign of a group; a group has no groups. Of each gift to one of its groups a campaign has
    `group_share` per cent.
    """

    id: int
    slug: str
    title: str
    story: str
    currency: Currency
    target: Target | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    image: str | None = None
    parent_id: int | None = None
    state: CampaignState = CampaignState.PUBLISHED
    target_kind: TargetKind = TargetKind.AMOUNT
    picture: str | None = None
    picture_alt: str = ""
    above_target: str = ""
    outcome: str = ""
    closed_at: datetime | None = None
    offer: CampaignOffer = NO_OFFER
    version: int = 1
    group_share: int | None = None

    def __post_init__(self) -> None:
        if len(self.slug) > SLUG_LENGTH or not SLUG.fullmatch(self.slug):
            raise BadCampaign(f"address “{self.slug}”: use up to {SLUG_LENGTH} small letters, digits and single dashes")
        if not self.title.strip() or len(self.title) > TITLE_LENGTH:
            raise BadCampaign(f"give a title of 1 to {TITLE_LENGTH} characters")
        self._require_target()
        if any(instant is not None and instant.tzinfo is None for instant in (self.opens_at, self.closes_at)):
            raise BadCampaign("opening and closing need a time zone")
        if self.opens_at is not None and self.closes_at is not None and self.opens_at >= self.closes_at:
            raise BadCampaign("a campaign must open before it closes")
        if self.group_share is not None and (self.parent_id is not None or not 0 < self.group_share < 100):
            raise BadCampaign("a campaign's share of gifts to its groups is 1 to 99 per cent; a group has no groups")

    def _require_target(self) -> None:
        match self.target:
            case None:
                return
            case Money():
                fits = self.target_kind.is_money and self.target.currency == self.currency and self.target.minor > 0
            case _:
                fits = not self.target_kind.is_money and self.target > 0
        if not fits:
            unit = f", in {self.currency.code}" if self.target_kind.is_money else ""
            raise BadCampaign(f"the target must be above zero{unit}")

    @property
    def summary(self) -> str:
        """The first paragraph of the story, as Markdown."""
        paragraphs = [part for part in re.split(r"\n\s*\n", self.story) if part.strip()]
        return " ".join(paragraphs[0].split()) if paragraphs else self.title

    @property
    def ends_at(self) -> datetime | None:
        """When it closed or will close: by hand, or at the end of its last day."""
        if self.closed_at is None or self.closes_at is None:
            return self.closed_at or self.closes_at
        return min(self.closed_at, self.closes_at)

    @property
    def last_moment(self) -> datetime | None:
        """The last moment at which it takes gifts. It lies on the last day; `ends_at` may be the midnight after it."""
        return self.ends_at and self.ends_at - timedelta(microseconds=1)

    def openness(self, now: datetime) -> Openness:
        """Whether it takes gifts at `now`."""
        if self.state is CampaignState.DRAFT:
            return Openness.DRAFT
        if self.state is CampaignState.CLOSED or (self.closes_at is not None and now >= self.closes_at):
            return Openness.CLOSED
        if self.state is CampaignState.PAUSED:
            return Openness.PAUSED
        if self.opens_at is not None and now < self.opens_at:
            return Openness.NOT_YET
        return Openness.OPEN

    def decided_by(self, parent: "Campaign | None", now: datetime) -> "Campaign":
        """The campaign that decides whether this one takes gifts: a group takes none while its campaign takes none."""
        return self if parent is None or self.openness(now) is not Openness.OPEN else parent

    def openness_under(self, parent: "Campaign | None", now: datetime) -> Openness:
        """Whether it takes gifts at `now`: a group only while its campaign does."""
        return self.decided_by(parent, now).openness(now)

    def days_left(self, now: datetime) -> int | None:
        """Days until it closes, rounded up; None when it is not open or has no closing time."""
        if self.closes_at is None or self.openness(now) is not Openness.OPEN:
            return None
        return -((now - self.closes_at) // DAY)


@dataclass(frozen=True)
class Progress:
    """Progress to the target.

    `raised` is gifts less refunds and dispute losses, `gifts` is a count. `donors` and `monthly` (what recurring gifts
    bring in a month) are known only where the target counts them. A campaign with groups has its own gifts and theirs,
    each once. What others match is not raised: it is shown beside it.
    """

    raised: Money
    gifts: int
    target: Target | None
    days_left: int | None
    target_kind: TargetKind = TargetKind.AMOUNT
    donors: int = 0
    monthly: Money | None = None
    matches: tuple[Match, ...] = ()

    @property
    def matched(self) -> Money:
        """What was pledged to match these gifts, and is not paid yet."""
        return sum((match.pledged for match in self.matches), start=Money(0, self.raised.currency))

    @property
    def counts_match(self) -> bool:
        """Whether any of what the target counts is matched and not raised."""
        return self.target_kind is TargetKind.AMOUNT and any(
            match.pot.counts and match.pledged for match in self.matches
        )

    @property
    def reached(self) -> Target:
        """What the target counts, as it is now: what is matched only where the pot says so."""
        match self.target_kind:
            case TargetKind.AMOUNT:
                return sum((match.pledged for match in self.matches if match.pot.counts), start=self.raised)
            case TargetKind.MONTHLY:
                return self.monthly or Money(0, self.raised.currency)
            case TargetKind.GIFTS:
                return self.gifts
            case TargetKind.DONORS:
                return self.donors

    @property
    def percent(self) -> int | None:
        """Whole percent of the target, rounded down: 100 only when it is met. None without a target."""
        if self.target is None:
            return None
        return max(0, _size(self.reached) * 100 // _size(self.target))

    @property
    def filled(self) -> int:
        """How much of the progress bar is filled, 0 to 100."""
        return min(100, self.percent or 0)


def _size(target: Target) -> int:
    return target.minor if isinstance(target, Money) else target


def slug_of(title: str) -> str:
    """An address made from a title: its letters and digits without accents, joined by dashes."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_LENGTH].strip("-")

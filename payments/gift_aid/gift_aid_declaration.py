"""Gift Aid declarations: what a UK taxpayer agreed to, in HMRC's words, and which gifts it covers. Values only.

Income Tax Act 2007, section 428, and HMRC's guidance on Gift Aid declarations (chapter 3 of the detailed guidance notes
on charities; reference read 2026-11).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from payments.gift_aid.taxpayer import Taxpayer

# A declaration for more than one gift may reach so far back, and tax may be claimed for so long.
YEARS_BACK = 4


class DeclarationScope(StrEnum):
    """Which gifts a declaration is for."""

    ONE_GIFT = "one_gift"
    PAST_AND_FUTURE = "past_and_future"


class DeclarationPlace(StrEnum):
    """Where it was declared."""

    FORM = "form"
    OWN_PAGE = "own_page"
    PAPER = "paper"
    SPOKEN = "spoken"


@dataclass(frozen=True, slots=True)
class DeskEntry:
    """What a member of staff noted of a declaration that was signed on paper, or spoken.

    `kept_where` is where the paper is, or the copy of the written confirmation: HMRC asks to see it. A spoken
    declaration counts once its written confirmation was sent, on `confirmed_on`. It covers gifts from `first_day` to
    `last_day`, as the donor chose; None: as far as a declaration may reach.
    """

    who: str
    kept_where: str
    confirmed_on: date | None = None
    first_day: date | None = None
    last_day: date | None = None

    def __post_init__(self) -> None:
        if not self.who or not self.kept_where:
            raise ValueError("a declaration on paper says who entered it and where the paper is")


@dataclass(frozen=True, slots=True)
class GiftAidDeclaration:
    """What one donor declared. `gift_id` is the gift that it was made with, the one that it covers if it covers one.

    `words` are the very words that were agreed to, of the text `words_version`. `declared_on` is the day in the
    organisation's time zone. The donor has withdrawn it from the day `ends_on`: gifts of that day and later are not
    covered. `is_erased`: the donor's name and address are gone, so that nothing more can be claimed by it.
    """

    id: str
    donor_id: str
    gift_id: str | None
    scope: DeclarationScope
    taxpayer: Taxpayer
    words: str
    words_version: str
    place: DeclarationPlace
    declared_at: datetime
    declared_on: date
    ends_on: date | None = None
    is_erased: bool = False
    entry: DeskEntry | None = None

    def __post_init__(self) -> None:
        if not self.words or not self.words_version:
            raise ValueError("a declaration keeps the words that were agreed to, and their version")
        if self.scope is DeclarationScope.ONE_GIFT and self.gift_id is None:
            raise ValueError("a declaration for one gift names it")
        if (self.entry is not None) != (self.place in (DeclarationPlace.PAPER, DeclarationPlace.SPOKEN)):
            raise ValueError("who entered it is kept of a declaration on paper, and of no other")
        if self.place is DeclarationPlace.SPOKEN and (self.entry is None or self.entry.confirmed_on is None):
            raise ValueError("a spoken declaration was confirmed in writing")

    @property
    def earliest_day(self) -> date:
        """The first day whose gifts a declaration for more than one gift covers."""
        furthest = years_before(self.declared_on, YEARS_BACK)
        return max(furthest, self.entry.first_day) if self.entry and self.entry.first_day else furthest

    @property
    def latest_day(self) -> date | None:
        """The last day whose gifts it covers; None where it is for gifts to come."""
        return self.entry.last_day if self.entry else None

    def covers(self, gift_id: str, day: date) -> bool:
        """Whether a gift of this donor, received on this day, is covered."""
        if self.ends_on is not None and day >= self.ends_on:
            return False
        if self.scope is DeclarationScope.ONE_GIFT:
            return gift_id == self.gift_id
        return day >= self.earliest_day and (self.latest_day is None or day <= self.latest_day)


def covering(declarations: Iterable[GiftAidDeclaration], gift_id: str, day: date) -> GiftAidDeclaration | None:
    """The newest declaration that covers a gift: it has the name and address that were told last."""
    fitting = [declared for declared in declarations if declared.covers(gift_id, day)]
    return max(fitting, key=lambda declared: (declared.declared_at, declared.id), default=None)


def in_force(declarations: Iterable[GiftAidDeclaration]) -> GiftAidDeclaration | None:
    """The newest declaration for gifts to come that has not been withdrawn."""
    lasting = [
        declared
        for declared in declarations
        if declared.scope is DeclarationScope.PAST_AND_FUTURE
        and declared.ends_on is None
        and declared.latest_day is None
    ]
    return max(lasting, key=lambda declared: (declared.declared_at, declared.id), default=None)


def years_before(day: date, years: int) -> date:
    """The same day of an earlier year; 28 February for a 29th that it has not."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)

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

    def __post_init__(self) -> None:
        if not self.words or not self.words_version:
            raise ValueError("a declaration keeps the words that were agreed to, and their version")
        if self.scope is DeclarationScope.ONE_GIFT and self.gift_id is None:
            raise ValueError("a declaration for one gift names it")

    @property
    def earliest_day(self) -> date:
        """The first day whose gifts a declaration for past gifts covers."""
        return years_before(self.declared_on, YEARS_BACK)

    def covers(self, gift_id: str, day: date) -> bool:
        """Whether a gift of this donor, received on this day, is covered."""
        if self.ends_on is not None and day >= self.ends_on:
            return False
        if self.scope is DeclarationScope.ONE_GIFT:
            return gift_id == self.gift_id
        return day >= self.earliest_day


def covering(declarations: Iterable[GiftAidDeclaration], gift_id: str, day: date) -> GiftAidDeclaration | None:
    """The newest declaration that covers a gift: it has the name and address that were told last."""
    fitting = [declared for declared in declarations if declared.covers(gift_id, day)]
    return max(fitting, key=lambda declared: (declared.declared_at, declared.id), default=None)


def in_force(declarations: Iterable[GiftAidDeclaration]) -> GiftAidDeclaration | None:
    """The newest declaration for gifts to come that has not been withdrawn."""
    lasting = [
        declared
        for declared in declarations
        if declared.scope is DeclarationScope.PAST_AND_FUTURE and declared.ends_on is None
    ]
    return max(lasting, key=lambda declared: (declared.declared_at, declared.id), default=None)


def years_before(day: date, years: int) -> date:
    """The same day of an earlier year; 28 February for a 29th that it has not."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)

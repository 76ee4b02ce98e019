"""The wall of a campaign: donors who agreed that their name and words stand on its page. Values only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

ON_PAGE = 10  # entries on the campaign's own page
ON_LIST = 50  # entries on a page of the whole wall
MOST_PAGES = 1_000


@dataclass(frozen=True, slots=True)
class WallEntry:
    """A donor's name and words, as typed, and the day of the gift. Staff may have hidden it."""

    gift: str
    name: str
    words: str
    day: date
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class WallPage:
    """Entries, newest first, and whether there are older ones."""

    entries: Sequence[WallEntry]
    has_more: bool


NO_WALL = WallPage((), has_more=False)

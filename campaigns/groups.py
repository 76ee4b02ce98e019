"""Local groups of a campaign, as donors find them. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from campaigns.campaign import Campaign, CampaignState, Progress
from ledger.money import Money

MOST_GROUPS = 200


@dataclass(frozen=True, slots=True)
class GroupProgress:
    """A group, and how far it has come."""

    group: Campaign
    progress: Progress


@dataclass(frozen=True, slots=True)
class GroupsFound:
    """The groups of a campaign that a donor looked for by name, or all of them.

    `count` is how many there are; `through` is what was given to all of them, `own` to the campaign itself.
    """

    query: str
    groups: tuple[GroupProgress, ...]
    count: int
    through: Money
    own: Money


def find_groups(
    groups: Sequence[tuple[Campaign, Progress]], whole: Progress, query: str, *, drafts: bool = False
) -> GroupsFound:
    """The groups whose names have every word of the query; all, for no query. Donors find no drafts."""
    through = sum((progress.raised for _, progress in groups), start=Money(0, whole.raised.currency))
    seen = [pair for pair in groups if drafts or pair[0].state is not CampaignState.DRAFT]
    matching = tuple(GroupProgress(*pair) for pair in _named(seen, query))
    return GroupsFound(query, matching, len(seen), through, whole.raised - through)


def _named(groups: Iterable[tuple[Campaign, Progress]], query: str) -> list[tuple[Campaign, Progress]]:
    words = name_key(query).split()
    return [pair for pair in groups if all(word in name_key(pair[0].title) for word in words)]


def name_key(name: str) -> str:
    """What two names have in common that a reader takes for the same: no case, no accents, no punctuation."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    return re.sub(r"[\W_]+", " ", plain.casefold()).strip()

"""Somebody asked to be told something by email, and has confirmed it from that address or not yet. Values only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from web.language import translated

# How long the link that confirms a sign-up is good.
CONFIRM_WITHIN = timedelta(days=7)
WORDS_VERSION = "default-1"


class Topic(StrEnum):
    """What somebody wants to be told."""

    UPDATES = "updates"
    OPENS = "opens"
    OUTCOME = "outcome"


class EndedBy(StrEnum):
    """Why nobody is written to any more."""

    UNSUBSCRIBE = "unsubscribe"
    IMPORT = "import"
    SERVED = "served"  # what was to be told once was told


@dataclass(frozen=True, slots=True)
class Signup:
    """A sign-up for a topic of a campaign, or of the whole organisation where `campaign` is None.

    `words` are the very words beside the button, in `language`. Nobody is written to before `confirmed_at`, nor after
    `ended_at`.
    """

    id: str
    topic: Topic
    campaign: int | None
    email: str
    words: str
    words_version: str
    language: str
    asked_at: datetime
    confirmed_at: datetime | None = None
    ended_at: datetime | None = None


def signup_words(topic: Topic, name: str) -> str:
    """What somebody agrees to: `name` is the campaign's title, or the organisation's name."""
    match topic:
        case Topic.UPDATES:
            return translated("Email me updates about %(name)s.", name=name)
        case Topic.OPENS:
            return translated("Email me once when %(name)s opens.", name=name)
        case Topic.OUTCOME:
            return translated("Email me once about what became of %(name)s.", name=name)

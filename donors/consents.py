"""What a donor agreed to be sent, channel by channel. Values only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Channel(StrEnum):
    """How somebody may be written to or spoken with."""

    EMAIL = "email"
    POST = "post"
    PHONE = "phone"
    SMS = "sms"


class ConsentPlace(StrEnum):
    """Where a consent was given or withdrawn."""

    FORM = "form"
    OWN_PAGE = "own_page"
    UNSUBSCRIBE = "unsubscribe"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Consent:
    """One decision of a donor: consent to a channel was given, or withdrawn when not `is_given`.

    `words` are the very words beside the box or button, in `language`; `words_version` says which text they were, such
    as `default-1` or `organisation-12` (the organisation's version number).
    """

    channel: Channel
    is_given: bool
    words: str
    words_version: str
    language: str
    place: ConsentPlace
    at: datetime

    def __post_init__(self) -> None:
        if not self.words or not self.words_version or not self.language:
            raise ValueError("a consent keeps the words that were agreed to, their version and their language")
        if self.at.tzinfo is None:
            raise ValueError("the instant lacks its time zone")


def newest_by_channel(consents: Iterable[Consent]) -> Mapping[Channel, Consent]:
    """What holds now: of each channel the newest decision. Of two at one instant, a withdrawal."""
    ordered = sorted(consents, key=lambda consent: (consent.at, not consent.is_given))
    return {consent.channel: consent for consent in ordered}


def agreed_channels(consents: Iterable[Consent]) -> frozenset[Channel]:
    """The channels that the donor agrees to now."""
    return frozenset(channel for channel, newest in newest_by_channel(consents).items() if newest.is_given)

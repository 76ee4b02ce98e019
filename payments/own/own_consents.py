"""What a donor agrees to, channel by channel, as their own page shows it and lets them decide. Values only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from donors.consents import Channel, Consent, ConsentPlace, newest_by_channel
from organisation.consent_words import CHANNELS, OfferedConsent
from web.language import spoken_code, to_translate, translated

WITHDRAWN = to_translate("Do not contact me this way any more.")
WITHDRAWN_VERSION = "own-page-1"


@dataclass(frozen=True, slots=True)
class ShownConsent:
    """A channel: its name, the words, and the newest decision if there is one. `can_agree`: it is offered."""

    channel: Channel
    label: str
    words: str
    newest: Consent | None
    can_agree: bool

    @property
    def is_given(self) -> bool:
        """Whether the donor agrees now."""
        return self.newest is not None and self.newest.is_given


def shown_consents(consents: Iterable[Consent], offered: Sequence[OfferedConsent]) -> list[ShownConsent]:
    """Every channel that was decided about, or that is offered."""
    newest, offers = newest_by_channel(consents), {offer.channel: offer for offer in offered}
    shown = []
    for channel in Channel:
        decided, offer = newest.get(channel), offers.get(channel.value)
        if decided is None and offer is None:
            continue
        words = decided.words if decided and decided.is_given else offer.words if offer else ""
        shown.append(ShownConsent(channel, translated(CHANNELS[channel.value]), words, decided, offer is not None))
    return shown


def decision(channel: Channel, agrees: bool, offered: Sequence[OfferedConsent], now: datetime) -> Consent | None:
    """What a donor decides on their own page; None where they agree to what is not offered."""
    offer = next((offer for offer in offered if offer.channel == channel.value), None)
    if agrees and offer is None:
        return None
    words, version = translated(WITHDRAWN), WITHDRAWN_VERSION
    if agrees and offer is not None:
        words, version = offer.words, offer.version
    return Consent(channel, agrees, words, version, spoken_code(), ConsentPlace.OWN_PAGE, now)

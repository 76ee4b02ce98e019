"""The words beside the boxes with which donors agree to be written to: the organisation's own, or ours. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from organisation.organisation import OrganisationProfile
from web.language import to_translate, translated

# The ways to reach a donor, as the desk names them.
CHANNELS: Mapping[str, str] = {"email": "By email", "post": "By post", "phone": "By phone", "sms": "By text message"}
DEFAULT_VERSION = "default-2"
_DEFAULTS = {
    "email": to_translate("Email me about the campaigns I support, and others of %(name)s."),
    "post": to_translate("Write to me by post about the campaigns I support, and others of %(name)s."),
    "phone": to_translate("Ring me about the campaigns I support, and others of %(name)s."),
    "sms": to_translate("Text me about the campaigns I support, and others of %(name)s."),
}


@dataclass(frozen=True, slots=True)
class OfferedConsent:
    """A box on the form: the channel, the very words beside it, and which text they are."""

    channel: str
    words: str
    version: str


def offered_consents(profile: OrganisationProfile, version: int) -> list[OfferedConsent]:
    """The boxes that the organisation offers, as its version of this number words them. None is ticked."""
    return [
        OfferedConsent(channel, own, f"organisation-{version}")
        if own
        else OfferedConsent(channel, default_words(channel, profile), DEFAULT_VERSION)
        for channel in CHANNELS
        if (own := profile.notices.consent.get(channel)) is not None
    ]


def default_words(channel: str, profile: OrganisationProfile) -> str:
    """The words that stand there until the organisation writes its own."""
    return translated(_DEFAULTS[channel], name=profile.organisation.name)

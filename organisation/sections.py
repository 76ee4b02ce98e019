"""Reads the desk's forms about the organisation: into a changed profile, or a sentence for each wrong field.

One form a section, so that each fits a phone. What donors will read is tidied as all typed text is.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar
from urllib.parse import urlsplit

from organisation.consent_words import CHANNELS
from organisation.organisation import (
    KINDS,
    NEWEST_NOTICE,
    REGIMES,
    Look,
    Notices,
    OrganisationKind,
    OrganisationProfile,
)
from organisation.publication import lost_details
from web.colour import BadColour, read_colour
from web.language import language_of, languages
from web.typed import NotTidy, compact, tidy
from web.typed_address import read_email_address

LONGEST_NAME, LONGEST_LINE, LONGEST_EMAIL, LONGEST_NOTE, LONGEST_NOTICE = 120, 100, 254, 600, 6_000
MOST_LINES = 10
LOCALES = {
    "en_GB": "English as in the United Kingdom: £1,250.00, 5 March 2027",
    "en_IE": "English as in Ireland: €1,250.00, 5 March 2027",
    "en_US": "English as in the United States: $1,250.00, 5 March 2027",
    "en_CA": "English as in Canada: $1,250.00, 5 March 2027",
    "cy_GB": "Welsh: £1,250.00, 5 Mawrth 2027",
}
DETAILS = ("kind", "name", "address", "email", "website", "imprint", "legal_note", "regime", "locale")
NOTICES = ("privacy", "transparency", *(f"{what}_{channel}" for channel in CHANNELS for what in ("consent", "words")))
LOOK = ("colour", "remove_logo", "framed_by")
MOST_SITES = 10

# A scheme, a host name of labels, perhaps a port. `http` is for a website on one's own machine.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ORIGIN = re.compile(rf"(?:https://(?:{_LABEL}\.)+{_LABEL}|https?://localhost|http://127\.0\.0\.1)(?::[0-9]{{1,5}})?")

SectionFields = Mapping[str, str]
WrongFields = dict[str, str]
SectionValue = TypeVar("SectionValue")


class SectionErrors(ValueError):
    """A form that must be corrected: a sentence for each field."""

    def __init__(self, errors: WrongFields) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


def details_names() -> list[str]:
    """The fields of the form of details."""
    return [*DETAILS, *_language_fields().values()]


def _language_fields() -> Mapping[str, str]:
    """For each language the field that offers it to donors."""
    return {code: f"language_{code}" for code in languages()}


def details_fields(profile: OrganisationProfile) -> SectionFields:
    """The form of details as the profile fills it in."""
    organisation = profile.organisation
    return {
        "kind": profile.kind.value,
        "name": organisation.name,
        "address": "\n".join(organisation.address),
        "email": organisation.email,
        "website": organisation.url,
        "imprint": organisation.imprint,
        "legal_note": organisation.legal_note,
        "regime": profile.regime,
        "locale": profile.locale,
        **{name: "yes" if code in profile.languages else "" for code, name in _language_fields().items()},
    }


def read_details(fields: SectionFields, profile: OrganisationProfile) -> OrganisationProfile:
    """The profile with these details; raises SectionErrors."""
    form, present = _Form(fields), profile.organisation
    organisation = replace(
        present,
        name=form.read("name", _name, present.name),
        address=form.read("address", _address, present.address),
        email=form.read("email", _email, present.email),
        url=form.read("website", _website, present.url),
        imprint=form.read("imprint", _sentences, present.imprint),
        legal_note=form.read("legal_note", _sentences, present.legal_note),
    )
    kind = form.read("kind", lambda typed: _chosen(typed, [kind.value for kind in KINDS]), profile.kind.value)
    regime = form.read("regime", lambda typed: _chosen(typed, REGIMES), profile.regime)
    locale = form.read("locale", lambda typed: _chosen(typed, {*LOCALES, profile.locale}), profile.locale)
    form.require_clear()
    offered = tuple(
        code for code, name in _language_fields().items() if fields.get(name) and code != language_of(locale)
    )
    changed = replace(
        profile,
        organisation=organisation,
        kind=OrganisationKind(kind),
        regime=regime,
        locale=locale,
        languages=offered,
    )
    if lost := lost_details(profile, changed):
        raise SectionErrors(dict(lost))
    return changed


def notices_fields(profile: OrganisationProfile) -> SectionFields:
    """The form of notices as the profile fills it in."""
    offered = profile.notices.consent
    return {
        "privacy": profile.notices.privacy,
        "transparency": profile.notices.transparency,
        **{f"consent_{channel}": "yes" for channel in offered},
        **{f"words_{channel}": words for channel, words in offered.items()},
    }


def read_notices(fields: SectionFields, profile: OrganisationProfile) -> OrganisationProfile:
    """The profile with these notices; without a privacy notice of its own it has the newest of ours."""
    form, present = _Form(fields), profile.notices
    privacy = form.read("privacy", lambda typed: tidy(typed, LONGEST_NOTICE, lines=True), present.privacy)
    transparency = form.read("transparency", _sentences, present.transparency)
    words = {channel: form.read(f"words_{channel}", _sentences, "") for channel in CHANNELS}
    form.require_clear()
    consent = {channel: words[channel] for channel in CHANNELS if fields.get(f"consent_{channel}")}
    return replace(profile, notices=Notices(privacy, NEWEST_NOTICE, transparency, consent))


def look_fields(profile: OrganisationProfile) -> SectionFields:
    """The form of the look as the profile fills it in."""
    return {
        "colour": profile.look.colour or "",
        "remove_logo": "",
        "framed_by": "\n".join(profile.framed_by),
    }


def read_look(fields: SectionFields, profile: OrganisationProfile, logo: str | None) -> OrganisationProfile:
    """The profile with this colour, and with a logo that was just kept, if there is one; raises SectionErrors."""
    form = _Form(fields)
    colour = form.read("colour", _colour, profile.look.colour)
    framed_by = form.read("framed_by", _origins, profile.framed_by)
    form.require_clear()
    present = None if fields.get("remove_logo") else profile.look.logo
    return replace(profile, look=Look(colour, logo or present), framed_by=framed_by)


class _Form:
    """Fields that are read one by one; what is wrong with each is kept for the page."""

    def __init__(self, fields: SectionFields) -> None:
        self._fields, self._errors = fields, WrongFields()

    def read(self, name: str, read: Callable[[str], SectionValue], present: SectionValue) -> SectionValue:
        """What a field says; where it is wrong, what the profile says at present."""
        try:
            return read(self._fields.get(name, ""))
        except (NotTidy, BadColour) as error:
            self._errors[name] = str(error)
            return present

    def require_clear(self) -> None:
        """Raise SectionErrors if a field was wrong."""
        if self._errors:
            raise SectionErrors(self._errors)


def _name(typed: str) -> str:
    name = _line(typed, LONGEST_NAME)
    if not name:
        raise NotTidy("Enter the legal name of who receives the donations.")
    return name


def _line(typed: str, limit: int) -> str:
    """One line. A line break in it is no slip of the hand: a browser sends none."""
    if any(mark in typed for mark in "\r\n"):
        raise NotTidy("Write this on one line.")
    return tidy(typed, limit)


def _sentences(typed: str) -> str:
    """A sentence or two, typed in a field of several lines."""
    return " ".join(tidy(typed, LONGEST_NOTE, lines=True).split())


def _address(typed: str) -> tuple[str, ...]:
    lines = [line for line in tidy(typed, MOST_LINES * LONGEST_LINE, lines=True).split("\n") if line]
    if len(lines) > MOST_LINES or any(len(line) > LONGEST_LINE for line in lines):
        raise NotTidy(f"Write the address in up to {MOST_LINES} lines of up to {LONGEST_LINE} characters.")
    return tuple(lines)


def _email(typed: str) -> str:
    _line(typed, LONGEST_EMAIL)
    if not compact(typed):
        return ""
    address = read_email_address(typed)
    if address is None:
        raise NotTidy("Enter an email address in the form name@example.org.")
    return address


def _website(typed: str) -> str:
    address = compact(_line(typed, LONGEST_EMAIL))
    if not address:
        return ""
    if "//" not in address and ":" not in address:
        address = f"https://{address}"
    if not _is_web_address(address):
        raise NotTidy("Enter a web address such as https://example.org.")
    return address


def _is_web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in (parts.hostname or "") and " " not in address


def _origins(typed: str) -> tuple[str, ...]:
    """The origins of websites, one a line: they become part of a header, so nothing else may stand there."""
    lines = [line for line in tidy(typed, MOST_SITES * LONGEST_LINE, lines=True).split("\n") if line]
    if len(lines) > MOST_SITES:
        raise NotTidy(f"Name up to {MOST_SITES} websites.")
    return tuple(dict.fromkeys(_origin(line) for line in lines))


def _origin(typed: str) -> str:
    origin = compact(typed).lower().rstrip("/")
    if not _ORIGIN.fullmatch(origin):
        raise NotTidy("Enter each website as https://example.org, one a line, without a page behind it.")
    return origin


def _colour(typed: str) -> str | None:
    colour = compact(typed)
    return read_colour(colour) if colour else None


def _chosen(typed: str, offered: Sequence[str] | set[str] | Mapping[str, str]) -> str:
    if typed not in offered:
        raise NotTidy("Choose one of these.")
    return typed

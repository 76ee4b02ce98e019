"""A donor, and the key by which two spellings of one address are the same donor. Values only."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

NO_ADDRESS = "no-address.invalid"
"""The domain of the address that stands for a donor who has none. Nothing can be sent there (RFC 2606)."""
NOBODY = f"nobody@{NO_ADDRESS}"
"""The address of the one donor who stands for all of whom nothing is known."""
ERASED = "erased.invalid"
"""The domain of the address of a donor who was erased."""


class NotAnAddress(ValueError):
    """A text that has no local part or no domain."""


def address_key(email: str) -> str:
    """The key of an email address: equal for two spellings of the same address, and for nothing else.

    Capitals do not matter, nor does the space around it. An internationalised domain is the same written in its own
    letters and as `xn--…`. Everything else tells two addresses apart: dots and `+tags` before the `@` are different
    mailboxes for most providers, `straße` and `strasse` are different domains, and a key that joined two people would
    show one the gifts of the other. Raises NotAnAddress.
    """
    local, _, domain = email.strip().rpartition("@")
    if not local or not domain:
        raise NotAnAddress("an email address has something before and after its @")
    return f"{_plain(local)}@{'.'.join(_label(label) for label in domain.split('.'))}"


def is_reachable(email: str) -> bool:
    """Whether an address is somebody's, and does not stand for one who left none or was erased."""
    return not email.endswith((NO_ADDRESS, ERASED))


def _plain(text: str) -> str:
    """Small letters, and one sequence of characters for each accented letter."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())


def _label(label: str) -> str:
    """One part of a domain in its own letters; a part that is no valid `xn--…` stays as it is."""
    plain = _plain(label)
    if not plain.startswith("xn--"):
        return plain
    try:
        letters = plain.removeprefix("xn--").encode("ascii").decode("punycode")
    except UnicodeError:
        return plain
    return plain if letters.isascii() else _plain(letters)  # ASCII is never written so: it is no valid label


@dataclass(frozen=True, slots=True)
class Donor:
    """Somebody who gives. One donor has one `key`; what each gift was typed with stays with the gift.

    `email` is the address as it was last typed, `language` the one of their letters, such as `en`.
    """

    id: str
    email: str
    name: str
    language: str
    created_at: datetime

    def __post_init__(self) -> None:
        if not self.id:
            raise ValueError("a donor needs an id")
        if self.created_at.tzinfo is None:
            raise ValueError("the instant lacks its time zone")
        address_key(self.email)

    @property
    def key(self) -> str:
        """What makes this the same donor as another with the same address."""
        return address_key(self.email)

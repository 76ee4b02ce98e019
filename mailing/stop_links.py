"""The link that ends all letters to an address, in each of them: it needs no sign-in, and nobody can guess one.

Mail programs post to it when their own button is pressed (RFC 8058).
"""

import hmac
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

PATH = "/updates/stop"


class ReaderKind(StrEnum):
    """Where an address is kept: with a sign-up, or with a donor who agreed to letters."""

    SIGNUP = "s"
    DONOR = "d"


@dataclass(frozen=True, slots=True)
class LetterReader:
    """Somebody who is written to, by the id of the sign-up or of the donor."""

    kind: ReaderKind
    id: str


class StopLinks:
    """Makes and reads the links. `secret` is the installation's; a link is good as long as it is."""

    def __init__(self, secret: bytes, base_url: str) -> None:
        self._secret, self._base_url = secret, base_url.rstrip("/")

    def url(self, reader: LetterReader) -> str:
        """The link in a letter to this reader."""
        return f"{self._base_url}{PATH}/{reader.kind.value}{reader.id}.{self._seal(reader)}"

    def reader(self, token: str) -> LetterReader | None:
        """The reader of a link's last part; None for one that we did not make."""
        named, _, seal = token.rpartition(".")
        if named[:1] not in tuple(ReaderKind):
            return None
        reader = LetterReader(ReaderKind(named[0]), named[1:])
        return reader if hmac.compare_digest(seal.encode(), self._seal(reader).encode()) else None

    def _seal(self, reader: LetterReader) -> str:
        return hmac.new(self._secret, f"stop\n{reader.kind.value}\n{reader.id}".encode(), sha256).hexdigest()[:32]

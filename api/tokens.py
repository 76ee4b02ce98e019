"""A token with which a program reads: what it may read, until when, and whether somebody has revoked it."""

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

PREFIX = "farthing_"
SECRET_BYTES = 32
_TOKEN = re.compile(rf"{PREFIX}[0-9a-f]{{{2 * SECRET_BYTES}}}")
LONGEST_NAME = 80
ENDING = 4


class TokenScope(StrEnum):
    """What a token lets a program read."""

    GIFTS = "gifts:read"
    TOTALS = "totals:read"
    DONORS = "donors:read"


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token as it is kept. `ending` are the last characters of its secret, by which an owner recognises it.

    It is good through `ends_on`, a day of the organisation; None: until it is revoked. `used_on` is the last day on
    which a program came with it.
    """

    id: str
    name: str
    scopes: frozenset[TokenScope]
    ending: str
    made_by: str
    made_at: datetime
    ends_on: date | None = None
    used_on: date | None = None
    revoked_at: datetime | None = None

    def is_good(self, today: date) -> bool:
        """Whether it opens anything today."""
        return self.revoked_at is None and (self.ends_on is None or today <= self.ends_on)

    def may(self, scope: TokenScope) -> bool:
        """Whether it was made for this."""
        return scope in self.scopes


def new_token_secret() -> str:
    """A secret of 256 random bits, behind a prefix by which people and scanners recognise whose it is."""
    return PREFIX + secrets.token_hex(SECRET_BYTES)


def digest_of(secret: str) -> bytes | None:
    """What is kept of a secret; None for text that cannot be one.

    The look-up compares digests: how long it takes says nothing about the secret. A plain SHA-256 is enough, because
    nobody can try 2 to the 256 secrets.
    """
    return hashlib.sha256(secret.encode()).digest() if _TOKEN.fullmatch(secret) else None


def scopes_text(scopes: Iterable[TokenScope]) -> str:
    """Scopes as they are kept: words with a space between, in the order of `TokenScope`."""
    return " ".join(scope.value for scope in TokenScope if scope in set(scopes))

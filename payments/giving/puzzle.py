"""A small puzzle for a browser, in ALTCHA's scheme: find the number whose hash, behind a salt, is the one we name.

The scheme is altcha.org's (proof of work, SHA-256, a signed challenge). It is a page of code, so no library is needed.
Our salt holds when the puzzle ends, and a digest of the form that it is for: a solution that is used again leads to the
same gift, so no list of used ones has to be kept. Nothing here reads a table.
"""

import hmac
import json
from base64 import b64decode
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import randbelow, token_hex
from urllib.parse import parse_qs

ALGORITHM = "SHA-256"
LIFETIME = timedelta(minutes=20)
# The largest number of an easy puzzle: a telephone tries so many in about a second.
EASY = 50_000
LONGEST_SOLUTION = 1000


@dataclass(frozen=True, slots=True)
class Puzzle:
    """A puzzle as ALTCHA names its parts. `maxnumber` is the largest number that has to be tried."""

    algorithm: str
    challenge: str
    maxnumber: int
    salt: str
    signature: str

    @property
    def json(self) -> str:
        """What the browser reads."""
        return json.dumps(asdict(self))


def new_puzzle(key: bytes, form: str, now: datetime, largest: int = EASY) -> Puzzle:
    """A puzzle for the form with this digest."""
    ends = int((now + LIFETIME).timestamp())
    salt = f"{token_hex(12)}?expires={ends}&form={form}&"  # ends in &: no digit of the number can lengthen a value
    challenge = _hash(salt, randbelow(largest + 1))
    return Puzzle(ALGORITHM, challenge, largest, salt, _signed(key, challenge))


def is_solution(key: bytes, text: str, form: str, now: datetime) -> bool:
    """Whether this solves a puzzle of ours for this form, which has not ended. Anything else that is sent does not."""
    try:
        sent = json.loads(b64decode(text[:LONGEST_SOLUTION], validate=True))
        salt, challenge = str(sent["salt"]), str(sent["challenge"])
        number, signature = int(sent["number"]), str(sent["signature"])
        asked = parse_qs(salt.partition("?")[2])
        ends = int(asked["expires"][0])
    except (ValueError, TypeError, KeyError, RecursionError):
        return False
    is_ours = hmac.compare_digest(signature.encode(), _signed(key, challenge).encode())
    is_right = hmac.compare_digest(challenge.encode(), _hash(salt, number).encode())
    return is_ours and is_right and asked.get("form") == [form] and now.timestamp() <= ends


def _hash(salt: str, number: int) -> str:
    return sha256(f"{salt}{number}".encode()).hexdigest()


def _signed(key: bytes, challenge: str) -> str:
    return hmac.digest(key, f"puzzle\n{challenge}".encode(), "sha256").hex()

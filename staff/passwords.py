"""Passwords: what is accepted as one, and how it is kept.

Length and a list of common passwords are the only rules (NIST SP 800-63B, OWASP ASVS 5.0 section 6.2): rules about
capitals and signs make people choose worse ones. A password is taken exactly as it was typed.
"""

import secrets
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type, hash_secret_raw

SHORTEST, LONGEST_PASSWORD = 12, 256
MEMORY_KIB = 19 * 1024
PASSES = 2
COMMON = Path(__file__).with_name("common_passwords.txt")


class Passwords:
    """Hashes passwords with argon2id: two passes over 19 MiB in one lane, as OWASP recommends.

    It takes a fiftieth of a second and is done outside of transactions. Tests pass cheaper figures.
    """

    def __init__(self, passes: int = PASSES, memory_kib: int = MEMORY_KIB) -> None:
        self._passes, self._memory_kib = passes, memory_kib
        self._hasher = PasswordHasher(passes, memory_kib, 1)
        self._nobodys = self._hasher.hash(secrets.token_hex())

    def hash(self, password: str) -> str:
        """What is kept of a password that `password_mistake` has passed: its hash with salt and figures."""
        if not SHORTEST <= len(password) <= LONGEST_PASSWORD:
            raise ValueError("a password of this length is never kept")
        return self._hasher.hash(password)

    def matches(self, password: str, kept: str | None) -> bool:
        """Whether this is the password that was kept. Without one it takes as long, and the answer is no."""
        try:
            self._hasher.verify(kept or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    def hash_code(self, code: str, salt: bytes) -> bytes:
        """What is kept of a recovery code. The codes of a set share their salt, so that one hash finds a code."""
        return hash_secret_raw(code.encode(), salt, self._passes, self._memory_kib, 1, 32, Type.ID)


def password_mistake(password: str, again: str) -> str | None:
    """What is wrong with a new password, as its writer is to read it; None when it can be taken."""
    if len(password) < SHORTEST:
        return f"Choose a password of {SHORTEST} characters or more. Four words in a row are a good one."
    if len(password) > LONGEST_PASSWORD:
        return f"Choose a password of {LONGEST_PASSWORD} characters or fewer."
    if password.lower() in common_passwords():
        return "Choose another password: this one is on the lists that thieves try first."
    if password != again:
        return "Type the same password twice."
    return None


@cache
def common_passwords() -> frozenset[str]:
    """Passwords that many people choose, in lower case, of at least our shortest length."""
    lines = COMMON.read_text().splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))

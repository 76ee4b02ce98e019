"""Setting what a member of staff signs in with: a password, a second factor, recovery codes. Each is an act."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from staff import credentials_store as store
from staff.act import Subject
from staff.changing import Change
from staff.member import StaffMember
from staff.passwords import Passwords
from staff.second_factor import QrCode, SecretBox, new_recovery_codes, new_secret, plain_code, qr_code, step_of

SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class OfferedSecret:
    """A new secret for an app: sealed for the form, to be typed in groups of four, and as a QR code."""

    sealed: str
    typed: str
    qr: QrCode


def offer_secret(box: SecretBox, member: StaffMember, issuer: str, sealed: str | None = None) -> OfferedSecret:
    """A new secret for a member's app, or the one that a form offered before."""
    secret = (sealed and box.unseal_new(sealed, member.id)) or new_secret()
    kept = sealed if sealed and box.unseal_new(sealed, member.id) else box.seal(secret, member.id)
    groups = " ".join(secret[n : n + 4] for n in range(0, len(secret), 4))
    return OfferedSecret(kept, groups, qr_code(secret, member.email, issuer))


def proved_step(box: SecretBox, member: StaffMember, sealed: str, code: str, now: datetime) -> int | None:
    """The step of a code that proves that the app has the offered secret; None for a wrong code."""
    secret = box.unseal_new(sealed, member.id)
    return None if secret is None else step_of(secret, code, now)


@dataclass(frozen=True, slots=True)
class RecoveryCodes:
    """A new set of recovery codes: as they are shown once, and as they are kept."""

    shown: list[str]
    salt: bytes
    hashes: list[bytes]


def make_recovery_codes(passwords: Passwords) -> RecoveryCodes:
    """Make ten codes. Hashing them takes a fifth of a second: do it outside of a transaction."""
    shown, salt = new_recovery_codes(), secrets.token_bytes(SALT_BYTES)
    return RecoveryCodes(shown, salt, [passwords.hash_code(plain_code(code), salt) for code in shown])


def keep_password(change: Change, member: StaffMember, password_hash: str) -> None:
    """Give a member this password."""
    store.set_password(change.conn, member.id, password_hash, change.now)
    change.record("staff.set_password", _subject(member))


def keep_second_factor(change: Change, member: StaffMember, sealed: str, step: int) -> None:
    """Give a member this second factor."""
    store.set_second_factor(change.conn, member.id, sealed, step, change.now)
    change.record("staff.set_second_factor", _subject(member))


def keep_recovery_codes(change: Change, member: StaffMember, codes: RecoveryCodes) -> None:
    """Give a member these recovery codes; earlier ones work no more."""
    store.set_recovery_codes(change.conn, member.id, codes.salt, codes.hashes)
    change.record("staff.make_recovery_codes", _subject(member))


def _subject(member: StaffMember) -> Subject:
    return Subject("staff_member", member.id)

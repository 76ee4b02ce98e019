"""The second factor: six digits from an app (TOTP, RFC 6238), and recovery codes for whoever has lost it.

The app's secret is kept encrypted with a key made of FARTHING_SECRET_KEY: a copy of the database alone makes no codes.
"""

import base64
import re
import secrets
from dataclasses import dataclass
from datetime import datetime

import pyotp
import segno
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pyotp.exceptions import OTPVerificationError

from web.errors import Refusal, Trouble

CODES = 10
CODE_LETTERS = 12  # of base32: 60 bits, and hashed as slowly as a password
SETTING_UP_SECONDS = 60 * 60
PURPOSE = b"farthing: secrets of second factors"
_SIX_DIGITS = re.compile(r"\d{6}", re.ASCII)


class SecretKeyChanged(Refusal):
    """A secret was encrypted with another FARTHING_SECRET_KEY than ours."""

    trouble = Trouble(
        409,
        "Codes cannot be checked",
        "The key with which the secrets of authenticator apps were encrypted is not the one that this server has.",
        "Type a recovery code instead. Whoever runs the server puts FARTHING_SECRET_KEY, or the file secret-key, back;"
        " or, for each member: ./farthing staff add EMAIL --reset",
    )


class SecretBox:
    """Encrypts secrets, each with the id of the member (or the endpoint) whose it is, with a key for one purpose."""

    def __init__(self, secret_key: bytes, purpose: bytes = PURPOSE) -> None:
        key = HKDF(SHA256(), 32, salt=None, info=purpose).derive(secret_key)
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def seal(self, secret: str, member_id: str) -> str:
        """The secret of a member, encrypted."""
        return self._fernet.encrypt(f"{member_id} {secret}".encode()).decode()

    def unseal(self, sealed: str, member_id: str) -> str:
        """The secret of a member. Raises SecretKeyChanged."""
        return self._read(sealed, member_id, None)

    def unseal_new(self, sealed: str, member_id: str) -> str | None:
        """A secret that a page offered within the last hour; None for an older one and for another member's."""
        try:
            return self._read(sealed, member_id, SETTING_UP_SECONDS)
        except SecretKeyChanged:
            return None

    def _read(self, sealed: str, member_id: str, seconds: int | None) -> str:
        try:
            whose, _, secret = self._fernet.decrypt(sealed.encode(), ttl=seconds).decode().partition(" ")
        except InvalidToken:
            raise SecretKeyChanged from None
        if whose != member_id:
            raise SecretKeyChanged
        return secret


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code as the path of an SVG: `size` modules wide and high, without its margin."""

    size: int
    path: str


def new_secret() -> str:
    """A new secret for an app: 160 bits in base32."""
    return pyotp.random_base32()


def qr_code(secret: str, email: str, issuer: str) -> QrCode:
    """What the app's camera reads: the secret, and whose and for what it is."""
    matrix = segno.make(
        pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer), error="m", micro=False
    ).matrix
    dots = [f"M{x} {y}h1v1h-1z" for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark]
    return QrCode(len(matrix), "".join(dots))


def step_of(secret: str, typed: str, now: datetime) -> int | None:
    """The 30-second step that a typed code belongs to: this one or a neighbour; None for a wrong code."""
    code = re.sub(r"\s", "", typed)
    if not _SIX_DIGITS.fullmatch(code):
        return None
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(code, for_time=now, valid_window=1)
    except OTPVerificationError:
        return None


def new_recovery_codes() -> list[str]:
    """Ten codes, each good for one sign-in: `abcd-efgh-2345`."""
    return [_grouped(secrets.token_bytes(10)) for _ in range(CODES)]


def plain_code(typed: str) -> str:
    """A recovery code as it is hashed: without spaces and hyphens, in lower case."""
    return re.sub(r"[\s-]", "", typed).lower()


def _grouped(noise: bytes) -> str:
    letters = base64.b32encode(noise).decode().lower()[:CODE_LETTERS]
    return "-".join(letters[n : n + 4] for n in range(0, CODE_LETTERS, 4))

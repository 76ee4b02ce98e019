"""Is this message from Stripe, and fresh? Guards the library's check where it lets odd things through."""

import re
from collections.abc import Sequence
from datetime import datetime

from stripe import SignatureVerificationError, WebhookSignature

TOLERANCE_SECONDS = 300
LONGEST_HEADER = 4096
_TIMESTAMP = re.compile(rb"t=([0-9]{1,12})")


class BadSignature(ValueError):
    """The message is not from Stripe, or it is too old or too new: answered 400, nothing kept."""


def verify(body: bytes, header: bytes, secrets: Sequence[str], now: datetime) -> None:
    """Raise BadSignature unless one of the secrets signed exactly these bytes within five minutes of now.

    The library takes any time in the future and raises TypeError or UnicodeDecodeError on bytes that are
    not ASCII or UTF-8 (reference: fault 9); both are closed here.
    """
    if len(header) > LONGEST_HEADER or not header.isascii():
        raise BadSignature("the Stripe-Signature header is malformed")
    _require_fresh(header, now)
    text, signed = header.decode("ascii"), _as_text(body)
    if not any(_signed_with(secret, signed, text) for secret in secrets):
        raise BadSignature("no signature matches: the secret may be another endpoint's")


def _signed_with(secret: str, body: str, header: str) -> bool:
    try:
        WebhookSignature.verify_header(body, header, secret, tolerance=None)
    except SignatureVerificationError:
        return False
    return True


def _require_fresh(header: bytes, now: datetime) -> None:
    # The library takes the first item that begins with t= and lets int() read it, spaces, signs and all.
    times = [item for item in header.split(b",") if item.partition(b"=")[0].strip() == b"t"]
    found = _TIMESTAMP.fullmatch(times[0]) if len(times) == 1 else None
    if found is None:
        raise BadSignature("the Stripe-Signature header has no time, or not one")
    age = now.timestamp() - int(found[1])
    if abs(age) > TOLERANCE_SECONDS:
        raise BadSignature(f"the message was signed {age:.0f} s ago by this machine's clock")


def _as_text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise BadSignature("the body is not UTF-8") from None

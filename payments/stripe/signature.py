"""Whether a message is from Stripe, and recent. Adds checks where the library's own are too loose."""

import re
from collections.abc import Sequence
from datetime import datetime

from stripe import SignatureVerificationError, WebhookSignature

TOLERANCE_SECONDS = 300
LONGEST_HEADER = 4096
_TIMESTAMP = re.compile(rb"t=([0-9]{1,12})")


class BadSignature(ValueError):
    """The message is not from Stripe, or too old or too new. It is answered 400, and not kept."""


def verify(body: bytes, header: bytes, secrets: Sequence[str], now: datetime) -> None:
    """Raise BadSignature unless one of the secrets signed exactly these bytes within five minutes of now.

    stripe-python 16.1 accepts any time in the future, and raises TypeError or UnicodeDecodeError on bytes that are not
    ASCII or UTF-8. Here both are a BadSignature.
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
    # The library takes the first item that begins with t=, and lets int() read it, with spaces and signs.
    times = [item for item in header.split(b",") if item.partition(b"=")[0].strip() == b"t"]
    timestamp = _TIMESTAMP.fullmatch(times[0]) if len(times) == 1 else None
    if timestamp is None:
        raise BadSignature("the Stripe-Signature header has no time, or not one")
    age = now.timestamp() - int(timestamp[1])
    if abs(age) > TOLERANCE_SECONDS:
        raise BadSignature(f"the message was signed {age:.0f} s ago by this machine's clock")


def _as_text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise BadSignature("the body is not UTF-8") from None

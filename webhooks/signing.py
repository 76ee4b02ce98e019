"""The signature of what is sent: Stripe's scheme (docs.stripe.com/webhooks/signature, read 2026-11).

HMAC-SHA256 over "<seconds>.<body>", in hexadecimal digits. While a secret is being replaced there are two of them.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

HEADER = "Farthing-Signature"
PURPOSE = b"farthing: signing secrets of webhooks"


def new_signing_secret() -> str:
    """A new secret: 192 bits."""
    return f"whsec_{secrets.token_hex(24)}"


def signature_header(body: bytes, signing_secrets: Sequence[str], at: datetime) -> str:
    """The value of the header: `t=1767225600,v1=…`, with a `v1` for each secret."""
    seconds = int(at.timestamp())
    signed = f"{seconds}.".encode() + body
    signatures = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in signing_secrets]
    return ",".join((f"t={seconds}", *(f"v1={signature}" for signature in signatures)))

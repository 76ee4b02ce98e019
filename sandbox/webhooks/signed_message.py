"""The message of one delivery: an event as JSON, signed with the endpoint's secret."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from stripe import WebhookSignature

from sandbox.state.store import Object


@dataclass(frozen=True)
class SignedMessage:
    """Body and headers of one attempt to deliver an event."""

    body: bytes
    headers: Mapping[str, str]


OLD_SECRET, NEXT_SECRET = "whsec_no_longer_valid", "whsec_being_rolled_out"


def sign_event(event: Object, secret: str, timestamp: int, signature_fault: str | None = None) -> SignedMessage:
    """An event, printed with two spaces of indent as Stripe does, and a signature over exactly these bytes.

    `timestamp` is real time: the receiver compares it with its own clock, not with the twin's. `signature_fault` is
    "old" for a signature by an invalid secret, or "rolling" for two signatures of which the second is valid.
    """
    body = json.dumps(event, indent=2)
    used_secret = OLD_SECRET if signature_fault == "old" else secret
    signature = WebhookSignature.generate_signature_header(body, used_secret, timestamp)
    if signature_fault == "rolling":
        next_signature = WebhookSignature.generate_signature_header(body, NEXT_SECRET, timestamp)
        signature = f"{next_signature},{signature.split(',', 1)[1]}"
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signature,
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Accept": "*/*; q=0.5, application/xml",
        "Cache-Control": "no-cache",
    }
    return SignedMessage(body.encode(), headers)

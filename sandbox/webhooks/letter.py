"""The letter: an event as the endpoint receives it, signed with the endpoint's secret."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from stripe import WebhookSignature

from sandbox.state.store import Object


@dataclass(frozen=True)
class Letter:
    """Body and headers of one attempt."""

    body: bytes
    headers: Mapping[str, str]


OLD_SECRET, NEXT_SECRET = "whsec_no_longer_valid", "whsec_being_rolled_out"


def write(event: Object, secret: str, timestamp: int, habit: str | None = None) -> Letter:
    """Stripe prints the body with two spaces of indent, and signs exactly those bytes.

    `timestamp` is real time: the receiver compares it with its own clock, not with the twin's. `habit` is "old"
    for a signature that cannot be right, "rolling" for two of which the second is.
    """
    body = json.dumps(event, indent=2)
    signature = WebhookSignature.generate_signature_header(body, OLD_SECRET if habit == "old" else secret, timestamp)
    if habit == "rolling":
        rolling = WebhookSignature.generate_signature_header(body, NEXT_SECRET, timestamp)
        signature = f"{rolling},{signature.split(',', 1)[1]}"
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signature,
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Accept": "*/*; q=0.5, application/xml",
        "Cache-Control": "no-cache",
    }
    return Letter(body.encode(), headers)

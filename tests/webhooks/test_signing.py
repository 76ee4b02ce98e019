"""Stripe's own library believes our signatures, and only ours."""

import time
from datetime import UTC, datetime

import pytest
import stripe

from webhooks.event import TEST_EVENT, WebhookEvent, event_body
from webhooks.signing import new_signing_secret, signature_header

BODY = event_body(WebhookEvent(TEST_EVENT, "cause", {"words": "Grüße"}), "live", datetime(2027, 1, 1, tzinfo=UTC))


def test_stripes_library_verifies_what_we_sign() -> None:
    """`construct_event`, as a receiver calls it; with the old secret too while it is replaced."""
    old, new = new_signing_secret(), new_signing_secret()
    header = signature_header(BODY.encode(), [new, old], datetime.now(UTC))

    events = [stripe.Webhook.construct_event(BODY.encode(), header, secret) for secret in (old, new)]

    assert [(event["type"], event["mode"], event["data"]["words"]) for event in events] == [
        (TEST_EVENT, "live", "Grüße")
    ] * 2


@pytest.mark.parametrize("wrong", ["secret", "body", "time"])
def test_stripes_library_refuses_anything_else(wrong: str) -> None:
    """Another secret, another body, and a signature that is older than five minutes."""
    secret = new_signing_secret()
    at = datetime.fromtimestamp(time.time() - (600 if wrong == "time" else 0), UTC)
    header = signature_header(BODY.encode(), [secret], at)

    with pytest.raises(stripe.SignatureVerificationError):
        stripe.WebhookSignature.verify_header(
            BODY + (" " if wrong == "body" else ""), header, new_signing_secret() if wrong == "secret" else secret, 300
        )


def test_secrets_are_long_and_differ() -> None:
    """192 bits, with the prefix by which they are known."""
    secrets = {new_signing_secret() for _ in range(100)}

    assert len(secrets) == 100
    assert all(secret.startswith("whsec_") and len(secret) == 54 for secret in secrets)

"""Stripe's messages as these tests need them: the fields that matter, in the shape of 2026-10-28.endive."""

import json
from collections.abc import Mapping
from typing import Any

from stripe import WebhookSignature

from payments.inbox.delivery import Delivery, parse
from tests.clock import FixedClock

SECRET = "whsec_tests"
MARK = "f" * 32  # of the installation that these tests' gifts come from
CREATED = 1_795_262_400  # 2026-11-21 12:00:00 UTC


def event(
    kind: str, event_object: Mapping[str, Any], *, name: str, created: int = CREATED, **more: Any
) -> dict[str, Any]:
    """An event about an object."""
    return {
        "id": f"evt_{name}",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": created,
        "data": {"object": dict(event_object)},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    } | more


def charge(n: str = "1", *, gift: str | None = None, amount: int = 2500, **more: Any) -> dict[str, Any]:
    """A charge that succeeded."""
    return {
        "id": f"ch_{n}",
        "object": "charge",
        "amount": amount,
        "amount_captured": amount,
        "captured": True,
        "created": CREATED,
        "currency": "gbp",
        "metadata": {"gift_id": gift, "app": "farthing", "installation": MARK} if gift else {},
        "payment_intent": f"pi_{n}",
        "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": "4242"}},
        "status": "succeeded",
    } | more


def session(n: str = "1", *, gift: str | None = None, **more: Any) -> dict[str, Any]:
    """A Checkout Session that was completed and paid."""
    return {
        "id": f"cs_test_{n}",
        "object": "checkout.session",
        "metadata": {"gift_id": gift} if gift else {},
        "mode": "payment",
        "payment_intent": f"pi_{n}",
        "payment_status": "paid",
        "status": "complete",
    } | more


def charged(n: str = "1", **more: Any) -> Delivery:
    """The delivery of a charge that succeeded."""
    paid = charge(n, **more)
    return delivery(event("charge.succeeded", paid, name=f"charge_{n}", created=paid["created"]))


def completed(n: str = "1", **more: Any) -> Delivery:
    """The delivery of a completed session."""
    return delivery(event("checkout.session.completed", session(n, **more), name=f"session_{n}"))


def delivery(of: Mapping[str, Any]) -> Delivery:
    """An event as the inbox parses it."""
    return parse(body(of))


def body(of: object) -> bytes:
    """An event as Stripe writes it."""
    return json.dumps(of, indent=2).encode()


def signature(of: bytes, clock: FixedClock, *, secret: str = SECRET, late: int = 0) -> str:
    """The Stripe-Signature header for a body, made `late` seconds after the clock."""
    at = int(clock().timestamp()) + late
    header: str = WebhookSignature.generate_signature_header(of.decode("utf-8", "surrogatepass"), secret, timestamp=at)
    return header

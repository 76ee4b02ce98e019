"""A twin with a stopped clock, its endpoint, and the official client: each test has its own."""

from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from sandbox.twin import Twin, open_twin
from tests.sandbox.loopback import START, Endpoint, listening, served, settings, stripe_client


@pytest.fixture
def twin() -> Iterator[Twin]:
    """A twin in memory, without an endpoint, whose clock moves only when it is advanced."""
    new_twin = open_twin(settings())
    new_twin.world.clock.set(START)
    yield new_twin
    failed = new_twin.world.tasks.failed()
    new_twin.close()
    assert failed == []


@pytest.fixture
def address(twin: Twin) -> Iterator[str]:
    """The address at which the twin is served."""
    with served(twin) as url:
        yield url


@pytest.fixture
def client(address: str) -> stripe.StripeClient:
    """The official library, pointed at the twin."""
    return stripe_client(address)


@pytest.fixture
def endpoint(twin: Twin) -> Iterator[Endpoint]:
    """The twin's one endpoint."""
    with listening() as receiver:
        twin.attach(endpoint_url=receiver.url)
        yield receiver


@pytest.fixture
def gift() -> Any:
    """The parameters of a £25 gift, as a donations service sends them."""
    return {
        "mode": "payment",
        "submit_type": "donate",
        "success_url": "http://127.0.0.1/thanks?session_id={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1/give?cancelled=1",
        "client_reference_id": "gift-1",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {"currency": "gbp", "unit_amount": 2500, "product_data": {"name": "A gift"}},
            }
        ],
        "payment_intent_data": {"description": "Gift", "metadata": {"gift_id": "1", "7": "seven"}},
        "metadata": {"gift_id": "1"},
    }


@pytest.fixture
def monthly(gift: Any) -> Any:
    """The parameters of £10 a month."""
    price = {"currency": "gbp", "unit_amount": 1000, "product_data": {"name": "A gift"},
             "recurring": {"interval": "month"}}  # fmt: skip
    kept = {name: gift[name] for name in ("submit_type", "success_url", "metadata")}
    return kept | {
        "mode": "subscription",
        "line_items": [{"quantity": 1, "price_data": price}],
        "subscription_data": {"metadata": {"gift_id": "1"}, "billing_mode": {"type": "flexible"}},
    }

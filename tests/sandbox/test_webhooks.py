"""Events reach the endpoint, signed, until it answers 2xx."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import stripe

from sandbox.events import API_VERSION
from sandbox.lifecycle.checkout_sessions import create_session
from sandbox.twin import Twin, open_twin
from tests.sandbox.loopback import SECRET, START, Endpoint, listening, settings

PAID = ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed", "charge.updated"]


def _pay(twin: Twin, gift: Any, client: stripe.StripeClient) -> str:
    session = client.v1.checkout.sessions.create(gift)
    twin.pay(session.id)
    return session.id


def test_a_payment_is_delivered_in_signed_events(
    twin: Twin, client: stripe.StripeClient, endpoint: Endpoint, gift: Any
) -> None:
    """In the order of their creation, the charge's settlement a second later."""
    _pay(twin, gift, client)
    twin.settle()
    assert endpoint.types() == ["product.created", "price.created", "payment_intent.created", *PAID[:3]]

    twin.advance(1)
    assert endpoint.types()[-4:] == PAID
    last = endpoint.events()[-1]
    assert last["data"]["previous_attributes"] == {"balance_transaction": None}
    assert (last["api_version"], last["livemode"], last["pending_webhooks"]) == (API_VERSION, False, 1)
    assert last["data"]["object"]["metadata"] == {"gift_id": "1", "7": "seven"}


def test_the_body_is_printed_as_stripe_prints_it(twin: Twin, client: stripe.StripeClient, endpoint: Endpoint) -> None:
    """Two spaces of indent, and the signature is over exactly these bytes, in real time."""
    client.v1.products.create({"name": "Brücke"})
    twin.settle()
    body, signature = endpoint.bodies[0].decode(), endpoint.signatures[0]

    assert body == json.dumps(json.loads(body), indent=2)
    assert abs(int(signature.split(",")[0].removeprefix("t=")) - time.time()) < 60
    assert stripe.StripeClient("sk_test_x").construct_event(body, signature, SECRET).type == "product.created"


def test_an_api_call_is_named_as_the_cause(twin: Twin, client: stripe.StripeClient, endpoint: Endpoint) -> None:
    """request.id and its idempotency key; a settlement has neither."""
    made = client.v1.products.create({"name": "x"}, {"idempotency_key": "k-1"})
    twin.settle()
    assert made.last_response is not None

    assert endpoint.events()[0]["request"] == {"id": made.last_response.request_id, "idempotency_key": "k-1"}


def test_a_delivery_is_tried_again_until_it_is_answered(
    twin: Twin, client: stripe.StripeClient, endpoint: Endpoint
) -> None:
    """After one, three and ten seconds; every attempt has a signature of its own."""
    endpoint.answers = [500, 302, 503]
    client.v1.products.create({"name": "x"})
    twin.settle()
    assert client.v1.events.list().data[0].pending_webhooks == 1
    assert len(client.v1.events.list({"delivery_success": False}).data) == 1

    twin.advance(60)
    assert endpoint.types() == ["product.created"] * 4
    assert client.v1.events.list().data[0].pending_webhooks == 0
    assert client.v1.events.list({"delivery_success": False}).data == []


def test_a_delivery_is_given_up_after_three_days(twin: Twin, client: stripe.StripeClient, endpoint: Endpoint) -> None:
    """After that it is not tried again."""
    endpoint.answers = [500] * 100
    client.v1.products.create({"name": "x"})
    twin.advance(3 * 86400)
    attempts = len(endpoint.bodies)
    twin.advance(9 * 86400)

    assert 12 <= attempts == len(endpoint.bodies) <= 16


def test_events_are_listed_by_type_and_for_thirty_days(twin: Twin, client: stripe.StripeClient, gift: Any) -> None:
    """By one type, by several, or by a pattern."""
    _pay(twin, gift, client)

    def types(**filters: Any) -> list[str]:
        return [event.type for event in client.v1.events.list(filters).data]  # type: ignore[arg-type]

    assert types(type="charge.succeeded") == ["charge.succeeded"]
    assert types(types=["charge.succeeded", "price.created"]) == ["charge.succeeded", "price.created"]
    assert types(type="payment_intent.*") == ["payment_intent.succeeded", "payment_intent.created"]
    assert types(created={"lt": int(START)}) == []
    twin.advance(31 * 86400)
    assert types(type="charge.succeeded") == []


def test_the_delivery_loop_runs_by_itself(gift: Any) -> None:
    """Within its lifespan the twin delivers without `settle` or `advance`."""
    with listening() as endpoint:
        twin = open_twin(settings(endpoint.url))

        async def pay() -> None:
            async with twin.lifespan():
                with twin.world.step():
                    session_id = _create_session(twin, gift)
                twin.pay(session_id)
                await asyncio.to_thread(endpoint.wait_for, "charge.updated")

        asyncio.run(pay())
        assert sorted(endpoint.types()) == sorted(["product.created", "price.created", "payment_intent.created", *PAID])


def _create_session(twin: Twin, gift: Any) -> str:
    return str(create_session(twin.world, gift)["id"])


def test_state_survives_a_restart(tmp_path: Path, gift: Any) -> None:
    """Scheduled tasks, deliveries, the clock, and the count of ids, so that no id is made twice."""
    path = tmp_path / "twin.db"
    with listening() as endpoint:
        before = open_twin(settings(endpoint.url), path)
        before.world.clock.set(START)
        with before.world.step():
            session = _create_session(before, gift)
        charge = before.pay(session)["id"]
        before.close()

        after = open_twin(settings(endpoint.url), path)
        after.advance(2)
        with after.world.step():
            assert _create_session(after, gift) != session
        assert endpoint.types()[-4:] == PAID
        assert after.world.clock.now() == START + 2
        assert (after.find(charge) or {})["balance_transaction"] is not None
        after.close()

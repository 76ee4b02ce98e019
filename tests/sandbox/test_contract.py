"""Objects keep to Stripe's published schema, and parameters to those of the installed library."""

from typing import Any

import pytest
import stripe

from sandbox.calls.all_calls import CALLS
from sandbox.twin import Twin
from sandbox.world import public
from tests.sandbox.laws import everything, schema_faults
from tests.sandbox.library_parameters import typed_dict_of, unknown_to_the_library
from tests.sandbox.stripe_schema import faults


def test_every_object_of_a_gift_keeps_to_the_schema(twin: Twin, client: stripe.StripeClient, gift: Any) -> None:
    """Declined, paid, settled, expired: every stored object and every snapshot in an event."""
    first, second, third = (client.v1.checkout.sessions.create(gift) for _ in range(3))
    twin.pay(first.id, card="4000000000000002")
    twin.pay(first.id)
    client.v1.checkout.sessions.expire(second.id)
    twin.advance(2 * 86400)

    assert client.v1.checkout.sessions.retrieve(third.id).status == "expired"
    assert schema_faults(everything(twin)) == []


def test_account_and_balance_keep_to_the_schema(client: stripe.StripeClient) -> None:
    """The two objects that are not stored."""
    for kind in ("account", "balance"):
        assert schema_faults([client.raw_request("get", f"/v1/{kind}").data]) == []


def test_the_validator_finds_what_is_wrong() -> None:
    """A check that never fails would prove nothing."""
    fee = {"amount": "1", "currency": None, "type": "stripe_fee", "colour": "red"}

    assert faults(fee, "fee") == [
        "fee.amount: '1' is not of type integer",
        "fee.currency: must not be null",
        "fee.colour: is not in the schema",
    ]
    assert faults({"fee": 1}, "fee")[0] == "fee.amount: is missing"


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.method} {call.path}")
def test_every_accepted_parameter_is_one_of_the_library(call: Any) -> None:
    """A parameter that the installed library does not know would let a caller drift from Stripe."""
    assert unknown_to_the_library(call.accepts, typed_dict_of(call)) == []


def test_an_event_shows_the_object_as_it_was(twin: Twin, client: stripe.StripeClient, gift: Any) -> None:
    """A later change of the object does not change its events."""
    twin.pay(client.v1.checkout.sessions.create(gift).id)
    twin.advance(2)
    snapshots = {event["type"]: event["data"]["object"] for event in everything(twin) if event["object"] == "event"}

    assert snapshots["charge.succeeded"]["balance_transaction"] is None
    assert snapshots["charge.updated"]["balance_transaction"].startswith("txn_")
    assert not any(name.startswith("_") for obj in snapshots.values() for name in obj)
    assert public({"_a": 1, "b": 2}) == {"b": 2}

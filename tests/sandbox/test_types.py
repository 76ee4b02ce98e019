"""Every kind of object has the fields of the API version that the twin names, by two official clients."""

from collections.abc import Mapping
from typing import Any

import pytest

from sandbox.events import API_VERSION as TWINS_VERSION
from sandbox.random_activity import RandomActivity
from sandbox.soak import stopped_twin
from tests.sandbox.laws import everything
from tests.sandbox.stripe_types import API_VERSION, KNOWN, NPM, PYTHON, Types, type_faults


@pytest.fixture(scope="module")
def shown() -> list[dict[str, Any]]:
    """Objects of every kind in many states, and their snapshots in events."""
    twin = stopped_twin(seed=3)
    activity = RandomActivity(twin, 3)
    for _ in range(150):
        activity.step()
    objects = everything(twin)
    customer = next(obj["id"] for obj in objects if obj["object"] == "customer")
    session = next(obj["id"] for obj in objects if obj["object"] == "checkout.session")
    twin.world.settings.endpoint_url = url = "https://endpoint.example/"
    ask = twin.api.request
    objects += [
        ask("GET", "/v1/account", {})[1],
        ask("GET", "/v1/balance", {})[1],
        ask("POST", "/v1/billing_portal/sessions", {"customer": customer})[1],
        ask("POST", "/v1/webhook_endpoints", {"url": url, "enabled_events": ["*"]})[1],
        *ask("GET", f"/v1/checkout/sessions/{session}/line_items", {})[1]["data"],
    ]
    twin.close()
    objects += [obj["data"]["object"] for obj in objects if obj["object"] == "event"]
    items = [item for obj in objects if obj["object"] == "subscription" for item in obj["items"]["data"]]
    lines = [line for obj in objects if obj["object"] == "invoice" for line in obj["lines"]["data"]]
    return objects + items + lines + [item["plan"] for item in items if "plan" in item]


def test_the_types_are_of_the_version_that_the_twin_names() -> None:
    """And every kind of object that the twin has is among them."""
    assert API_VERSION == TWINS_VERSION


def test_every_kind_is_compared(shown: list[dict[str, Any]]) -> None:
    """No kind is left out."""
    assert {obj["object"] for obj in shown} == set(NPM)


@pytest.mark.parametrize("clients", [NPM, PYTHON], ids=["npm", "python"])
def test_no_field_is_missing_or_strange(shown: list[dict[str, Any]], clients: Mapping[str, Types]) -> None:
    """No required key is missing, none has another type, none is unknown."""
    faults = {fault for obj in shown for fault in type_faults(obj, clients) if not fault.startswith("event.data")}
    assert faults - set(KNOWN) == set()


def test_the_comparison_finds_what_is_wrong() -> None:
    """A check that never fails would prove nothing."""
    payment = {"object": "invoice_payment", "id": 5, "invoice": None, "payment": {"colour": "red"}, "is_default": True}
    for clients in (NPM, PYTHON):
        faults = type_faults(payment, clients)
        assert "invoice_payment.amount_requested: is missing" in faults
        assert "invoice_payment.id: 5 is not of type string" in faults
        assert "invoice_payment.invoice: must not be null" in faults
        assert "invoice_payment.payment.colour: is not in the types" in faults
        assert "invoice_payment.payment.type: is missing" in faults

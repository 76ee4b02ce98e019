"""A step of the twin that fails is reported once and set aside; everything else goes on."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from sandbox.lifecycle.currencies import EXPONENTS
from sandbox.lifecycle.tasks import TASKS
from sandbox.twin import Twin, open_twin
from sandbox.webhooks.queue import DeliveryAttempt, latest_deliveries
from sandbox.webhooks.signed_message import SignedMessage
from sandbox.world import World
from tests.sandbox.laws import everything, money_faults, schema_faults
from tests.sandbox.loopback import KEY, START, settings


@pytest.fixture
def failing() -> Iterator[Twin]:
    """A twin of which a task may fail."""
    twin = open_twin(settings())
    twin.world.clock.set(START)
    yield twin
    twin.close()


def _fail(_: World, object_id: str) -> None:
    raise ZeroDivisionError(object_id)


def test_a_payment_in_every_currency_settles(twin: Twin, gift: Any) -> None:
    """Three-decimal currencies brought the twin down: their rate multiplied a Decimal by a float."""
    charges = {}
    for currency in EXPONENTS:
        gift["line_items"][0]["price_data"] |= {"currency": currency, "unit_amount": 50_000}
        status, session = twin.api.request("POST", "/v1/checkout/sessions", gift)
        assert (status, session.get("currency")) == (200, currency)
        charges[currency] = twin.pay(session["id"])["id"]
    twin.advance(2)

    for currency, id_ in charges.items():
        balance_transaction = twin.find((twin.find(id_) or {})["balance_transaction"]) or {}
        assert balance_transaction["currency"] == ("eur" if currency == "eur" else "gbp")
        assert balance_transaction["amount"] > 0
    assert money_faults(twin) == schema_faults(everything(twin)) == []


def test_twelve_dinars_are_worth_pounds_not_thousands(twin: Twin, gift: Any) -> None:
    """12.340 KWD at about 0.10 pounds, as every currency without a rate of its own, is £1.23."""
    gift["line_items"][0]["price_data"] |= {"currency": "kwd", "unit_amount": 12_340}
    charge = twin.pay(twin.api.request("POST", "/v1/checkout/sessions", gift)[1]["id"])
    twin.advance(2)

    settled = twin.find((twin.find(charge["id"]) or {})["balance_transaction"]) or {}
    assert 121 <= settled["amount"] <= 125


def test_a_failing_task_is_reported_once_and_set_aside(
    failing: Twin, gift: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The tasks before it and after it, in the same transaction, happen."""
    charges = [failing.pay(failing.api.request("POST", "/v1/checkout/sessions", gift)[1]["id"])["id"] for _ in range(3)]
    settle = TASKS["settle_charge"]
    monkeypatch.setitem(
        TASKS,
        "settle_charge",
        lambda world, id_: _fail(world, id_) if id_ == charges[1] else settle(world, id_),
    )
    with caplog.at_level(logging.ERROR, "sandbox"):
        failing.advance(60)
        failing.advance(60)

    assert [bool((failing.find(id_) or {})["balance_transaction"]) for id_ in charges] == [True, False, True]
    assert [record.getMessage() for record in caplog.records] == [
        f"the scheduled task settle_charge of {charges[1]} failed and is set aside"
    ]
    (failed,) = failing.world.tasks.failed()
    assert (failed.name, failed.object_id, failed.error) == (
        "settle_charge",
        charges[1],
        "ZeroDivisionError: " + charges[1],
    )
    assert money_faults(failing) == []


def test_a_twin_with_a_failing_task_starts_and_answers(
    tmp_path: Path, gift: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its start-up runs what is due: one bad task must not keep it down."""
    first = open_twin(settings("http://127.0.0.1:9/webhooks"), tmp_path / "twin.db")
    first.world.clock.set(START)
    session = first.api.request("POST", "/v1/checkout/sessions", gift)[1]
    charge = first.pay(session["id"])
    first.world.clock.set(START + 60)
    first.close()
    monkeypatch.setitem(TASKS, "settle_charge", _fail)

    second = open_twin(settings("http://127.0.0.1:9/webhooks"), tmp_path / "twin.db")
    try:
        assert second.api.request("GET", f"/v1/charges/{charge['id']}", {})[0] == 200
        assert [task.object_id for task in second.world.tasks.failed()] == [charge["id"]]
    finally:
        second.close()


class _BrokenSender:
    """A sender that has a fault of its own for the first message, and delivers the others."""

    def __init__(self) -> None:
        self.sent = 0

    def send(self, message: SignedMessage, url: str) -> DeliveryAttempt:
        """Fail once, then succeed."""
        self.sent += 1
        if self.sent == 1:
            raise UnicodeError(url)
        return DeliveryAttempt(200, "")

    def close(self) -> None:
        """Nothing is open."""


def test_a_delivery_that_cannot_be_made_is_set_aside(caplog: pytest.LogCaptureFixture) -> None:
    """A fault of the twin's own is no failure of the endpoint: it is not tried for ever."""
    sender = _BrokenSender()
    twin = open_twin(settings("http://127.0.0.1:9/webhooks"), sender=sender)
    twin.world.clock.set(START)
    try:
        for name in ("A", "B"):
            twin.api.request("POST", "/v1/products", {"name": name})
        with caplog.at_level(logging.ERROR, "sandbox"):
            twin.settle()
            twin.advance(86400)
        assert sender.sent == 2
        assert [delivery.state for delivery in latest_deliveries(twin.world, 5)] == ["delivered", "failed"]
        assert len(caplog.records) == 1
    finally:
        twin.close()


def test_a_call_that_fails_answers_as_stripe_does(
    twin: Twin, address: str, client: stripe.StripeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of the twin's own is an api_error in JSON, and nothing of the call is kept."""
    call = next(call for call in twin.api._calls if (call.method, call.path) == ("POST", "/v1/products"))
    broken = type(call)(call.method, call.path, call.accepts, lambda request: _fail(request.world, "broken"))  # type: ignore[arg-type,return-value]
    monkeypatch.setattr(twin.api, "_calls", [broken])
    answer = requests.post(
        f"{address}/v1/products", {"name": "A"}, headers={"Authorization": f"Bearer {KEY}"}, timeout=5
    )

    assert answer.status_code == 500
    assert answer.json()["error"]["type"] == "api_error"

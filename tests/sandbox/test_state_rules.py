"""What the twin's objects become after each call: Stripe's rules for declines, evidence, ends, and what is gone."""

import socket
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import stripe

from sandbox.chaos import ChaosSettings, set_chaos
from sandbox.lifecycle.disputes import open_dispute
from sandbox.twin import Twin
from tests.sandbox.laws import everything, money_faults, schema_faults
from tests.sandbox.loopback import KEY

DAY = 86400


@pytest.fixture
def subscription(twin: Twin, client: stripe.StripeClient, monthly: Any) -> stripe.Subscription:
    """£10 a month, begun by a card that is good."""
    twin.pay(client.v1.checkout.sessions.create(monthly).id)
    return client.v1.subscriptions.list().data[0]


def _fail_next(twin: Twin, subscription: str) -> None:
    with twin.world.step():
        twin.world.store.change(twin.world.store.get(subscription), _fails_next=True)


def test_paying_an_invoice_by_a_declining_card_is_402(
    twin: Twin, client: stripe.StripeClient, subscription: stripe.Subscription
) -> None:
    """A card_error with the bank's words; the attempt took place and its events were sent."""
    _fail_next(twin, subscription.id)
    twin.advance(32 * DAY)
    invoice = client.v1.invoices.list({"status": "open"}).data[0]
    assert invoice.attempt_count == 1
    _fail_next(twin, subscription.id)

    with pytest.raises(stripe.CardError) as declined:
        client.v1.invoices.pay(invoice.id, options={"idempotency_key": "pay-1"})
    error: Any = declined.value.error
    assert declined.value.http_status == 402
    assert (error.code, error.decline_code, error.type) == ("card_declined", "generic_decline", "card_error")
    assert client.v1.charges.retrieve(error.charge).status == "failed"
    assert error.payment_intent.status == "requires_payment_method"
    again = client.v1.invoices.retrieve(invoice.id)
    assert (again.status, again.attempt_count) == ("open", 2)
    assert "invoice.payment_failed" in [event.type for event in client.v1.events.list({"limit": 5}).data]

    with pytest.raises(stripe.CardError):  # the key's answer is the same, and nothing is attempted again
        client.v1.invoices.pay(invoice.id, options={"idempotency_key": "pay-1"})
    assert client.v1.invoices.retrieve(invoice.id).attempt_count == 2
    assert client.v1.invoices.pay(invoice.id).status == "paid"


def test_staged_evidence_is_submitted_by_submit_alone(twin: Twin, client: stripe.StripeClient, gift: Any) -> None:
    """Evidence with submit=false is kept; submit=true without evidence submits what was kept."""
    charge = twin.pay(client.v1.checkout.sessions.create(gift).id)
    with twin.world.step():
        dispute = open_dispute(twin.world, twin.world.store.get(charge["id"]))["id"]
    staged = client.v1.disputes.update(
        dispute, {"evidence": {"uncategorized_text": "winning_evidence"}, "submit": False}
    )
    assert (staged.status, staged.evidence_details.submission_count) == ("needs_response", 0)

    submitted = client.v1.disputes.update(dispute, {"submit": True})
    assert (submitted.status, submitted.evidence_details.submission_count) == ("under_review", 1)
    twin.advance(31 * DAY)
    assert client.v1.disputes.retrieve(dispute).status == "won"


def test_a_dispute_closes_once(twin: Twin, client: stripe.StripeClient, gift: Any) -> None:
    """Closing it again is refused; so is one that was won."""
    charge = twin.pay(client.v1.checkout.sessions.create(gift).id)
    with twin.world.step():
        dispute = open_dispute(twin.world, twin.world.store.get(charge["id"]))["id"]
    assert client.v1.disputes.close(dispute).status == "lost"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.disputes.close(dispute)
    assert refused.value.http_status == 400
    assert money_faults(twin) == schema_faults(everything(twin)) == []


def test_an_end_at_the_period_is_an_instant_with_a_reason(
    client: stripe.StripeClient, subscription: stripe.Subscription
) -> None:
    """cancel_at is the period's end; taking it back clears all of it; cancel_at alone has a reason too."""
    ends = subscription["items"].data[0].current_period_end
    planned: Any = client.v1.subscriptions.update(
        subscription.id, {"cancel_at_period_end": True, "cancellation_details": {"comment": "Moving"}}
    )
    assert (planned.cancel_at_period_end, planned.cancel_at) == (True, ends)
    assert planned.cancellation_details.to_dict() | {"feedback_option": None} == {
        "comment": "Moving", "feedback": None, "feedback_option": None, "reason": "cancellation_requested",
    }  # fmt: skip
    kept: Any = client.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": False})
    assert (kept.cancel_at_period_end, kept.cancel_at, kept.canceled_at) == (False, None, None)
    assert kept.cancellation_details.reason is None

    later: Any = client.v1.subscriptions.update(subscription.id, {"cancel_at": ends + DAY})
    assert (later.cancel_at, later.cancel_at_period_end) == (ends + DAY, False)
    assert later.cancellation_details.reason == "cancellation_requested"
    cleared: Any = client.v1.subscriptions.update(subscription.id, {"cancel_at": ""})
    assert (cleared.cancel_at, cleared.cancellation_details.reason) == (None, None)


def test_a_canceled_subscription_keeps_notes_and_nothing_else(
    twin: Twin, client: stripe.StripeClient, subscription: stripe.Subscription
) -> None:
    """Its metadata and cancellation details may change; it never renews."""
    client.v1.subscriptions.cancel(subscription.id)
    noted: Any = client.v1.subscriptions.update(
        subscription.id, {"metadata": {"why": "moved"}, "cancellation_details": {"comment": "Bye"}}
    )
    assert (noted.metadata["why"], noted.cancellation_details.comment) == ("moved", "Bye")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    assert refused.value.code == "invalid_canceled_subscription_fields"
    twin.advance(70 * DAY)
    assert len(client.v1.invoices.list().data) == 1


def test_a_detached_payment_method_is_gone_for_good(
    twin: Twin, client: stripe.StripeClient, subscription: stripe.Subscription
) -> None:
    """It is attached to nobody again, is no default any more, and no renewal charges it."""
    customer, method = str(subscription.customer), str(subscription.default_payment_method)
    client.v1.payment_methods.detach(method)
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        client.v1.payment_methods.attach(method, {"customer": customer})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.customers.update(customer, {"invoice_settings": {"default_payment_method": method}})
    assert (refused.value.code, refused.value.param) == (
        "resource_missing",
        "invoice_settings[default_payment_method]",
    )
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.subscriptions.update(subscription.id, {"default_payment_method": method})
    defaults: Any = client.v1.customers.retrieve(customer).invoice_settings
    assert defaults.default_payment_method is None

    twin.advance(32 * DAY)
    assert [charge.status for charge in client.v1.charges.list().data] == ["succeeded"]
    assert client.v1.subscriptions.retrieve(subscription.id).status == "past_due"
    assert money_faults(twin) == schema_faults(everything(twin)) == []


def test_a_guests_method_and_another_customers_cannot_be_attached(
    twin: Twin, client: stripe.StripeClient, gift: Any, subscription: stripe.Subscription
) -> None:
    """A method that paid without a customer is used up; one has one customer."""
    guest = twin.pay(client.v1.checkout.sessions.create(gift).id)["payment_method"]
    other = client.v1.customers.create({}).id
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        client.v1.payment_methods.attach(guest, {"customer": other})
    method = str(subscription.default_payment_method)
    with pytest.raises(stripe.InvalidRequestError, match="already been attached"):
        client.v1.payment_methods.attach(method, {"customer": other})
    assert client.v1.payment_methods.attach(method, {"customer": str(subscription.customer)}).id == method


def test_a_reset_connection_breaks_before_a_status_line(twin: Twin, address: str) -> None:
    """Not one byte arrives, and the call has taken effect."""
    with twin.world.step():
        set_chaos(twin.world, ChaosSettings(api_reset=1.0))
    url = urlsplit(address)
    body = b"name=x"
    head = (
        f"POST /v1/products HTTP/1.1\r\nHost: {url.netloc}\r\nAuthorization: Bearer {KEY}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((str(url.hostname), url.port or 0), timeout=5) as connection:
        connection.sendall(head.encode() + body)
        assert connection.recv(1000) == b""
    assert len(twin.api.request("GET", "/v1/products", {})[1]["data"]) == 1


def test_a_500_that_would_be_replayed_says_not_to_retry(twin: Twin, address: str) -> None:
    """With a key the same 500 comes for a day; without one a retry may succeed."""
    with twin.world.step():
        set_chaos(twin.world, ChaosSettings(api_500=1.0))
    headers = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": "k"}
    first = requests.post(f"{address}/v1/products", {"name": "x"}, headers=headers, timeout=5)
    replayed = requests.post(f"{address}/v1/products", {"name": "x"}, headers=headers, timeout=5)
    unkeyed = requests.get(f"{address}/v1/products", headers={"Authorization": f"Bearer {KEY}"}, timeout=5)

    assert [answer.status_code for answer in (first, replayed, unkeyed)] == [500, 500, 500]
    assert first.headers["Stripe-Should-Retry"] == replayed.headers["Stripe-Should-Retry"] == "false"
    assert replayed.headers["Idempotent-Replayed"] == "true"
    assert "Stripe-Should-Retry" not in unkeyed.headers

"""Subscriptions: created on the payment page, renewed, failing, changed and canceled; and bank debits."""

from typing import Any

import pytest
import requests
import stripe

from sandbox.twin import Twin

MONTH = 31 * 86400


def _begin(twin: Twin, client: stripe.StripeClient, monthly: Any, card: str = "4242424242424242") -> Any:
    """A paid session's subscription."""
    session = client.v1.checkout.sessions.create(monthly)
    twin.pay(session.id, card=card)
    return client.v1.subscriptions.retrieve(str(client.v1.checkout.sessions.retrieve(session.id).subscription))


def _types(client: stripe.StripeClient) -> list[str]:
    return [str(event.type) for event in client.v1.events.list({"limit": 100}).auto_paging_iter()][::-1]


def test_the_charges_event_comes_before_its_subscriptions(
    twin: Twin, client: stripe.StripeClient, monthly: Any
) -> None:
    """Subscription and invoice exist only once the first payment was made."""
    session = client.v1.checkout.sessions.create(monthly)
    assert (session.subscription, session.invoice, session.payment_intent) == (None, None, None)
    twin.pay(session.id)
    types = _types(client)

    order = [types.index(name) for name in (
        "charge.succeeded", "customer.subscription.created", "invoice.created", "invoice.paid",
        "checkout.session.completed",
    )]  # fmt: skip
    assert order == sorted(order)
    seen = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription", "invoice.payments"]}).to_dict()
    assert seen["payment_intent"] is None
    assert seen["subscription"]["metadata"] == {"gift_id": "1"}
    assert seen["invoice"]["parent"]["subscription_details"]["subscription"] == seen["subscription"]["id"]
    assert seen["invoice"]["payments"]["data"][0]["payment"]["type"] == "payment_intent"


def test_a_renewal_is_found_through_its_invoice(twin: Twin, client: stripe.StripeClient, monthly: Any) -> None:
    """The charge of a renewal has no metadata of the gift: only invoice_payments leads to it."""
    subscription = _begin(twin, client, monthly)
    twin.advance(MONTH + 7200)
    charge = client.v1.charges.list({"limit": 1}).data[0]

    assert (charge.amount, charge.metadata.to_dict(), charge.customer) == (1000, {}, subscription.customer)
    link = client.v1.invoice_payments.list(
        {"payment": {"type": "payment_intent", "payment_intent": str(charge.payment_intent)}}
    ).data[0]
    invoice = client.v1.invoices.retrieve(str(link.invoice)).to_dict()
    assert (invoice["billing_reason"], invoice["status"]) == ("subscription_cycle", "paid")
    details = invoice["parent"]["subscription_details"]
    assert (details["subscription"], details["metadata"]) == (subscription.id, {"gift_id": "1"})
    line = invoice["lines"]["data"][0]
    assert line["period"]["start"] == subscription["items"].data[0].current_period_end
    assert "invoice.upcoming" in _types(client)


def test_periods_keep_the_day_of_the_anchor(twin: Twin, client: stripe.StripeClient, monthly: Any) -> None:
    """Created on the 31st: renewed on the last day of short months, and on the 31st again after them."""
    twin.advance(13 * 86400 - 38_400)  # 1 December 2026 and on
    while twin.now().day != 31:
        twin.advance(86400)
    subscription = _begin(twin, client, monthly)
    days = []
    for _ in range(4):
        twin.advance(MONTH)
        item = client.v1.subscriptions.retrieve(subscription.id)["items"].data[0]
        end = twin.now().fromtimestamp(item.current_period_end, tz=twin.now().tzinfo)
        days.append((end.month, end.day))

    assert days == [(2, 28), (3, 31), (4, 30), (5, 31)]


def test_a_failing_renewal_is_retried_and_then_ends(twin: Twin, client: stripe.StripeClient, monthly: Any) -> None:
    """Past due at the first failure; after three days, five, seven; then canceled, the invoice uncollectible."""
    subscription = _begin(twin, client, monthly, card="4000000000000341")
    twin.advance(MONTH + 7200)
    assert client.v1.subscriptions.retrieve(subscription.id).status == "past_due"
    invoice = client.v1.invoices.list({"subscription": subscription.id, "limit": 1}).data[0]
    assert (invoice.attempt_count, invoice.status) == (1, "open")
    assert invoice.next_payment_attempt is not None

    twin.advance(20 * 86400)
    ended = client.v1.subscriptions.retrieve(subscription.id)
    assert (ended.status, ended.cancellation_details and ended.cancellation_details.reason) == (
        "canceled",
        "payment_failed",
    )
    assert client.v1.invoices.retrieve(invoice.id or "").status == "uncollectible"
    assert _types(client).count("invoice.payment_failed") == 4


@pytest.mark.parametrize("end", ["unpaid", "past_due"])
def test_the_end_of_retries_can_be_set(
    twin: Twin, client: stripe.StripeClient, monthly: Any, address: str, end: str
) -> None:
    """As in Stripe's dashboard."""
    requests.post(f"{address}/do/dunning", data={"end": end}, timeout=5)
    subscription = _begin(twin, client, monthly, card="4000000000000341")
    twin.advance(MONTH + 21 * 86400)

    assert client.v1.subscriptions.retrieve(subscription.id).status == end


def test_a_new_card_makes_it_active_again(twin: Twin, client: stripe.StripeClient, monthly: Any) -> None:
    """The customer changes the card on the portal page while retries go on."""
    subscription = _begin(twin, client, monthly, card="4000000000000341")
    twin.advance(MONTH + 7200)
    portal = client.v1.billing_portal.sessions.create(
        {"customer": str(subscription.customer), "return_url": "http://127.0.0.1/giving"}
    )
    assert "past due" in requests.get(portal.url, timeout=5).text
    requests.post(portal.url, data={"card": "5555555555554444"}, timeout=5)
    twin.advance(4 * 86400)

    assert client.v1.subscriptions.retrieve(subscription.id).status == "active"
    assert client.v1.charges.list({"limit": 1}).data[0].status == "succeeded"


def test_a_renewal_that_wants_approval_says_so(twin: Twin, client: stripe.StripeClient, monthly: Any) -> None:
    """invoice.payment_action_required comes beside invoice.payment_failed."""
    _begin(twin, client, monthly, card="4000002760003184")
    twin.advance(MONTH + 7200)

    assert {"invoice.payment_action_required", "invoice.payment_failed"} <= set(_types(client))


def test_an_expired_card_fails_and_a_replaced_one_does_not(
    twin: Twin, client: stripe.StripeClient, monthly: Any
) -> None:
    """The card network informs Stripe of the new card: payment_method.automatically_updated."""
    expired, replaced = (_begin(twin, client, monthly, card) for card in ("4000000000445566", "4000000000112233"))
    twin.advance(25 * 86400)
    assert "payment_method.automatically_updated" in _types(client)
    twin.advance(2 * MONTH - 25 * 86400 + 7200)

    assert client.v1.subscriptions.retrieve(expired.id).status == "past_due"
    assert client.v1.subscriptions.retrieve(replaced.id).status == "active"
    failed = [charge for charge in client.v1.charges.list().data if charge.status == "failed"]
    assert {charge.failure_code for charge in failed} == {"expired_card"}


def test_the_amount_changes_without_a_second_subscription(
    twin: Twin, client: stripe.StripeClient, monthly: Any
) -> None:
    """With the id of the item and no prorations; the next renewal charges the new amount."""
    subscription = _begin(twin, client, monthly)
    item = subscription["items"].data[0]
    price: Any = {
        "currency": "gbp",
        "product": item.price.product,
        "recurring": {"interval": "month"},
        "unit_amount": 2000,
    }
    with pytest.raises(stripe.InvalidRequestError, match="proration"):
        client.v1.subscriptions.update(subscription.id, {"items": [{"id": item.id, "price_data": price}]})
    changed = client.v1.subscriptions.update(
        subscription.id, {"items": [{"id": item.id, "price_data": price}], "proration_behavior": "none"}
    )
    assert [part.price.unit_amount for part in changed["items"].data] == [2000]
    twin.advance(MONTH + 7200)
    assert client.v1.charges.list({"limit": 1}).data[0].amount == 2000

    client.v1.subscriptions.update(subscription.id, {"items": [{"price_data": price}], "proration_behavior": "none"})
    assert len(client.v1.subscriptions.retrieve(subscription.id)["items"].data) == 2


@pytest.mark.parametrize(
    ("behavior", "status"), [("void", "void"), ("mark_uncollectible", "uncollectible"), ("keep_as_draft", "draft")]
)
def test_paused_collection_charges_nothing(
    twin: Twin, client: stripe.StripeClient, monthly: Any, behavior: Any, status: str
) -> None:
    """The subscription stays active; its invoice is void, uncollectible, or stays a draft; then collection resumes."""
    subscription = _begin(twin, client, monthly)
    resumes = int(twin.now().timestamp()) + MONTH + 86400
    client.v1.subscriptions.update(subscription.id, {"pause_collection": {"behavior": behavior, "resumes_at": resumes}})
    twin.advance(MONTH + 7200)
    assert client.v1.invoices.list({"subscription": subscription.id}).data[0].status == status
    assert len(client.v1.charges.list().data) == 1

    twin.advance(MONTH + 86400)
    assert client.v1.subscriptions.retrieve(subscription.id).pause_collection is None
    assert len(client.v1.charges.list().data) == 2


def test_cancelling_ends_it_now_or_with_its_period(twin: Twin, client: stripe.StripeClient, monthly: Any) -> None:
    """Three ways: at once, at the period's end, and on the portal page by `cancel_at`."""
    now, later, portal = (_begin(twin, client, monthly) for _ in range(3))
    assert client.v1.subscriptions.cancel(now.id).status == "canceled"
    client.v1.subscriptions.update(later.id, {"cancel_at_period_end": True})
    page = client.v1.billing_portal.sessions.create({"customer": str(portal.customer)}).url
    requests.post(page, data={"end": portal.id}, timeout=5)
    assert "It ends on" in requests.get(page, timeout=5).text
    seen = client.v1.subscriptions.retrieve(portal.id)
    assert (seen.cancel_at, seen.cancel_at_period_end) == (seen["items"].data[0].current_period_end, False)

    assert {s.id for s in client.v1.subscriptions.list().data} == {later.id, portal.id}
    twin.advance(MONTH + 7200)
    assert client.v1.subscriptions.list().data == []
    assert len(client.v1.subscriptions.list({"status": "all"}).data) == 3
    assert len(client.v1.charges.list().data) == 3


def test_a_cancellation_may_be_undone(twin: Twin, client: stripe.StripeClient, monthly: Any) -> None:
    """On the portal page, before the period ends."""
    subscription = _begin(twin, client, monthly)
    page = client.v1.billing_portal.sessions.create({"customer": str(subscription.customer)}).url
    requests.post(page, data={"end": subscription.id}, timeout=5)
    requests.post(page, data={"keep": subscription.id}, timeout=5)
    twin.advance(MONTH + 7200)

    assert client.v1.subscriptions.retrieve(subscription.id).status == "active"


def test_a_debit_arrives_days_later(twin: Twin, client: stripe.StripeClient, gift: Any) -> None:
    """Complete but unpaid; then async_payment_succeeded, with the charge's money at once."""
    session = client.v1.checkout.sessions.create(gift)
    charge = twin.pay(session.id, card="00012345")
    seen = client.v1.checkout.sessions.retrieve(session.id)
    assert (seen.status, seen.payment_status) == ("complete", "unpaid")
    assert (charge["status"], client.v1.balance_transactions.list().data) == ("pending", [])

    twin.advance(5 * 86400)
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert client.v1.charges.retrieve(charge["id"]).status == "succeeded"
    entry = client.v1.balance_transactions.list().data[0]
    assert (entry.type, entry.reporting_category, entry.fee) == ("payment", "charge", 25)
    assert "checkout.session.async_payment_succeeded" in _types(client)


def test_a_debit_may_fail_days_later(twin: Twin, client: stripe.StripeClient, gift: Any) -> None:
    """The session stays complete and unpaid; nothing ever enters the balance."""
    session = client.v1.checkout.sessions.create(gift)
    twin.pay(session.id, card="22222227")
    twin.advance(5 * 86400)

    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"
    assert "checkout.session.async_payment_failed" in _types(client)
    assert client.v1.balance_transactions.list().data == []


def test_a_subscription_may_be_paid_by_debit(twin: Twin, client: stripe.StripeClient, monthly: Any) -> None:
    """First month and second: the invoice is open until the debit has succeeded."""
    subscription = _begin(twin, client, monthly, card="00012345")
    assert client.v1.invoices.list().data[0].status == "open"
    twin.advance(5 * 86400)
    assert client.v1.invoices.list().data[0].status == "paid"
    twin.advance(MONTH)
    invoices = client.v1.invoices.list({"subscription": subscription.id}).data
    assert [invoice.status for invoice in invoices] == ["paid", "paid"]
    assert client.v1.subscriptions.retrieve(subscription.id).status == "active"


def test_one_time_lines_are_on_the_first_invoice_only(
    twin: Twin, client: stripe.StripeClient, monthly: Any, gift: Any
) -> None:
    """£10 a month and £25 once."""
    _begin(twin, client, monthly | {"line_items": monthly["line_items"] + gift["line_items"]})
    twin.advance(MONTH + 7200)

    assert [charge.amount for charge in client.v1.charges.list().data] == [1000, 3500]


def test_customers_keep_their_cards(twin: Twin, client: stripe.StripeClient, monthly: Any) -> None:
    """Listed, set as default, detached; the subscriptions of a deleted customer are canceled."""
    subscription = _begin(twin, client, monthly)
    customer = str(subscription.customer)
    method = client.v1.customers.payment_methods.list(customer).data[0]
    assert client.v1.payment_methods.list({"customer": customer}).data[0].id == method.id
    seen = client.v1.customers.retrieve(customer).to_dict()
    assert seen["invoice_settings"]["default_payment_method"] == method.id
    client.v1.customers.update(customer, {"metadata": {"a": "1"}, "name": "Ada"})
    assert client.v1.customers.list({"email": "giver@example.org"}).data[0].name == "Ada"

    client.v1.payment_methods.detach(method.id)
    assert client.v1.customers.payment_methods.list(customer).data == []
    client.v1.customers.delete(customer)
    assert client.v1.subscriptions.retrieve(subscription.id).status == "canceled"
    assert client.v1.customers.retrieve(customer).to_dict()["deleted"] is True

"""Trials that move the billing cycle of a subscription that runs, as Stripe documents it."""

from typing import Any

import pytest
import stripe

from sandbox.twin import Twin

DAY = 86400


@pytest.fixture
def subscription(twin: Twin, client: stripe.StripeClient, monthly: Any) -> Any:
    """A monthly subscription that was paid once."""
    session = client.v1.checkout.sessions.create(monthly)
    twin.pay(session.id)
    return client.v1.subscriptions.retrieve(str(client.v1.checkout.sessions.retrieve(session.id).subscription))


def test_a_trial_moves_the_cycle_and_charges_nothing(
    twin: Twin, client: stripe.StripeClient, subscription: Any
) -> None:
    """Its end is the new anchor; an invoice over nothing is paid at once; then renewals go on from there."""
    end = subscription["items"].data[0].current_period_end - DAY // 2
    moved = client.v1.subscriptions.update(subscription.id, {"trial_end": end, "proration_behavior": "none"})
    item = moved["items"].data[0]
    assert (moved.status, moved.billing_cycle_anchor, moved.trial_end) == ("trialing", end, end)
    assert (item.current_period_start, item.current_period_end) == (int(twin.now().timestamp()), end)
    invoice = client.v1.invoices.retrieve(str(moved.latest_invoice))
    assert (invoice.status, invoice.total, invoice.billing_reason) == ("paid", 0, "subscription_update")
    assert client.v1.subscriptions.list({"status": "trialing"}).data[0].id == subscription.id

    twin.advance(32 * DAY)
    after = client.v1.subscriptions.retrieve(subscription.id)
    assert (after.status, after["items"].data[0].current_period_start) == ("active", end)
    charges = client.v1.charges.list().data
    assert [charge.created for charge in charges] == [end + 3600, subscription.created]
    events = [event.type for event in client.v1.events.list({"limit": 100}).auto_paging_iter()]
    assert events.count("customer.subscription.trial_will_end") == 1


@pytest.mark.parametrize(
    ("params", "wrong"),
    [
        ({"trial_end": 1_000_000_000, "proration_behavior": "none"}, "trial_end"),
        ({"trial_end": 2_000_000_000, "proration_behavior": "none"}, "trial_end"),
        ({"trial_end": 1_797_000_000}, "proration_behavior"),
    ],
)
def test_a_trial_that_stripe_would_refuse(
    client: stripe.StripeClient, subscription: Any, params: Any, wrong: str
) -> None:
    """In the past, more than two years away; and prorations, which the twin does not compute."""
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.subscriptions.update(subscription.id, params)
    assert refused.value.param == wrong
    assert client.v1.subscriptions.retrieve(subscription.id).status == "active"

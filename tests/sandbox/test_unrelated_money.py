"""Money without a gift: fees, reserves, unrelated charges; debits that fail late, and payouts that debit the bank."""

from typing import Any

import pytest
import requests
import stripe

from sandbox.api_versions.downgrade import downgrade_event
from sandbox.lifecycle.unrelated_money import add_billing_fee, add_unrelated_charge, add_unrelated_transaction
from sandbox.twin import Twin
from sandbox.webhooks.endpoint import VERSIONS
from tests.sandbox.laws import everything, money_faults, schema_faults
from tests.sandbox.loopback import Endpoint

DAY = 86400


def _give(twin: Twin, client: stripe.StripeClient, gift: Any, card: str = "4242424242424242") -> str:
    charge = twin.pay(client.v1.checkout.sessions.create(gift).id, card=card)
    twin.advance(2)
    return str(charge["id"])


def _balance(twin: Twin) -> int:
    seen = twin.api.request("GET", "/v1/balance", {})[1]
    return sum(part["amount"] for half in ("available", "pending") for part in seen[half])


def _run(address: str, control: str, **fields: object) -> str:
    answer = requests.post(f"{address}/do/{control}", data=fields, headers={"Accept": "application/json"}, timeout=10)
    return f"{answer.status_code} {answer.json()['message']}"


def _types(client: stripe.StripeClient) -> list[str]:
    return [str(event.type) for event in client.v1.events.list({"limit": 100}).auto_paging_iter()]


def test_a_negative_balance_is_debited_from_the_bank(
    twin: Twin, client: stripe.StripeClient, gift: Any, address: str
) -> None:
    """A dispute after the payout: a payout of minus £45, the sum of its transactions, and the balance is zero again."""
    charge = _give(twin, client, gift)
    twin.advance(5 * DAY)
    assert _balance(twin) == 0
    _run(address, "dispute", charge=charge)
    assert _balance(twin) == -4500
    twin.advance(4 * DAY)

    payout = client.v1.payouts.list().data[0]
    lines = client.v1.balance_transactions.list({"payout": payout.id}).data
    assert (payout.amount, payout.automatic, payout.status) == (-4500, True, "paid")
    assert [(line.type, line.net) for line in lines] == [("payout", 4500), ("adjustment", -4500)]
    assert (_balance(twin), money_faults(twin), schema_faults(everything(twin))) == (0, [], [])


def test_a_negative_balance_that_pending_money_covers_is_not_debited(
    twin: Twin, client: stripe.StripeClient, gift: Any, address: str
) -> None:
    """A pending gift covers it."""
    disputed, _, _ = (_give(twin, client, gift) for _ in range(3))
    _run(address, "dispute", charge=disputed)
    twin.advance(DAY)

    assert client.v1.payouts.list().data == []


def test_a_failed_or_canceled_payout_is_a_reversal(
    twin: Twin, client: stripe.StripeClient, gift: Any, address: str
) -> None:
    """Failed or cancelled: by `reporting_category` the two are one."""
    _give(twin, client, gift, "4000000000000077")
    _run(address, "schedule", every="manual")
    failed, cancelled = (client.v1.payouts.create({"amount": 1000, "currency": "gbp"}) for _ in range(2))
    client.v1.payouts.cancel(cancelled.id)
    _run(address, "fail-payout", payout=failed.id)
    lines = client.v1.balance_transactions.list().data

    assert [(line.type, line.reporting_category) for line in lines[:2]] == [
        ("payout_failure", "payout_reversal"),
        ("payout_cancel", "payout_reversal"),
    ]
    assert _balance(twin) == 2442


@pytest.mark.parametrize("scheduled", [True, False])
def test_a_debit_that_had_succeeded_may_fail(
    twin: Twin, client: stripe.StripeClient, gift: Any, address: str, *, scheduled: bool
) -> None:
    """The charge fails, a balance transaction takes its amount back, and Stripe keeps the fee."""
    charge = _give(twin, client, gift, "66666662" if scheduled else "00012345")
    twin.advance(4 * DAY + 2)
    assert (client.v1.charges.retrieve(charge).status, _balance(twin)) == ("succeeded", 2475)
    if scheduled:
        twin.advance(2 * DAY)
    else:
        assert _run(address, "fail-charge", charge=charge).startswith("200")

    seen = client.v1.charges.retrieve(charge, {"expand": ["failure_balance_transaction"]}).to_dict()
    line = seen["failure_balance_transaction"]
    assert (seen["status"], seen["paid"]) == ("failed", False)
    assert (line["type"], line["reporting_category"], line["net"]) == (
        "payment_failure_refund",
        "charge_failure",
        -2500,
    )
    assert "charge.failed" in _types(client)
    assert (schema_faults(everything(twin)), money_faults(twin)) == ([], [])
    assert _run(address, "fail-charge", charge=charge).startswith("422")


@pytest.mark.parametrize("card", ["00012345", "4242424242424242"])
def test_a_debit_that_failed_late_is_collected_again(
    twin: Twin, client: stripe.StripeClient, gift: Any, address: str, card: str
) -> None:
    """A second charge under the same intent, which succeeds once more; then there is nothing left to collect."""
    first = _give(twin, client, gift, "66666662")
    assert _run(address, "collect-again", charge=first).startswith("422")
    twin.advance(6 * DAY + 2)
    assert _run(address, "collect-again", charge=first, card="nothing").startswith("422")
    assert _run(address, "collect-again", charge=first, card=card).startswith("200")
    assert _run(address, "collect-again", charge=first).startswith("422")
    twin.advance(4 * DAY + 2)

    intent = client.v1.payment_intents.retrieve(str(client.v1.charges.retrieve(first).payment_intent))
    charges = client.v1.charges.list({"payment_intent": intent.id}).data
    assert [charge.status for charge in charges] == ["succeeded", "failed"]
    assert (intent.status, intent.latest_charge) == ("succeeded", charges[0].id)
    assert _types(client).count("charge.succeeded") == 2
    assert (schema_faults(everything(twin)), money_faults(twin)) == ([], [])


def test_a_card_charge_cannot_fail_late(twin: Twin, client: stripe.StripeClient, gift: Any, address: str) -> None:
    """Its success is final; the bank opens a dispute instead."""
    assert _run(address, "fail-charge", charge=_give(twin, client, gift)).startswith("422")


def test_a_debit_may_be_disputed(twin: Twin, client: stripe.StripeClient, gift: Any, address: str) -> None:
    """The money is withdrawn as with a card; the dispute shows no card."""
    charge = _give(twin, client, gift, "55555559")
    twin.advance(5 * DAY)
    dispute = client.v1.disputes.list({"charge": charge}).data[0].to_dict()

    assert (dispute["reason"], dispute["amount"], "payment_method_details" in dispute) == (
        "debit_not_authorized",
        2500,
        False,
    )
    assert dispute["balance_transactions"][0]["net"] == -4500


def test_a_dispute_may_be_won_in_part(twin: Twin, client: stripe.StripeClient, gift: Any, address: str) -> None:
    """Half the amount returns, the fee does not."""
    charge = _give(twin, client, gift)
    _run(address, "dispute", charge=charge)
    dispute = client.v1.disputes.list().data[0].id
    _run(address, "dispute", dispute=dispute, verdict="won in part")
    moved = client.v1.disputes.retrieve(dispute).balance_transactions

    assert [(line.amount, line.fee) for line in moved] == [(-2500, 2000), (1250, 0)]
    assert _balance(twin) == 2442 - 4500 + 1250


def test_balance_transactions_without_a_payment(twin: Twin, client: stripe.StripeClient, address: str) -> None:
    """Stripe's fee, a reserve held and released, a top-up, and an unknown category."""
    with twin.world.step():
        add_billing_fee(twin.world, 350)
        for category, amount in (("risk_reserved_funds", -100), ("risk_reserved_funds", 100), ("topup", 5000)):
            add_unrelated_transaction(twin.world, category, amount)
    assert _run(address, "line", category="loyalty_bonus", amount=7).startswith("200")
    assert _run(address, "line", category="fee", amount="much").startswith("422")
    lines = client.v1.balance_transactions.list({"expand": ["data.source"]}).data[::-1]

    assert [(line.type, line.reporting_category, line.net, line.source) for line in lines] == [
        ("stripe_fee", "fee", -350, None),
        ("reserve_hold", "risk_reserved_funds", -100, None),
        ("reserve_release", "risk_reserved_funds", 100, None),
        ("topup", "topup", 5000, None),
        ("adjustment", "loyalty_bonus", 7, None),
    ]
    assert (_balance(twin), schema_faults(everything(twin))) == (4657, [])


def test_an_unrelated_charge(twin: Twin, client: stripe.StripeClient, address: str) -> None:
    """It settles like any other, and has no metadata of a gift."""
    assert _run(address, "charge", amount=1500, currency="eur").endswith("succeeded.")
    with twin.world.step():
        add_unrelated_charge(twin.world, 2000, ticket="7")
    twin.advance(2)
    charges = client.v1.charges.list().data

    assert [(charge.amount, charge.metadata.to_dict()) for charge in charges] == [(2000, {"ticket": "7"}), (1500, {})]
    assert {line.reporting_category for line in client.v1.balance_transactions.list().data} == {"charge"}


def test_sources_of_several_kinds_are_expanded_as_far_as_they_go(
    twin: Twin, client: stripe.StripeClient, gift: Any
) -> None:
    """`data.source.charge` expands the charge of a refund, and leaves a charge and an empty source as they are."""
    first, _ = _give(twin, client, gift, "4000000000000077"), _give(twin, client, gift)
    client.v1.refunds.create({"charge": first, "amount": 100})
    with twin.world.step():
        add_billing_fee(twin.world, 350)
    params = {"limit": 100, "expand": ["data.source", "data.source.charge"]}
    status, answer = twin.api.request("GET", "/v1/balance_transactions", params)

    assert status == 200
    sources = [line["source"] for line in answer["data"]]
    assert [source and source["object"] for source in sources] == [None, "refund", "charge", "charge"]
    assert sources[1]["charge"]["metadata"]["gift_id"] == "1"
    status, refused = twin.api.request("GET", "/v1/refunds", {"expand": ["data.source"]})
    assert (status, refused["error"]["param"]) == (400, "expand")


def test_an_endpoint_gets_no_event_type_that_is_later_than_its_version(
    twin: Twin, client: stripe.StripeClient, endpoint: Endpoint, monthly: Any
) -> None:
    """invoice_payment.paid is later than Basil."""
    for existing in client.v1.webhook_endpoints.list().data:
        client.v1.webhook_endpoints.delete(existing.id)
    for version in VERSIONS:
        params: Any = {"url": endpoint.url, "enabled_events": ["invoice_payment.paid"], "api_version": version}
        client.v1.webhook_endpoints.create(params)
    twin.pay(client.v1.checkout.sessions.create(monthly).id)
    twin.settle()

    assert {body.split(b'"api_version": "')[1].split(b'"')[0].decode() for body in endpoint.bodies} == set(VERSIONS[2:])
    with twin.world.step():
        event = twin.world.store.select("event", "json_extract(body, '$.type') = 'invoice.paid'")[0]
        assert downgrade_event(twin.world, event, VERSIONS[0])["data"]["object"]["subscription"].startswith("sub_")

"""Money that no giver moves: fees, reserves, other people's charges; debits taken back, payouts that fetch."""

from typing import Any

import pytest
import requests
import stripe

from sandbox.api_versions.downgrade import downgrade_event
from sandbox.lifecycle.unrelated_money import add_billing_fee, add_unrelated_charge, add_unrelated_transaction
from sandbox.twin import Twin
from sandbox.webhooks.endpoint import VERSIONS
from tests.sandbox.checking import everything, money_faults, schema_faults
from tests.sandbox.loopback import Endpoint

DAY = 86400


def _give(twin: Twin, client: stripe.StripeClient, gift: Any, card: str = "4242424242424242") -> str:
    charge = twin.pay(client.v1.checkout.sessions.create(gift).id, card=card)
    twin.advance(2)
    return str(charge["id"])


def _balance(twin: Twin) -> int:
    seen = twin.api.request("GET", "/v1/balance", {})[1]
    return sum(part["amount"] for half in ("available", "pending") for part in seen[half])


def _do(address: str, deed: str, **fields: object) -> str:
    answer = requests.post(f"{address}/do/{deed}", data=fields, headers={"Accept": "application/json"}, timeout=10)
    return f"{answer.status_code} {answer.json()['message']}"


def _told(client: stripe.StripeClient) -> list[str]:
    return [str(event.type) for event in client.v1.events.list({"limit": 100}).auto_paging_iter()]


def test_what_is_missing_is_fetched_from_the_bank(
    twin: Twin, client: stripe.StripeClient, gift: Any, address: str
) -> None:
    """A dispute after the payout: a payout of minus £45, whose lines add up to it, and the balance is nothing again."""
    charge = _give(twin, client, gift)
    twin.advance(5 * DAY)
    assert _balance(twin) == 0
    _do(address, "dispute", charge=charge)
    assert _balance(twin) == -4500
    twin.advance(4 * DAY)

    payout = client.v1.payouts.list().data[0]
    lines = client.v1.balance_transactions.list({"payout": payout.id}).data
    assert (payout.amount, payout.automatic, payout.status) == (-4500, True, "paid")
    assert [(line.type, line.net) for line in lines] == [("payout", 4500), ("adjustment", -4500)]
    assert (_balance(twin), money_faults(twin), schema_faults(everything(twin))) == (0, [], [])


def test_what_is_missing_today_and_comes_tomorrow_is_not_fetched(
    twin: Twin, client: stripe.StripeClient, gift: Any, address: str
) -> None:
    """A gift that is still pending makes up for it."""
    disputed, _, _ = (_give(twin, client, gift) for _ in range(3))
    _do(address, "dispute", charge=disputed)
    twin.advance(DAY)

    assert client.v1.payouts.list().data == []


def test_a_payout_that_comes_back_is_a_reversal(
    twin: Twin, client: stripe.StripeClient, gift: Any, address: str
) -> None:
    """Failed or cancelled: by `reporting_category` the two are one."""
    _give(twin, client, gift, "4000000000000077")
    _do(address, "schedule", every="manual")
    failed, cancelled = (client.v1.payouts.create({"amount": 1000, "currency": "gbp"}) for _ in range(2))
    client.v1.payouts.cancel(cancelled.id)
    _do(address, "fail-payout", payout=failed.id)
    lines = client.v1.balance_transactions.list().data

    assert [(line.type, line.reporting_category) for line in lines[:2]] == [
        ("payout_failure", "payout_reversal"),
        ("payout_cancel", "payout_reversal"),
    ]
    assert _balance(twin) == 2442


@pytest.mark.parametrize("by_itself", [True, False])
def test_a_debit_that_had_succeeded_is_taken_back(
    twin: Twin, client: stripe.StripeClient, gift: Any, address: str, *, by_itself: bool
) -> None:
    """The charge fails after all, a line takes its money away, and Stripe keeps the fee."""
    charge = _give(twin, client, gift, "66666662" if by_itself else "00012345")
    twin.advance(4 * DAY + 2)
    assert (client.v1.charges.retrieve(charge).status, _balance(twin)) == ("succeeded", 2475)
    if by_itself:
        twin.advance(2 * DAY)
    else:
        assert _do(address, "fail-charge", charge=charge).startswith("200")

    seen = client.v1.charges.retrieve(charge, {"expand": ["failure_balance_transaction"]}).to_dict()
    line = seen["failure_balance_transaction"]
    assert (seen["status"], seen["paid"]) == ("failed", False)
    assert (line["type"], line["reporting_category"], line["net"]) == (
        "payment_failure_refund",
        "charge_failure",
        -2500,
    )
    assert "charge.failed" in _told(client)
    assert (schema_faults(everything(twin)), money_faults(twin)) == ([], [])
    assert _do(address, "fail-charge", charge=charge).startswith("422")


@pytest.mark.parametrize("card", ["00012345", "4242424242424242"])
def test_what_was_taken_back_is_collected_again(
    twin: Twin, client: stripe.StripeClient, gift: Any, address: str, card: str
) -> None:
    """A second charge under the same intent, which succeeds once more; then there is nothing left to collect."""
    first = _give(twin, client, gift, "66666662")
    assert _do(address, "collect-again", charge=first).startswith("422")
    twin.advance(6 * DAY + 2)
    assert _do(address, "collect-again", charge=first, card="nothing").startswith("422")
    assert _do(address, "collect-again", charge=first, card=card).startswith("200")
    assert _do(address, "collect-again", charge=first).startswith("422")
    twin.advance(4 * DAY + 2)

    intent = client.v1.payment_intents.retrieve(str(client.v1.charges.retrieve(first).payment_intent))
    charges = client.v1.charges.list({"payment_intent": intent.id}).data
    assert [charge.status for charge in charges] == ["succeeded", "failed"]
    assert (intent.status, intent.latest_charge) == ("succeeded", charges[0].id)
    assert _told(client).count("charge.succeeded") == 2
    assert (schema_faults(everything(twin)), money_faults(twin)) == ([], [])


def test_a_cards_charge_cannot_be_taken_back(twin: Twin, client: stripe.StripeClient, gift: Any, address: str) -> None:
    """Its success is final; a bank that wants the money opens a dispute."""
    assert _do(address, "fail-charge", charge=_give(twin, client, gift)).startswith("422")


def test_a_debit_may_be_disputed(twin: Twin, client: stripe.StripeClient, gift: Any, address: str) -> None:
    """The money goes as with a card; there is no card to show."""
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
    """Half the money comes back, the fee does not."""
    charge = _give(twin, client, gift)
    _do(address, "dispute", charge=charge)
    dispute = client.v1.disputes.list().data[0].id
    _do(address, "dispute", dispute=dispute, verdict="won in part")
    moved = client.v1.disputes.retrieve(dispute).balance_transactions

    assert [(line.amount, line.fee) for line in moved] == [(-2500, 2000), (1250, 0)]
    assert _balance(twin) == 2442 - 4500 + 1250


def test_lines_that_no_payment_made(twin: Twin, client: stripe.StripeClient, address: str) -> None:
    """Stripe's own fee, a reserve held and released, a top-up, and a category that nobody knows."""
    with twin.world.step():
        add_billing_fee(twin.world, 350)
        for category, amount in (("risk_reserved_funds", -100), ("risk_reserved_funds", 100), ("topup", 5000)):
            add_unrelated_transaction(twin.world, category, amount)
    assert _do(address, "line", category="loyalty_bonus", amount=7).startswith("200")
    assert _do(address, "line", category="fee", amount="much").startswith("422")
    lines = client.v1.balance_transactions.list({"expand": ["data.source"]}).data[::-1]

    assert [(line.type, line.reporting_category, line.net, line.source) for line in lines] == [
        ("stripe_fee", "fee", -350, None),
        ("reserve_hold", "risk_reserved_funds", -100, None),
        ("reserve_release", "risk_reserved_funds", 100, None),
        ("topup", "topup", 5000, None),
        ("adjustment", "loyalty_bonus", 7, None),
    ]
    assert (_balance(twin), schema_faults(everything(twin))) == (4657, [])


def test_a_charge_of_somebody_elses(twin: Twin, client: stripe.StripeClient, address: str) -> None:
    """It settles like any other, and carries no metadata of a gift."""
    assert _do(address, "charge", amount=1500, currency="eur").endswith("succeeded.")
    with twin.world.step():
        add_unrelated_charge(twin.world, 2000, ticket="7")
    twin.advance(2)
    charges = client.v1.charges.list().data

    assert [(charge.amount, charge.metadata.to_dict()) for charge in charges] == [(2000, {"ticket": "7"}), (1500, {})]
    assert {line.reporting_category for line in client.v1.balance_transactions.list().data} == {"charge"}


def test_sources_of_several_kinds_are_expanded_as_far_as_they_go(
    twin: Twin, client: stripe.StripeClient, gift: Any
) -> None:
    """`data.source.charge` opens the charge of a refund, and says nothing of a charge or of a line without a source."""
    first, _ = _give(twin, client, gift, "4000000000000077"), _give(twin, client, gift)
    client.v1.refunds.create({"charge": first, "amount": 100})
    with twin.world.step():
        add_billing_fee(twin.world, 350)
    asked = {"limit": 100, "expand": ["data.source", "data.source.charge"]}
    status, answer = twin.api.request("GET", "/v1/balance_transactions", asked)

    assert status == 200
    sources = [line["source"] for line in answer["data"]]
    assert [source and source["object"] for source in sources] == [None, "refund", "charge", "charge"]
    assert sources[1]["charge"]["metadata"]["gift_id"] == "1"
    status, refused = twin.api.request("GET", "/v1/refunds", {"expand": ["data.source"]})
    assert (status, refused["error"]["param"]) == (400, "expand")


def test_an_endpoint_is_not_told_what_came_after_its_version(
    twin: Twin, client: stripe.StripeClient, endpoint: Endpoint, monthly: Any
) -> None:
    """invoice_payment.paid came after Basil's first version."""
    for given in client.v1.webhook_endpoints.list().data:
        client.v1.webhook_endpoints.delete(given.id)
    for version in VERSIONS:
        asked: Any = {"url": endpoint.url, "enabled_events": ["invoice_payment.paid"], "api_version": version}
        client.v1.webhook_endpoints.create(asked)
    twin.pay(client.v1.checkout.sessions.create(monthly).id)
    twin.settle()

    assert {body.split(b'"api_version": "')[1].split(b'"')[0].decode() for body in endpoint.bodies} == set(VERSIONS[2:])
    with twin.world.step():
        told = twin.world.store.select("event", "json_extract(body, '$.type') = 'invoice.paid'")[0]
        assert downgrade_event(twin.world, told, VERSIONS[0])["data"]["object"]["subscription"].startswith("sub_")

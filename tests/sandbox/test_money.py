"""Refunds, disputes, payouts, fees, and other currencies."""

from typing import Any

import pytest
import requests
import stripe

from sandbox.twin import Twin

DAY = 86400


def _give(twin: Twin, client: stripe.StripeClient, gift: Any, card: str = "4242424242424242") -> str:
    """A settled charge."""
    charge = twin.pay(client.v1.checkout.sessions.create(gift).id, card=card)
    twin.advance(2)
    return str(charge["id"])


def _types(client: stripe.StripeClient) -> list[str]:
    return [str(event.type) for event in client.v1.events.list({"limit": 100}).auto_paging_iter()][::-1]


def _run(address: str, control: str, **fields: str) -> str:
    answer = requests.post(f"{address}/do/{control}", data=fields, headers={"Accept": "application/json"}, timeout=10)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["message"])


def _balance(client: stripe.StripeClient) -> dict[str, int]:
    seen = client.v1.balance.retrieve()
    return {
        part.currency: part.amount + pending.amount for part, pending in zip(seen.available, seen.pending, strict=True)
    }


def test_a_refund_does_not_return_the_fee(twin: Twin, client: stripe.StripeClient, gift: Any) -> None:
    """£25 less 58p; £10 back; then the rest."""
    charge = _give(twin, client, gift, "4000000000000077")
    assert _balance(client) == {"gbp": 2442}
    _give(twin, client, gift)
    refund = client.v1.refunds.create({"charge": charge, "amount": 1000, "reason": "requested_by_customer"})
    assert (refund.status, _balance(client)) == ("succeeded", {"gbp": 2 * 2442 - 1000})
    seen = client.v1.charges.retrieve(charge, {"expand": ["refunds"]}).to_dict()
    assert (seen["amount_refunded"], seen["refunded"], len(seen["refunds"]["data"])) == (1000, False, 1)

    client.v1.refunds.create({"payment_intent": str(seen["payment_intent"])})
    assert client.v1.charges.retrieve(charge).refunded
    assert _balance(client) == {"gbp": 2 * 2442 - 2500}
    entries = client.v1.balance_transactions.list({"type": "refund"}).data
    assert [entry.net for entry in entries] == [-1500, -1000]
    twin.advance(2 * DAY)
    assert {"refund.created", "charge.refunded", "refund.updated"} <= set(_types(client))


def test_too_much_is_not_refunded(twin: Twin, client: stripe.StripeClient, gift: Any) -> None:
    """More than is left, a second time, or a disputed charge: each with Stripe's code."""
    charge, _ = _give(twin, client, gift), _give(twin, client, gift)
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        client.v1.refunds.create({"charge": charge, "amount": 2501})
    client.v1.refunds.create({"charge": charge})
    with pytest.raises(stripe.InvalidRequestError) as again:
        client.v1.refunds.create({"charge": charge})
    assert again.value.code == "charge_already_refunded"

    disputed = _give(twin, client, gift, "4000000000000259")
    twin.advance(2 * 3600)
    with pytest.raises(stripe.InvalidRequestError) as charged_back:
        client.v1.refunds.create({"charge": disputed})
    assert charged_back.value.code == "charge_disputed"


def test_a_refund_may_fail_days_later(twin: Twin, client: stripe.StripeClient, gift: Any) -> None:
    """The amount is in the balance again, and no longer refunded on the charge."""
    charge, _ = _give(twin, client, gift, "4000000000005126"), _give(twin, client, gift)
    refund = client.v1.refunds.create({"charge": charge})
    twin.advance(3 * DAY)
    seen = client.v1.refunds.retrieve(refund.id)

    assert (seen.status, seen.failure_reason) == ("failed", "lost_or_stolen_card")
    entry = client.v1.balance_transactions.retrieve(str(seen.failure_balance_transaction))
    assert (entry.type, entry.net) == ("refund_failure", 2500)
    assert (client.v1.charges.retrieve(charge).amount_refunded, _balance(client)) == (0, {"gbp": 2 * 2442})
    assert "refund.failed" in _types(client)


def test_a_refund_that_the_balance_does_not_cover_is_pending(
    twin: Twin, client: stripe.StripeClient, gift: Any
) -> None:
    """Until the balance covers it; it may be canceled meanwhile."""
    charge = _give(twin, client, gift)
    canceled = client.v1.refunds.create({"charge": charge})
    assert client.v1.refunds.cancel(canceled.id).status == "canceled"
    assert client.v1.charges.retrieve(charge).amount_refunded == 0
    refund = client.v1.refunds.create({"charge": charge})
    pending = (refund.status, refund.pending_reason, refund.balance_transaction)
    assert pending == ("pending", "insufficient_funds", None)

    _give(twin, client, gift)
    twin.advance(DAY)
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"


def test_a_lost_dispute_costs_the_gift_and_the_fee(twin: Twin, client: stripe.StripeClient, gift: Any) -> None:
    """Amount and £20 are withdrawn at once; without evidence in nine days it is lost."""
    charge = _give(twin, client, gift, "4000000000000259")
    twin.advance(2 * 3600)
    dispute = client.v1.disputes.list({"charge": charge}).data[0]
    assert (dispute.status, dispute.amount, _balance(client)) == ("needs_response", 2500, {"gbp": 2442 - 4500})
    entry = dispute.balance_transactions[0]
    assert (entry.type, entry.reporting_category, entry.fee) == ("adjustment", "dispute", 2000)
    assert client.v1.charges.retrieve(charge).disputed
    twin.advance(10 * DAY)

    assert client.v1.disputes.retrieve(dispute.id).status == "lost"
    assert [name for name in _types(client) if "dispute" in name] == [
        "charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.closed",
    ]  # fmt: skip


def test_a_won_dispute_returns_amount_and_fee(twin: Twin, client: stripe.StripeClient, gift: Any) -> None:
    """Stripe's test word in the evidence wins; amount and fee return in a second balance transaction."""
    charge = _give(twin, client, gift, "4000000000000259")
    twin.advance(2 * 3600)
    dispute = client.v1.disputes.list({"charge": charge}).data[0]
    answered = client.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}})
    assert answered.status == "under_review"
    twin.advance(31 * DAY)
    seen = client.v1.disputes.retrieve(dispute.id)

    assert (seen.status, [entry.net for entry in seen.balance_transactions]) == ("won", [-4500, 4500])
    assert _balance(client)["gbp"] + sum(payout.amount for payout in client.v1.payouts.list().data) == 2442


def test_a_lost_dispute_may_be_appealed(twin: Twin, client: stripe.StripeClient, gift: Any, address: str) -> None:
    """With evidence, and won."""
    charge = _give(twin, client, gift)
    _run(address, "dispute", charge=charge)
    dispute = client.v1.disputes.list().data[0].id
    for verdict, status in (
        ("answered", "under_review"), ("lost", "lost"), ("appealed", "appeal_needs_response"),
        ("answered", "appeal_under_review"), ("won", "won"),
    ):  # fmt: skip
        _run(address, "dispute", dispute=dispute, verdict=verdict)
        assert client.v1.disputes.retrieve(dispute).status == status
    assert _balance(client) == {"gbp": 2442}


def test_an_inquiry_moves_no_money(twin: Twin, client: stripe.StripeClient, gift: Any, address: str) -> None:
    """Closed, prevented by a refund, or escalated to a dispute, which withdraws the amount."""
    closed, prevented, escalated = (_give(twin, client, gift, "4000000000001976") for _ in range(3))
    twin.advance(2 * 3600)
    by_charge = {str(dispute.charge): dispute for dispute in client.v1.disputes.list().data}
    assert {dispute.status for dispute in by_charge.values()} == {"warning_needs_response"}
    assert _balance(client) == {"gbp": 3 * 2442}
    client.v1.disputes.close(by_charge[closed].id)
    _run(address, "dispute", dispute=by_charge[prevented].id, verdict="prevented")
    _run(address, "dispute", dispute=by_charge[escalated].id, verdict="escalated")

    after = {str(dispute.charge): dispute.status for dispute in client.v1.disputes.list().data}
    assert after == {closed: "warning_closed", prevented: "prevented", escalated: "needs_response"}
    assert _balance(client) == {"gbp": 3 * 2442 - 2500 - 4500}


def test_a_payout_is_the_sum_of_its_transactions(twin: Twin, client: stripe.StripeClient, gift: Any) -> None:
    """The available balance is paid out at midnight, reconciled, and arrives two days later."""
    for _ in range(3):
        _give(twin, client, gift)
    twin.advance(5 * DAY)
    payout = client.v1.payouts.list().data[0]
    lines = client.v1.balance_transactions.list({"payout": payout.id, "limit": 100, "expand": ["data.source"]}).data

    assert (payout.amount, payout.automatic, payout.reconciliation_status) == (3 * 2442, True, "completed")
    assert sum(line.net for line in lines if line.type != "payout") == payout.amount
    assert [line.net for line in lines if line.type == "payout"] == [-payout.amount]
    twin.advance(3 * DAY)
    assert client.v1.payouts.retrieve(payout.id).status == "paid"
    assert [name for name in _types(client) if name.startswith("payout")] == [
        "payout.created", "payout.reconciliation_completed", "payout.updated", "payout.paid",
    ]  # fmt: skip


def test_a_failed_payout_returns(twin: Twin, client: stripe.StripeClient, gift: Any, address: str) -> None:
    """Its amount is in the balance again, and part of the next payout."""
    _give(twin, client, gift)
    _run(address, "fail-payout")
    twin.advance(4 * DAY)
    first = client.v1.payouts.list().data[0].id
    twin.advance(4 * DAY)
    payouts = client.v1.payouts.list().data

    assert client.v1.payouts.retrieve(first).failure_code == "account_closed"
    assert [(payout.status, payout.amount) for payout in payouts][-1] == ("failed", 2442)
    assert payouts[0].amount == 2442
    assert [line.type for line in client.v1.balance_transactions.list({"payout": payouts[0].id}).data] == [
        "payout", "payout_failure",
    ]  # fmt: skip


def test_manual_payouts(twin: Twin, client: stripe.StripeClient, gift: Any, address: str) -> None:
    """Only with the manual schedule; no more than is available; canceled while pending."""
    _give(twin, client, gift, "4000000000000077")
    with pytest.raises(stripe.InvalidRequestError, match="manual"):
        client.v1.payouts.create({"amount": 100, "currency": "gbp"})
    _run(address, "schedule", every="manual")
    with pytest.raises(stripe.InvalidRequestError) as too_much:
        client.v1.payouts.create({"amount": 9999, "currency": "gbp"})
    assert too_much.value.code == "balance_insufficient"
    first, second = (client.v1.payouts.create({"amount": 1000, "currency": "gbp"}) for _ in range(2))
    assert (first.automatic, first.reconciliation_status) == (False, "not_applicable")

    client.v1.payouts.cancel(second.id)
    twin.advance(4 * DAY)
    assert {payout.id: payout.status for payout in client.v1.payouts.list().data} == {
        first.id: "paid", second.id: "canceled",
    }  # fmt: skip


def test_another_currency_is_settled_or_converted(twin: Twin, client: stripe.StripeClient, gift: Any) -> None:
    """Euros are settled in euros; dollars are converted to pounds, and the charge keeps the dollars."""

    def giving(currency: str) -> dict[str, Any]:
        price = {"currency": currency, "unit_amount": 10_000, "product_data": {"name": "A gift"}}
        return dict(gift | {"line_items": [{"quantity": 1, "price_data": price}]})

    for currency in ("eur", "usd"):
        _give(twin, client, giving(currency))
    dollars, euros = client.v1.balance_transactions.list({"expand": ["data.source"]}).data

    assert (euros.currency, euros.amount, euros.exchange_rate) == ("eur", 10_000, None)
    assert (dollars.currency, dollars.to_dict()["source"]["currency"]) == ("gbp", "usd")
    assert dollars.exchange_rate is not None
    assert dollars.amount == round(10_000 * dollars.exchange_rate)
    assert set(_balance(client)) == {"eur", "gbp"}


def test_fees_depend_on_the_card(twin: Twin, client: stripe.StripeClient, gift: Any) -> None:
    """UK 1.5 % + 20p, EU 2.5 % + 20p, elsewhere 3.25 % + 20p, Bacs 1 % of at least 20p."""
    for card in ("4242424242424242", "4000003720000278", "5555555555554444", "00012345"):
        _give(twin, client, gift, card)
    twin.advance(5 * DAY)
    entries = client.v1.balance_transactions.list({"limit": 100}).auto_paging_iter()

    fees = [entry.fee for entry in entries if entry.reporting_category == "charge"]
    assert fees[::-1] == [58, 83, 101, 25]

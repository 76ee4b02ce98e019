"""Chaos: faults that Stripe may have, on purpose, by one seed, and as often as the settings say."""

from typing import Any

import pytest
import requests
import stripe

import sandbox.api.faults
from sandbox.chaos import ChaosSettings, fault_occurs, set_chaos
from sandbox.twin import Twin, open_twin
from tests.sandbox.loopback import KEY, Endpoint, settings

DAY = 86400


def _set_chaos(twin: Twin, **chaos: float) -> None:
    with twin.world.step():
        set_chaos(twin.world, ChaosSettings(**chaos))


def _products(client: stripe.StripeClient, count: int = 10) -> None:
    for number in range(count):
        client.v1.products.create({"name": str(number)})


def test_a_rate_is_between_never_and_always() -> None:
    """Any other rate is refused."""
    with pytest.raises(ValueError, match="dropped"):
        ChaosSettings(dropped=1.5)


def test_deliveries_come_twice(twin: Twin, client: stripe.StripeClient, endpoint: Endpoint) -> None:
    """The same event, with the same id."""
    _set_chaos(twin, duplicated=1.0)
    _products(client, 1)
    twin.settle()

    assert len({event["id"] for event in endpoint.events()}) == 1
    assert len(endpoint.bodies) == 2


def test_one_change_may_make_two_events(twin: Twin, client: stripe.StripeClient, endpoint: Endpoint) -> None:
    """Two ids, one content: a receiver must look at object and type."""
    _set_chaos(twin, twinned=1.0)
    _products(client, 1)
    twin.settle()
    first, second = endpoint.events()

    assert first["id"] != second["id"]
    assert first["data"] == second["data"]


def test_deliveries_overtake_each_other_or_come_hours_later(
    twin: Twin, client: stripe.StripeClient, endpoint: Endpoint
) -> None:
    """All of them arrive in the end."""
    _set_chaos(twin, reordered=0.6, delayed=0.2)
    _products(client, 20)
    twin.advance(60)
    early = [event["data"]["object"]["name"] for event in endpoint.events()]
    twin.advance(DAY)

    assert early != sorted(early, key=int)
    assert len(early) < 20 == len(endpoint.bodies)


def test_dropped_deliveries_are_found_in_the_list(twin: Twin, client: stripe.StripeClient, endpoint: Endpoint) -> None:
    """Only /v1/events has them."""
    _set_chaos(twin, dropped=1.0)
    _products(client, 3)
    twin.advance(4 * DAY)

    assert endpoint.bodies == []
    assert len(client.v1.events.list({"delivery_success": False}).data) == 3


def test_signatures_of_old_and_of_rolling_secrets(twin: Twin, client: stripe.StripeClient, endpoint: Endpoint) -> None:
    """The first is never valid; the second stands beside a valid one."""
    _set_chaos(twin, rolling_secret=1.0)
    _products(client, 1)
    twin.settle()
    assert endpoint.signatures[0].count("v1=") == 2
    assert endpoint.types() == ["product.created"]

    _set_chaos(twin, old_secret=1.0)
    _products(client, 1)
    twin.settle()
    with pytest.raises(stripe.SignatureVerificationError):
        endpoint.events()


def _last_snapshots(
    twin: Twin, client: stripe.StripeClient, endpoint: Endpoint, gift: Any, monthly: Any
) -> dict[str, Any]:
    """The last snapshot of each kind of object that the endpoint got."""
    charge = twin.pay(client.v1.checkout.sessions.create(gift).id)
    twin.pay(client.v1.checkout.sessions.create(monthly).id)
    twin.advance(2)
    client.v1.refunds.create({"charge": charge["id"], "amount": 100})
    twin.pay(client.v1.checkout.sessions.create(gift).id, card="4000000000000259")
    twin.advance(40 * DAY)
    return {event["data"]["object"]["object"]: event["data"]["object"] for event in endpoint.events()}


@pytest.mark.parametrize("version", ["2024-06-20", "2025-03-31.basil", "2026-08-26.dahlia", "2026-10-28.endive"])
def test_an_endpoint_gets_its_own_version(
    twin: Twin, client: stripe.StripeClient, endpoint: Endpoint, gift: Any, monthly: Any, version: Any
) -> None:
    """Later fields are missing, and removed fields are there."""
    for existing in client.v1.webhook_endpoints.list().data:
        client.v1.webhook_endpoints.delete(existing.id)
    made = client.v1.webhook_endpoints.create({"url": endpoint.url, "enabled_events": ["*"], "api_version": version})
    assert made.secret is not None
    endpoint.secret = made.secret
    snapshots = _last_snapshots(twin, client, endpoint, gift, monthly)
    invoice, subscription, charge = snapshots["invoice"], snapshots["subscription"], snapshots["charge"]

    assert {event["api_version"] for event in endpoint.events()} == {version}
    old = version == "2024-06-20"
    assert (invoice["subscription"] == subscription["id"]) if old else ("parent" in invoice and "paid" not in invoice)
    assert ("current_period_end" in subscription) == old
    assert ("current_period_end" in subscription["items"]["data"][0]) != old
    assert ("invoice" in charge) == old
    assert ("billing_mode" in subscription) == (version > "2026")
    assert snapshots["checkout.session"]["ui_mode"] == ("hosted_page" if version > "2026" else "hosted")
    assert ("enhanced_eligibility_types" in snapshots["dispute"]) != old
    assert ("payment_method" in snapshots["refund"]) == (version > "2026")
    newest = version.endswith("endive")
    dispute, card = snapshots["dispute"], snapshots["charge"]["payment_method_details"]["card"]
    assert ("intended_submission_method" in dispute) == ("submission_method" in dispute["evidence_details"]) == newest
    assert ("electronic_commerce_indicator" in card) == ("tax_details" in snapshots["product"]) == newest
    assert ("allowed_payment_method_types" in snapshots["checkout.session"]) == newest
    assert ("payment_record" in snapshots["payment_intent"]) == newest
    assert ("current_trial" in subscription["items"]["data"][0]) == newest


def test_an_appeal_is_lost_to_older_endpoints(
    twin: Twin, client: stripe.StripeClient, endpoint: Endpoint, gift: Any, address: str
) -> None:
    """Before Endive there were none."""
    for existing in client.v1.webhook_endpoints.list().data:
        client.v1.webhook_endpoints.delete(existing.id)
    endpoint.secret = str(
        client.v1.webhook_endpoints.create(
            {"url": endpoint.url, "enabled_events": ["charge.dispute.updated"], "api_version": "2026-08-26.dahlia"}
        ).secret
    )
    charge = twin.pay(client.v1.checkout.sessions.create(gift).id)["id"]
    requests.post(f"{address}/do/dispute", data={"charge": charge}, timeout=5)
    dispute = client.v1.disputes.list().data[0].id
    for verdict in ("lost", "appealed"):
        requests.post(f"{address}/do/dispute", data={"dispute": dispute, "verdict": verdict}, timeout=5)
    twin.settle()

    assert client.v1.disputes.retrieve(dispute).status == "appeal_needs_response"
    assert [event["data"]["object"]["status"] for event in endpoint.events()] == ["lost"]


def test_an_endpoint_gets_only_what_it_wants(twin: Twin, client: stripe.StripeClient, endpoint: Endpoint) -> None:
    """And nothing while it is disabled; the twin delivers to no other address."""
    existing = client.v1.webhook_endpoints.list().data[0]
    client.v1.webhook_endpoints.update(existing.id, {"enabled_events": ["price.created"]})
    _products(client, 1)
    client.v1.webhook_endpoints.update(existing.id, {"enabled_events": ["*"], "disabled": True})
    _products(client, 1)
    twin.settle()
    assert endpoint.bodies == []

    with pytest.raises(stripe.InvalidRequestError, match="delivers only to"):
        client.v1.webhook_endpoints.create({"url": "https://elsewhere.example/", "enabled_events": ["*"]})


def test_an_endpoint_that_fails_for_nine_days_is_disabled(
    twin: Twin, client: stripe.StripeClient, endpoint: Endpoint, address: str
) -> None:
    """Until it is enabled again."""
    endpoint.answers = [500] * 1000
    for _ in range(10):
        _products(client, 1)
        twin.advance(DAY)
    assert client.v1.webhook_endpoints.list().data[0].status == "disabled"

    endpoint.answers.clear()
    requests.post(f"{address}/do/enable", timeout=5)
    attempts = len(endpoint.bodies)
    _products(client, 1)
    twin.settle()
    assert len(endpoint.bodies) == attempts + 1


def test_a_failed_call_had_no_effect_and_its_key_remembers(twin: Twin, client: stripe.StripeClient) -> None:
    """The library tries again with the same key and is answered the same 500; a new key succeeds."""
    _set_chaos(twin, api_500=1.0)
    with pytest.raises(stripe.APIError):
        client.v1.products.create({"name": "x"}, {"idempotency_key": "first"})
    _set_chaos(twin)
    with pytest.raises(stripe.APIError):
        client.v1.products.create({"name": "x"}, {"idempotency_key": "first"})
    assert client.v1.products.list().data == []
    assert client.v1.products.create({"name": "x"}, {"idempotency_key": "second"}).name == "x"


def test_too_many_calls_are_answered_429(twin: Twin, client: stripe.StripeClient) -> None:
    """By chaos; the library does not try again by itself."""
    _set_chaos(twin, api_429=1.0)
    with pytest.raises(stripe.RateLimitError):
        client.v1.balance.retrieve()


def test_a_call_may_take_effect_and_its_connection_break(twin: Twin, client: stripe.StripeClient, address: str) -> None:
    """A caller that repeats the call with the same key gets the response that was lost."""
    _set_chaos(twin, api_reset=1.0)
    headers = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": "k"}
    with pytest.raises(requests.ConnectionError):
        requests.post(f"{address}/v1/products", {"name": "x"}, headers=headers, timeout=5)
    _set_chaos(twin)
    again = client.v1.products.create({"name": "x"}, {"idempotency_key": "k"})

    assert [product.id for product in client.v1.products.list().data] == [again.id]


def test_a_call_may_take_effect_and_its_answer_never_come(
    twin: Twin, client: stripe.StripeClient, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller times out; called again with the same key, there is still only one product."""
    monkeypatch.setattr(sandbox.api.faults, "LOST_RESPONSE_SECONDS", 1.0)
    _set_chaos(twin, api_lost=1.0)
    with pytest.raises(requests.ReadTimeout):
        requests.post(
            f"{address}/v1/products",
            data={"name": "x"},
            headers={"Authorization": f"Bearer {KEY}", "Idempotency-Key": "k"},
            timeout=0.3,
        )
    _set_chaos(twin)
    again = client.v1.products.create({"name": "x"}, {"idempotency_key": "k"})

    assert [product.id for product in client.v1.products.list().data] == [again.id]


def test_rate_limits_can_be_switched_on(client: stripe.StripeClient, address: str, gift: Any) -> None:
    """25 new sessions a second, and a hundred calls in all."""
    requests.post(f"{address}/do/limits", data={"on": "on"}, timeout=5)
    headers = {"Authorization": f"Bearer {KEY}"}
    answers = [requests.post(f"{address}/v1/checkout/sessions", headers=headers, timeout=5) for _ in range(120)]

    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert refused[0].json()["error"]["code"] == "rate_limit"


@pytest.mark.parametrize(("seed", "same"), [(5, True), (6, False)])
def test_the_same_seed_has_faults_for_the_same_subjects(seed: int, same: bool) -> None:
    """A fault depends on the seed and on its subject, not on when or how often it is asked for."""
    occurrences = []
    for each in (5, seed):
        twin = open_twin(settings(), seed=each)
        _set_chaos(twin, dropped=0.5)
        occurrences.append([fault_occurs(twin.world, "dropped", str(number)) for number in range(64)])
        twin.close()

    assert (occurrences[0] == occurrences[1]) == same
    assert 16 < sum(occurrences[0]) < 48

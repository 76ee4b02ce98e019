"""The twin misbehaves as Stripe may: on purpose, by one seed, and as often as it is told."""

from typing import Any

import pytest
import requests
import stripe

import sandbox.api.faults
from sandbox.chaos import ChaosSettings, fault_occurs, set_chaos
from sandbox.twin import Twin, open_twin
from tests.sandbox.loopback import KEY, Endpoint, settings

DAY = 86400


def _suffer(twin: Twin, **chaos: float) -> None:
    with twin.world.step():
        set_chaos(twin.world, ChaosSettings(**chaos))


def _products(client: stripe.StripeClient, count: int = 10) -> None:
    for number in range(count):
        client.v1.products.create({"name": str(number)})


def test_a_chance_is_between_never_and_always() -> None:
    """Anything else is a mistake."""
    with pytest.raises(ValueError, match="dropped"):
        ChaosSettings(dropped=1.5)


def test_deliveries_come_twice(twin: Twin, client: stripe.StripeClient, endpoint: Endpoint) -> None:
    """The same event, with the same id."""
    _suffer(twin, duplicated=1.0)
    _products(client, 1)
    twin.settle()

    assert len({event["id"] for event in endpoint.events()}) == 1
    assert len(endpoint.bodies) == 2


def test_one_change_is_told_by_two_events(twin: Twin, client: stripe.StripeClient, endpoint: Endpoint) -> None:
    """Two ids, one content: a receiver must look at object and type."""
    _suffer(twin, twinned=1.0)
    _products(client, 1)
    twin.settle()
    first, second = endpoint.events()

    assert first["id"] != second["id"]
    assert first["data"] == second["data"]


def test_deliveries_overtake_each_other_or_come_hours_later(
    twin: Twin, client: stripe.StripeClient, endpoint: Endpoint
) -> None:
    """All of them come in the end."""
    _suffer(twin, reordered=0.6, delayed=0.2)
    _products(client, 20)
    twin.advance(60)
    early = [event["data"]["object"]["name"] for event in endpoint.events()]
    twin.advance(DAY)

    assert early != sorted(early, key=int)
    assert len(early) < 20 == len(endpoint.bodies)


def test_dropped_deliveries_are_found_in_the_list(twin: Twin, client: stripe.StripeClient, endpoint: Endpoint) -> None:
    """Only /v1/events knows of them."""
    _suffer(twin, dropped=1.0)
    _products(client, 3)
    twin.advance(4 * DAY)

    assert endpoint.bodies == []
    assert len(client.v1.events.list({"delivery_success": False}).data) == 3


def test_signatures_of_old_and_of_rolling_secrets(twin: Twin, client: stripe.StripeClient, endpoint: Endpoint) -> None:
    """One cannot be right; the other carries the right one beside another."""
    _suffer(twin, rolling_secret=1.0)
    _products(client, 1)
    twin.settle()
    assert endpoint.signatures[0].count("v1=") == 2
    assert endpoint.types() == ["product.created"]

    _suffer(twin, old_secret=1.0)
    _products(client, 1)
    twin.settle()
    with pytest.raises(stripe.SignatureVerificationError):
        endpoint.events()


def _all_shapes(twin: Twin, client: stripe.StripeClient, endpoint: Endpoint, gift: Any, monthly: Any) -> dict[str, Any]:
    """One object of each kind, as the endpoint was told of it last."""
    charge = twin.pay(client.v1.checkout.sessions.create(gift).id)
    twin.pay(client.v1.checkout.sessions.create(monthly).id)
    twin.advance(2)
    client.v1.refunds.create({"charge": charge["id"], "amount": 100})
    twin.pay(client.v1.checkout.sessions.create(gift).id, card="4000000000000259")
    twin.advance(40 * DAY)
    return {event["data"]["object"]["object"]: event["data"]["object"] for event in endpoint.events()}


@pytest.mark.parametrize("version", ["2024-06-20", "2025-03-31.basil", "2026-08-26.dahlia", "2026-10-28.endive"])
def test_an_endpoint_is_told_in_its_own_version(
    twin: Twin, client: stripe.StripeClient, endpoint: Endpoint, gift: Any, monthly: Any, version: Any
) -> None:
    """Fields that came later are missing, fields that went are there."""
    for given in client.v1.webhook_endpoints.list().data:
        client.v1.webhook_endpoints.delete(given.id)
    made = client.v1.webhook_endpoints.create({"url": endpoint.url, "enabled_events": ["*"], "api_version": version})
    assert made.secret is not None
    endpoint.secret = made.secret
    told = _all_shapes(twin, client, endpoint, gift, monthly)
    invoice, subscription, charge = told["invoice"], told["subscription"], told["charge"]

    assert {event["api_version"] for event in endpoint.events()} == {version}
    old = version == "2024-06-20"
    assert (invoice["subscription"] == subscription["id"]) if old else ("parent" in invoice and "paid" not in invoice)
    assert ("current_period_end" in subscription) == old
    assert ("current_period_end" in subscription["items"]["data"][0]) != old
    assert ("invoice" in charge) == old
    assert ("billing_mode" in subscription) == (version > "2026")
    assert told["checkout.session"]["ui_mode"] == ("hosted_page" if version > "2026" else "hosted")
    assert ("enhanced_eligibility_types" in told["dispute"]) != old
    assert ("payment_method" in told["refund"]) == (version > "2026")


def test_an_appeal_is_told_to_older_endpoints_as_lost(
    twin: Twin, client: stripe.StripeClient, endpoint: Endpoint, gift: Any, address: str
) -> None:
    """Before Endive there were none."""
    for given in client.v1.webhook_endpoints.list().data:
        client.v1.webhook_endpoints.delete(given.id)
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
    given = client.v1.webhook_endpoints.list().data[0]
    client.v1.webhook_endpoints.update(given.id, {"enabled_events": ["price.created"]})
    _products(client, 1)
    client.v1.webhook_endpoints.update(given.id, {"enabled_events": ["*"], "disabled": True})
    _products(client, 1)
    twin.settle()
    assert endpoint.bodies == []

    with pytest.raises(stripe.InvalidRequestError, match="delivers only to"):
        client.v1.webhook_endpoints.create({"url": "https://elsewhere.example/", "enabled_events": ["*"]})


def test_an_endpoint_that_fails_for_nine_days_is_disabled(
    twin: Twin, client: stripe.StripeClient, endpoint: Endpoint, address: str
) -> None:
    """Until somebody enables it again."""
    endpoint.answers = [500] * 1000
    for _ in range(10):
        _products(client, 1)
        twin.advance(DAY)
    assert client.v1.webhook_endpoints.list().data[0].status == "disabled"

    endpoint.answers.clear()
    requests.post(f"{address}/do/enable", timeout=5)
    tried = len(endpoint.bodies)
    _products(client, 1)
    twin.settle()
    assert len(endpoint.bodies) == tried + 1


def test_a_failed_call_had_no_effect_and_its_key_remembers(twin: Twin, client: stripe.StripeClient) -> None:
    """The library tries again with the same key and is answered the same 500; a new key succeeds."""
    _suffer(twin, api_500=1.0)
    with pytest.raises(stripe.APIError):
        client.v1.products.create({"name": "x"}, {"idempotency_key": "first"})
    _suffer(twin)
    with pytest.raises(stripe.APIError):
        client.v1.products.create({"name": "x"}, {"idempotency_key": "first"})
    assert client.v1.products.list().data == []
    assert client.v1.products.create({"name": "x"}, {"idempotency_key": "second"}).name == "x"


def test_too_many_calls_are_answered_429(twin: Twin, client: stripe.StripeClient) -> None:
    """By chaos; the library does not try again by itself."""
    _suffer(twin, api_429=1.0)
    with pytest.raises(stripe.RateLimitError):
        client.v1.balance.retrieve()


def test_a_call_may_take_effect_and_its_connection_break(twin: Twin, client: stripe.StripeClient, address: str) -> None:
    """A caller that asks again with the same key gets the answer that got lost."""
    _suffer(twin, api_reset=1.0)
    headers = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": "k"}
    broken = pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError))
    with (
        requests.post(f"{address}/v1/products", {"name": "x"}, headers=headers, timeout=5, stream=True) as answer,
        broken,
    ):
        answer.json()
    _suffer(twin)
    again = client.v1.products.create({"name": "x"}, {"idempotency_key": "k"})

    assert [product.id for product in client.v1.products.list().data] == [again.id]


def test_a_call_may_take_effect_and_its_answer_never_come(
    twin: Twin, client: stripe.StripeClient, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller loses patience; asked again with the same key, there is still only one."""
    monkeypatch.setattr(sandbox.api.faults, "LOST_RESPONSE_SECONDS", 1.0)
    _suffer(twin, api_lost=1.0)
    with pytest.raises(requests.ReadTimeout):
        requests.post(
            f"{address}/v1/products",
            data={"name": "x"},
            headers={"Authorization": f"Bearer {KEY}", "Idempotency-Key": "k"},
            timeout=0.3,
        )
    _suffer(twin)
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
def test_the_same_seed_strikes_the_same_subjects(seed: int, same: bool) -> None:
    """Chance depends on the seed and on what it is about, not on when or how often it is asked."""
    struck = []
    for one_seed in (5, seed):
        twin = open_twin(settings(), seed=one_seed)
        _suffer(twin, dropped=0.5)
        struck.append([fault_occurs(twin.world, "dropped", str(number)) for number in range(64)])
        twin.close()

    assert (struck[0] == struck[1]) == same
    assert 16 < sum(struck[0]) < 48

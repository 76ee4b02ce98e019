"""The API as Stripe's: form encoding, errors, expand, lists, idempotency keys."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
import stripe
from hypothesis import given, settings
from hypothesis import strategies as st
from stripe._encode import _api_encode

from sandbox.api.errors import ApiError
from sandbox.api.form_encoding import decode
from sandbox.twin import Twin
from tests.examples import examples
from tests.sandbox.loopback import KEY, stripe_client

_names = st.text("abcdefghij_", min_size=1, max_size=8)
_printable = st.characters(exclude_categories=("C", "Z")) | st.just(" ")
_values = st.recursive(
    st.text(_printable, max_size=12),
    lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(_names, inner, min_size=1, max_size=3),
    max_leaves=12,
)


@settings(max_examples=examples(25))
@given(st.dictionaries(_names, _values, min_size=1, max_size=5))
def test_what_the_library_encodes_is_read_back(params: dict[str, Any]) -> None:
    """Any nesting of groups and lists, encoded by the official library."""
    assert decode(urlencode(list(_api_encode(params)))) == params


def test_metadata_with_numbers_for_keys_stays_a_group() -> None:
    """Other groups with numbered keys are lists; here the keys are names that the caller chose."""
    assert decode("metadata[0]=a&metadata[1]=b&x[0]=c&expand[]=d&expand[]=e") == {
        "metadata": {"0": "a", "1": "b"},
        "x": ["c"],
        "expand": ["d", "e"],
    }


@pytest.mark.parametrize(
    "form", ["a[b=1", "a=1&a[b]=2", "[a]=1", "a" + "[b]" * 12 + "=1", "a=%ff", "&".join(["a=1"] * 1001)]
)
def test_a_form_that_cannot_be_read_is_refused(form: str) -> None:
    """Broken names, a name both plain and nested, nesting without end, bytes that are no text."""
    with pytest.raises(ApiError):
        decode(form)


def _refusal(client: stripe.StripeClient, params: Any) -> tuple[str | None, str | None]:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.checkout.sessions.create(params)
    assert refused.value.http_status == 400
    assert refused.value.request_id is not None
    return refused.value.code, refused.value.param


def test_unknown_parameters_are_refused_by_name(client: stripe.StripeClient, gift: Any) -> None:
    """Also those that older versions knew, at any depth."""
    line = gift["line_items"][0]

    assert _refusal(client, gift | {"payment_method_types": ["card"]}) == ("parameter_unknown", "payment_method_types")
    assert _refusal(client, gift | {"line_items": [{**line, "amount": 5}]}) == (
        "parameter_unknown",
        "line_items[0][amount]",
    )


def test_bad_and_missing_parameters_are_refused_by_name(client: stripe.StripeClient, gift: Any) -> None:
    """Each with Stripe's code."""
    line = gift["line_items"][0]
    price: dict[str, Any] = line["price_data"]

    def with_price(**changes: Any) -> dict[str, Any]:
        return {**gift, "line_items": [{**line, "price_data": {**price, **changes}}]}

    assert _refusal(client, {k: v for k, v in gift.items() if k != "mode"}) == ("parameter_missing", "mode")
    assert _refusal(client, gift | {"success_url": ""}) == ("parameter_invalid_empty", "success_url")
    assert _refusal(client, with_price(unit_amount="25.5"))[0] == "parameter_invalid_integer"
    assert _refusal(client, with_price(unit_amount=29)) == ("amount_too_small", "line_items")
    assert _refusal(client, with_price(unit_amount=100_000_000)) == ("amount_too_large", "line_items")
    assert _refusal(client, with_price(currency="xyz")) == (None, "line_items[0][price_data][currency]")
    assert _refusal(client, gift | {"expires_at": 5}) == (None, "expires_at")
    assert _refusal(client, gift | {"expand": ["mode"]}) == (None, "expand")


def test_unknown_ids_and_addresses_are_404(address: str, client: stripe.StripeClient) -> None:
    """In Stripe's shape."""
    with pytest.raises(stripe.InvalidRequestError) as missing:
        client.v1.charges.retrieve("ch_none")
    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")

    answer = requests.get(f"{address}/v1/nothing", auth=None, headers={"Authorization": f"Bearer {KEY}"}, timeout=5)
    assert answer.status_code == 404
    assert answer.json()["error"]["message"].startswith("Unrecognized request URL (GET: /v1/nothing)")
    assert answer.headers["Request-Id"].startswith("req_")


def test_another_key_is_401(address: str) -> None:
    """And the message does not repeat the key."""
    with pytest.raises(stripe.AuthenticationError) as refused:
        stripe_client(address, "sk_live_1234567890abcdefghijkl").v1.balance.retrieve()
    assert "sk_live_********ijkl" in str(refused.value)
    assert requests.get(f"{address}/v1/balance", timeout=5).status_code == 401


def test_the_library_pages_through_lists_both_ways(client: stripe.StripeClient) -> None:
    """25 products, newest first, ten at a time; and back again."""
    made = [client.v1.products.create({"name": f"Campaign {n}", "id": f"camp_{n}"}).id for n in range(25)]

    assert [product.id for product in client.v1.products.list({"limit": 10}).auto_paging_iter()] == made[::-1]
    back = client.v1.products.list({"limit": 10, "ending_before": made[0]})
    assert [product.id for product in back.auto_paging_iter()] == made[1:]
    assert client.v1.products.list({"ids": ["camp_3", "camp_4"]}).data[0].id == "camp_4"


def test_an_unknown_cursor_is_refused(client: stripe.StripeClient) -> None:
    """400 with the name of the parameter."""
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.products.list({"starting_after": "prod_none"})
    assert (refused.value.http_status, refused.value.param) == (400, "starting_after")


def test_expand_replaces_ids_in_objects_and_lists(twin: Twin, client: stripe.StripeClient, gift: Any) -> None:
    """Several levels deep, inside lists, and includable fields."""
    session = client.v1.checkout.sessions.create(gift)
    charge = twin.pay(session.id)
    twin.advance(2)

    seen = client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent.latest_charge.balance_transaction", "line_items.data.price.product"]}
    ).to_dict()
    assert seen["payment_intent"]["latest_charge"]["balance_transaction"]["net"] == 2442
    assert seen["line_items"]["data"][0]["price"]["product"]["name"] == "A gift"

    listed = client.v1.balance_transactions.list({"expand": ["data.source"]}).data[0].to_dict()
    assert listed["source"]["id"] == charge["id"]
    assert client.v1.charges.retrieve(charge["id"]).payment_intent == seen["payment_intent"]["id"]


def test_a_key_gives_the_same_answer_again(client: stripe.StripeClient, gift: Any) -> None:
    """And marks it as a replay."""
    first = client.v1.checkout.sessions.create(gift, {"idempotency_key": "gift-1"})
    again = client.v1.checkout.sessions.create(gift, {"idempotency_key": "gift-1"})

    assert again.to_dict() == first.to_dict()
    assert again.last_response is not None
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert len(client.v1.checkout.sessions.list().data) == 1


def test_a_key_with_other_parameters_is_refused(client: stripe.StripeClient, gift: Any) -> None:
    """And an error before the call ran is not saved."""
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.create(gift | {"nonsense": "1"}, {"idempotency_key": "gift-1"})
    client.v1.checkout.sessions.create(gift, {"idempotency_key": "gift-1"})
    with pytest.raises(stripe.IdempotencyError):
        client.v1.checkout.sessions.create(gift | {"submit_type": "pay"}, {"idempotency_key": "gift-1"})


def test_a_key_is_deleted_after_a_day(twin: Twin, client: stripe.StripeClient, gift: Any) -> None:
    """Then the same request is a new one."""
    first = client.v1.checkout.sessions.create(gift, {"idempotency_key": "gift-1"})
    twin.advance(24 * 3600 + 1)

    assert client.v1.checkout.sessions.create(gift, {"idempotency_key": "gift-1"}).id != first.id


def test_twenty_requests_with_one_key_open_one_session(client: stripe.StripeClient, gift: Any) -> None:
    """The library retries the conflicts by itself."""
    gate = threading.Barrier(20)

    def create() -> str:
        gate.wait()
        return client.v1.checkout.sessions.create(gift, {"idempotency_key": "gift-1", "max_network_retries": 10}).id

    with ThreadPoolExecutor(20) as threads:
        ids = {future.result() for future in [threads.submit(create) for _ in range(20)]}

    assert len(ids) == 1


def test_products_are_kept_and_updated(client: stripe.StripeClient) -> None:
    """One product per campaign, under our own id; metadata is merged, an empty value removes its key."""
    client.v1.products.create({"id": "camp_1", "name": "Bridges", "metadata": {"a": "1", "b": "2"}})
    changed = client.v1.products.update("camp_1", {"name": "Bridges!", "metadata": {"a": "", "c": "3"}})

    assert (changed.name, changed.metadata.to_dict()) == ("Bridges!", {"b": "2", "c": "3"})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.products.create({"id": "camp_1", "name": "Again"})
    assert refused.value.code == "resource_already_exists"


class _InThreads(stripe.RequestsClient):
    """The library's asynchronous HTTP client, over its synchronous one, without httpx and aiohttp."""

    async def request_async(self, *args: Any, **kwargs: Any) -> Any:
        return await asyncio.to_thread(self.request, *args, **kwargs)

    async def sleep_async(self, secs: float) -> None:
        await asyncio.sleep(secs)


def test_the_async_client_is_served_too(address: str) -> None:
    """Its own pagination, expand, idempotency and retries, many calls at once."""
    client = stripe.StripeClient(
        KEY, base_addresses={"api": address}, http_client=_InThreads(timeout=10), max_network_retries=10
    )

    async def call() -> tuple[list[str], set[str]]:
        await asyncio.gather(*(client.v1.products.create_async({"name": f"{n}", "id": f"p{n}"}) for n in range(25)))
        pages = await client.v1.products.list_async({"limit": 10})
        walked = [product.id async for product in pages.auto_paging_iter()]
        same = {"idempotency_key": "one"}
        made = [client.v1.products.create_async({"name": "again"}, same) for _ in range(5)]  # type: ignore[arg-type]
        return walked, {product.id for product in await asyncio.gather(*made)}

    walked, made = asyncio.run(call())
    assert sorted(walked) == sorted(f"p{n}" for n in range(25))
    assert len(made) == 1

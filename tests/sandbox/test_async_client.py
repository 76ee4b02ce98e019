"""The official library's asynchronous client, as it is, over a real socket."""

import asyncio
from typing import Any

import pytest
import stripe
from stripe import HTTPXClient, StripeClient

from sandbox.chaos import ChaosSettings, set_chaos
from sandbox.twin import Twin
from tests.sandbox.loopback import KEY

# The library's own use of httpx is deprecated there; this repository cannot change that.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_the_asynchronous_client_pages_expands_repeats_and_is_refused(address: str, gift: Any) -> None:
    """Auto-paging, expand, idempotency and errors, as with the synchronous client."""

    async def give() -> None:
        http: Any = HTTPXClient()
        client = StripeClient(KEY, base_addresses={"api": address}, http_client=http)
        options: Any = {"idempotency_key": "one"}
        first = await client.v1.checkout.sessions.create_async(gift, options)
        again = await client.v1.checkout.sessions.create_async(gift, options)
        assert first.id == again.id
        for _ in range(4):
            await client.v1.checkout.sessions.create_async(gift)
        page = await client.v1.checkout.sessions.list_async({"limit": 2})
        assert len([session.id async for session in page.auto_paging_iter()]) == 5
        seen = await client.v1.checkout.sessions.retrieve_async(first.id, {"expand": ["line_items"]})
        assert seen.line_items
        assert seen.line_items.data[0].amount_total == 2500
        old_way: Any = {**gift, "payment_method_types": ["card"]}
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await client.v1.checkout.sessions.create_async(old_way)
        assert refused.value.code == "parameter_unknown"
        await http.close_async()

    asyncio.run(give())


def test_the_asynchronous_client_tries_again_and_nothing_is_done_twice(address: str, twin: Twin) -> None:
    """A third of the calls are cut off; the key is the same at each try."""
    with twin.world.step():
        set_chaos(twin.world, ChaosSettings(api_reset=0.3))

    async def make() -> int:
        http: Any = HTTPXClient()
        client = StripeClient(KEY, base_addresses={"api": address}, http_client=http, max_network_retries=8)
        for number in range(5):
            await client.v1.products.create_async({"name": f"Appeal {number}"})
        page = await client.v1.products.list_async({"limit": 100})
        await http.close_async()
        return len(page.data)

    assert asyncio.run(make()) == 5

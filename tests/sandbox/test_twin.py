"""The twin as a whole: mounted under a path, in another process, with its own threads."""

import asyncio
import threading
from typing import Any

import pytest
import requests
from starlette.applications import Starlette
from starlette.routing import Mount

from sandbox.twin import Twin, TwinSettings, open_twin
from tests.sandbox.loopback import KEY, served_app, settings, stripe_client


def test_a_key_that_could_be_real_is_refused() -> None:
    """The twin must never be mistaken for Stripe, nor Stripe for the twin."""
    with pytest.raises(ValueError, match="sk_test_sandbox_"):
        TwinSettings("http://127.0.0.1", "sk_test_51abc", None, "whsec_x", "The Alliance")


def test_ids_begin_with_their_second_as_stripes_do(twin: Twin) -> None:
    """Ids of later seconds sort later; within a second ids have no order, so that no caller can rely on one."""
    ids_by_second = []
    for _ in range(5):
        with twin.world.step():
            ids_by_second.append([twin.world.random.new_id("ch_") for _ in range(20)])
        twin.advance(1)

    assert {len(id_) for ids in ids_by_second for id_ in ids} == {len("ch_") + 24}
    in_order = [id_ for ids in ids_by_second for id_ in sorted(ids)]
    assert in_order == sorted(in_order)
    assert all(ids != sorted(ids) for ids in ids_by_second)


def test_it_is_at_home_under_any_prefix(twin: Twin, gift: Any) -> None:
    """Its links begin with its public address."""
    with served_app(Starlette(routes=[Mount("/sandbox", twin.app)])) as url:
        twin.attach(public_url=f"{url}/sandbox")
        session = stripe_client(f"{url}/sandbox").v1.checkout.sessions.create(gift)

        assert str(session.url).startswith(f"{url}/sandbox/checkout/cs_test_")
        page = requests.get(str(session.url), timeout=5).text
        assert f'href="{url}/sandbox/static/twin.css"' in page
        assert requests.get(f"{url}/sandbox/static/twin.css", timeout=5).headers["Content-Type"].startswith("text/css")
        assert (
            requests.get(f"{url}/sandbox/v1/none", headers={"Authorization": f"Bearer {KEY}"}, timeout=5)
            .json()["error"]["message"]
            .startswith("Unrecognized request URL (GET: /v1/none)")
        )


def test_it_answers_only_under_its_own_name(address: str) -> None:
    """Another host name that resolves to this machine gets status 421."""
    for host, status in (("evil.example", 421), ("[", 421), ("localhost", 200)):
        assert requests.get(address, headers={"Host": host}, timeout=5).status_code == status


def test_its_threads_end_with_its_lifespan() -> None:
    """No thread runs once the server has stopped."""
    twin = open_twin(settings())

    async def count_threads() -> int:
        async with twin.lifespan():
            return sum(thread.name.startswith("twin-delivery") for thread in threading.enumerate())

    assert asyncio.run(count_threads()) == 5
    assert not any(thread.name.startswith("twin") for thread in threading.enumerate())

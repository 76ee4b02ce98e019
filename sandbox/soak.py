"""Soak: how fast the twin is and how little it remembers in RAM, measured; and a long random life."""

import resource
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.random_activity import RandomActivity
from sandbox.twin import Twin, TwinSettings, open_twin

START = 1_767_225_600.0
_DAY = 86_400.0
_THANKS = "https://give.example/thanks?session_id={CHECKOUT_SESSION_ID}"


@dataclass(frozen=True)
class Figures:
    """What was measured: things done, real seconds, seconds of one processor, peak memory in MB."""

    done: int
    seconds: float
    processor: float
    peak: float
    grown: float = 0.0
    """Growth of the peak memory over the second half, in MB."""


def quiet_twin(path: Path | None = None, seed: int = 0) -> Twin:
    """A twin without an endpoint, standing still at the start of 2026."""
    settings = TwinSettings("https://twin.example", "sk_test_sandbox_soak", None, "whsec_soak", "Soak")
    twin = open_twin(settings, path, seed=seed)
    twin.world.clock.set(START)
    return twin


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def open_session(twin: Twin, product: str, number: int, **recurring: Any) -> str:
    """A session for £10 through the API, with all of its reading, checking and remembering."""
    price = {"currency": "gbp", "product": product, "unit_amount": 1000, **recurring}
    status, session = twin.api.request(
        "POST",
        "/v1/checkout/sessions",
        {
            "mode": "subscription" if recurring else "payment",
            "success_url": _THANKS,
            "line_items": [{"price_data": price, "quantity": 1}],
            "metadata": {"gift_id": str(number)},
        },
        f"gift-{number}",
    )
    assert status == 200, session
    return str(session["id"])


def give(gifts: int, path: Path | None = None) -> Figures:
    """So many sessions, each opened through the API, paid and settled; a thousand to a simulated day."""
    twin = quiet_twin(path)
    try:
        product = str(twin.api.request("POST", "/v1/products", {"name": "Campaign"})[1]["id"])
        began, processor, halfway = time.perf_counter(), time.process_time(), 0.0
        for number in range(gifts):
            twin.pay(open_session(twin, product, number))
            if number % 1000 == 999:
                twin.advance(_DAY)
            if number == gifts // 2:
                halfway = _peak()
        twin.advance(2)
        seconds, processor = time.perf_counter() - began, time.process_time() - processor
        return Figures(gifts, seconds, processor, _peak(), _peak() - halfway)
    finally:
        twin.close()


def pass_time(givers: int, days: int, path: Path | None = None) -> Figures:
    """So many monthly givers, and so many days of their lives; `done` counts the renewals."""
    twin = quiet_twin(path)
    try:
        product = str(twin.api.request("POST", "/v1/products", {"name": "Campaign"})[1]["id"])
        for number in range(givers):
            twin.pay(open_session(twin, product, number, recurring={"interval": "month"}))
        began, processor = time.perf_counter(), time.process_time()
        twin.advance(days * _DAY)
        seconds, processor = time.perf_counter() - began, time.process_time() - processor
        paid = twin.world.store.query("SELECT count(*) FROM object WHERE kind = 'charge'")[0][0]
        return Figures(int(paid) - givers, seconds, processor, _peak())
    finally:
        twin.close()


def live(steps: int, seed: int = 0, path: Path | None = None) -> Figures:
    """A long random life, checked by whoever calls (the tests look at every object)."""
    twin = quiet_twin(path, seed)
    try:
        life = RandomActivity(twin, seed)
        began, processor = time.perf_counter(), time.process_time()
        for _ in range(steps):
            life.step()
        return Figures(steps, time.perf_counter() - began, time.process_time() - processor, _peak())
    finally:
        twin.close()

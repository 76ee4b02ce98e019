"""Soak: measures how fast the twin is, and how much memory it needs."""

import resource
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.twin import Twin, TwinSettings, open_twin

START = 1_767_225_600.0
"""1 January 2026, the second at which every measurement starts."""
_DAY = 86_400.0
_THANKS = "https://give.example/thanks?session_id={CHECKOUT_SESSION_ID}"


@dataclass(frozen=True)
class SoakFigures:
    """What was measured."""

    done: int
    """Payments, renewals or steps."""
    seconds: float
    """Real seconds."""
    processor: float
    """Seconds of processor time."""
    peak: float
    """Peak memory in MB."""
    grown: float = 0.0
    """Growth of the peak memory over the second half, in MB."""


def stopped_twin(path: Path | None = None, seed: int = 0) -> Twin:
    """A twin without an endpoint, whose clock is stopped at the start of 2026."""
    settings = TwinSettings("https://twin.example", "sk_test_sandbox_soak", None, "whsec_soak", "Soak")
    twin = open_twin(settings, path, seed=seed)
    twin.world.clock.set(START)
    return twin


def _peak_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _create_session(twin: Twin, product: str, number: int, **recurring: Any) -> str:
    """Create a session for £10 through the API, with an idempotency key; its id."""
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


def measure_payments(gifts: int, path: Path | None = None) -> SoakFigures:
    """Measure this many payments, each with a session created through the API; a thousand on each simulated day."""
    twin = stopped_twin(path)
    try:
        product = str(twin.api.request("POST", "/v1/products", {"name": "Campaign"})[1]["id"])
        began, processor, halfway = time.perf_counter(), time.process_time(), 0.0
        for number in range(gifts):
            twin.pay(_create_session(twin, product, number))
            if number % 1000 == 999:
                twin.advance(_DAY)
            if number == gifts // 2:
                halfway = _peak_memory()
        twin.advance(2)
        seconds, processor = time.perf_counter() - began, time.process_time() - processor
        return SoakFigures(gifts, seconds, processor, _peak_memory(), _peak_memory() - halfway)
    finally:
        twin.close()


def measure_renewals(givers: int, days: int, path: Path | None = None) -> SoakFigures:
    """Measure the renewals of this many monthly subscriptions over this many days."""
    twin = stopped_twin(path)
    try:
        product = str(twin.api.request("POST", "/v1/products", {"name": "Campaign"})[1]["id"])
        for number in range(givers):
            twin.pay(_create_session(twin, product, number, recurring={"interval": "month"}))
        began, processor = time.perf_counter(), time.process_time()
        twin.advance(days * _DAY)
        seconds, processor = time.perf_counter() - began, time.process_time() - processor
        paid = twin.world.store.query("SELECT count(*) FROM object WHERE kind = 'charge'")[0][0]
        return SoakFigures(int(paid) - givers, seconds, processor, _peak_memory())
    finally:
        twin.close()

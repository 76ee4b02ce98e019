"""A session that is requested twice is opened once: the idempotency key is the gift with its attempt."""

from dataclasses import replace
from datetime import timedelta

from tests.books.simulation import PURPOSES, Simulation, simulate


def _sessions(simulation: Simulation) -> int:
    return len(simulation.ask("GET", "/v1/checkout/sessions", limit=100)["data"])


def test_a_gift_asked_for_twice_has_one_session() -> None:
    """A form sent twice, or an answer that never came: the donor is sent to the same page."""
    with simulate() as simulation:
        gift = simulation.pledge(2500)
        again = simulation.gateway.open_checkout(gift, PURPOSES)

        assert (again.session_id, _sessions(simulation)) == (simulation.sessions[gift.id], 1)


def test_another_try_has_another_session() -> None:
    """Later, because the first was away or has expired: a new question under a new key."""
    with simulate() as simulation:
        gift = simulation.pledge(2500)
        simulation.wait(25 * 60)
        assert gift.attempted_at is not None
        later = replace(gift, attempts=2, attempted_at=gift.attempted_at + timedelta(minutes=25))

        assert simulation.gateway.open_checkout(later, PURPOSES).session_id != simulation.sessions[gift.id]
        assert _sessions(simulation) == 2

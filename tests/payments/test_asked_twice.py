"""What is asked of Stripe twice is done once: the idempotency key is the gift and its try."""

from dataclasses import replace
from datetime import timedelta

from tests.books.stage import PURPOSES, Stage, stage


def _sessions(on: Stage) -> int:
    return len(on.ask("GET", "/v1/checkout/sessions", limit=100)["data"])


def test_a_gift_asked_for_twice_has_one_session() -> None:
    """A form sent twice, or an answer that never came: the donor is sent to the same page."""
    with stage() as on:
        gift = on.pledge(2500)
        again = on.gateway.open_checkout(gift, PURPOSES)

        assert (again.session_id, _sessions(on)) == (on.sessions[gift.id], 1)


def test_another_try_has_another_session() -> None:
    """Later, because the first was away or has expired: a new question under a new key."""
    with stage() as on:
        gift = on.pledge(2500)
        on.wait(25 * 60)
        assert gift.attempted_at is not None
        later = replace(gift, attempts=2, attempted_at=gift.attempted_at + timedelta(minutes=25))

        assert on.gateway.open_checkout(later, PURPOSES).session_id != on.sessions[gift.id]
        assert _sessions(on) == 2

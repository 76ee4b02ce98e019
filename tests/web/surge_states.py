"""The pages that donors meet in a crowd, in every state."""

from ledger.money import GBP, Money
from tests.web.states import ASK, State

# No number solves it, so the page stays where it is.
PUZZLE = '{"salt": "<&>", "challenge": "0000", "maxnumber": 1}'


def queue(place: int, minutes: int, *, has_begun: bool = True, payment_link: str | None = None) -> State:
    """The page on which a donor waits for payment, or which a letter leads to."""
    values = {"campaign": ASK, "amount": Money(2500, GBP), "ticket": "0" * 32, "has_begun": has_begun}
    shown = {"place": place, "minutes": minutes, "refresh_seconds": 5, "payment_link": payment_link}
    return State("payments/queue.html", values | shown)


SURGE_STATES = {
    "queue": queue(7, 0),
    "queue, long": queue(43_210, 40, payment_link="https://give.example/stripe/link"),
    "queue, from a letter": queue(1, 0, has_begun=False),
    "puzzle": State(
        "payments/puzzle.html",
        {"campaign": ASK, "fields": {"name": "<Zoë>"}, "puzzle": PUZZLE, "email": "zoe@example.org"},
    ),
    "continue sent": State("payments/continue_sent.html", {"email": "zoe@example.org"}),
}

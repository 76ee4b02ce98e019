"""What a donor is told of a gift besides its receipt: jobs, queued in the transaction that makes it so."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.engine import Connection

from outbox.jobs import enqueue_many
from payments.gifts.gift import GiftState

# Post a letter about a gift that is in this state: {"of": its id, "state": GiftState}.
TELL_STATE = "gift.state"
# Post a letter about a refund: {"of": its id}.
TELL_REFUND = "gift.refund"
_TOLD = (GiftState.PROCESSING, GiftState.EXPIRED, GiftState.FAILED)


def queue_states(conn: Connection, states: Mapping[str, GiftState], now: datetime) -> None:
    """Queue the letters about gifts that have come into these states."""
    jobs = [
        (f"{gift}:{state}", {"of": gift, "state": state.value})
        for gift, state in sorted(states.items())
        if state in _TOLD
    ]
    enqueue_many(conn, TELL_STATE, jobs, now=now)


def queue_refunds(conn: Connection, refunds: Iterable[str], now: datetime) -> None:
    """Queue the letters about refunds that were booked."""
    enqueue_many(conn, TELL_REFUND, [(refund, {"of": refund}) for refund in sorted(set(refunds))], now=now)

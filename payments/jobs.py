"""The kinds of jobs that what Stripe tells us leads to. Their handlers stand beside what they do."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.engine import Connection

from outbox.jobs import enqueue_many
from payments.happenings import BalanceMoved, Happening, StatusMayDiffer

# Fetch a subscription, dispute or payout and keep how it stands: {"what": Watched, "id": …}.
LOOK = "stripe.look"
# Read the lines of Stripe's balance that we lack. One subject, so at most one such job waits.
SETTLE = "stripe.settle"
EVERYTHING = "all"


def queue_jobs(conn: Connection, happenings: Sequence[Happening], now: datetime) -> None:
    """Have Stripe asked for what these happenings only hint at."""
    looks = {
        f"{one.what}:{one.id}": {"what": one.what.value, "id": one.id}
        for one in happenings
        if isinstance(one, StatusMayDiffer)
    }
    enqueue_many(conn, LOOK, list(looks.items()), now=now)
    if any(isinstance(one, BalanceMoved) for one in happenings):
        enqueue_many(conn, SETTLE, [(EVERYTHING, {})], now=now)

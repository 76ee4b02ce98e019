"""The kinds of jobs that what Stripe tells us leads to. Their handlers stand beside what they do."""

from datetime import datetime

from sqlalchemy.engine import Connection

from outbox.jobs import enqueue_many
from payments.facts.heard import Heard
from payments.happenings import BalanceMoved, StatusMayDiffer

# Fetch a subscription, dispute or payout and keep how it stands: {"what": Watched, "id": …}.
LOOK = "stripe.look"
# Read the lines of Stripe's balance that we lack. One subject, so at most one such job waits.
SETTLE = "stripe.settle"
EVERYTHING = "all"


def queue_jobs(conn: Connection, heard: Heard, now: datetime) -> None:
    """Have Stripe asked for what these happenings only hint at."""
    looks = {f"{one.what}:{one.id}": {"what": one.what.value, "id": one.id} for one, _ in heard.of(StatusMayDiffer)}
    enqueue_many(conn, LOOK, list(looks.items()), now=now)
    if heard.of(BalanceMoved):
        enqueue_many(conn, SETTLE, [(EVERYTHING, {})], now=now)

"""The kinds of jobs that Stripe's messages lead to. Their handlers are in `payments/settlement/jobs.py`."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.engine import Connection

from outbox.jobs import enqueue_many
from payments.reading.happenings import StatusChanged

# Fetch a subscription, dispute, payout or a link's session and keep its status: {"what": StatusObject, "id": …}.
FETCH_STATUS = "stripe.look"
# Read the lines of Stripe's balance that we lack. One subject, so at most one such job waits.
SETTLE = "stripe.settle"
EVERYTHING = "all"


def queue_statuses(conn: Connection, changed: Sequence[StatusChanged], now: datetime) -> None:
    """Queue the jobs that fetch these objects, each once."""
    work = {f"{status.what}:{status.id}": {"what": status.what.value, "id": status.id} for status in changed}
    enqueue_many(conn, FETCH_STATUS, list(work.items()), now=now)


def queue_settlement(conn: Connection, now: datetime) -> None:
    """Queue the job that reads the new lines of Stripe's balance."""
    enqueue_many(conn, SETTLE, [(EVERYTHING, {})], now=now)

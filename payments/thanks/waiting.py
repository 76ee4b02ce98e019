"""A donor has come back from Stripe, and no message has said yet that they have paid: since when they wait.

The first look at the thank-you page queues a job, which asks Stripe for the session. It serves all who look.
"""

from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from outbox.jobs import enqueue, payload_of

# Ask Stripe what became of a checkout: {"session": id, "since": instant}. Its handler is in `payments/settlement/`.
ASK_SESSION = "stripe.session"
# Stripe's messages come within a second or two. After ten they may not come at all.
ASK_AFTER = timedelta(seconds=10)
LONG_AFTER = timedelta(seconds=30)


def looked_since(conn: Connection, session_id: str) -> datetime | None:
    """When somebody first looked for the gift of this session; None while nobody waits."""
    payload = payload_of(conn, ASK_SESSION, session_id)
    return datetime.fromisoformat(payload["since"]) if payload else None


def begin_to_wait(conn: Connection, session_id: str, now: datetime) -> None:
    """Queue the question to Stripe. Who looks after the first changes nothing."""
    enqueue(conn, ASK_SESSION, session_id, {"session": session_id, "since": now.isoformat()}, now=now + ASK_AFTER)

"""What the worker does about received gifts: it looks again at those that wait, and at all when the regime changes.

Each portion is a transaction of its own: a gift that comes meanwhile waits for one portion, not for all.
"""

from datetime import date

from sqlalchemy.engine import Engine

from compliance.gate import CheckGate
from compliance.wait_store import LOOK_AGAIN
from compliance.wait_views import waiting_gifts
from database.instants import Clock
from database.transactions import booking, reading
from organisation.store import REGIME_CHANGED
from outbox.jobs import Payload
from outbox.worker import Handler

WAITING_TOGETHER = 50


class GiftsStillWait(Exception):
    """Gifts could not be looked at yet. The job is tried again, at least once an hour."""


def look_at_waiting(engine: Engine, gate: CheckGate, clock: Clock) -> int:
    """Look again at each gift that waits; how many still do."""
    with reading(engine) as conn:
        waiting = [gift.gift_id for gift in waiting_gifts(conn)]
    still = 0
    for first in range(0, len(waiting), WAITING_TOGETHER):
        with booking(engine) as conn:
            still += gate.look_again(conn, waiting[first : first + WAITING_TOGETHER], clock())
    return still


def look_at_all(engine: Engine, gate: CheckGate, since: date, clock: Clock) -> None:
    """Open what is due of everything that came since a day: a rule or a regime has changed."""
    with reading(engine) as conn:
        portions = gate.portions(conn, since)
    for donors in portions:
        with booking(engine) as conn:
            gate.look_at_portion(conn, donors, since, clock())
    look_at_waiting(engine, gate, clock)


def compliance_jobs(engine: Engine, gate: CheckGate, clock: Clock) -> dict[str, Handler]:
    """The worker's handlers of LOOK_AGAIN and REGIME_CHANGED."""

    def look_again(_payload: Payload) -> None:
        still = look_at_waiting(engine, gate, clock)
        if still:
            raise GiftsStillWait(f"{still} gifts wait for a value in pounds or for a rule: see /desk/waiting-gifts")

    def regime_changed(payload: Payload) -> None:
        look_at_all(engine, gate, date.fromisoformat(payload["since"]), clock)

    return {LOOK_AGAIN: look_again, REGIME_CHANGED: regime_changed}

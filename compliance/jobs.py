"""What the worker does about received gifts: it looks again at those that wait, and at all when the regime changes."""

from datetime import date

from sqlalchemy.engine import Engine

from compliance.gate import CheckGate
from compliance.wait_store import LOOK_AGAIN
from database.instants import Clock
from database.transactions import booking
from organisation.store import REGIME_CHANGED
from outbox.jobs import Payload
from outbox.worker import Handler


class GiftsStillWait(Exception):
    """Gifts could not be looked at yet. The job is tried again, at least once an hour."""


def compliance_jobs(engine: Engine, gate: CheckGate, clock: Clock) -> dict[str, Handler]:
    """The worker's handlers of LOOK_AGAIN and REGIME_CHANGED."""

    def look_again(_payload: Payload) -> None:
        with booking(engine) as conn:
            still = gate.look_at_waiting(conn, clock())
        if still:
            raise GiftsStillWait(f"{still} gifts wait for a value in pounds or for a rule: see /desk/waiting-gifts")

    def look_at_all(payload: Payload) -> None:
        with booking(engine) as conn:
            gate.look_at_all(conn, date.fromisoformat(payload["since"]), clock())

    return {LOOK_AGAIN: look_again, REGIME_CHANGED: look_at_all}

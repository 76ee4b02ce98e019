"""What `doctor` says of a surge."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection

from payments.giving.admission_store import PuzzleDemand, demand_at
from payments.giving.turns_store import waiting_turns


@dataclass(frozen=True, slots=True)
class SurgeState:
    """Whether everybody is asked for a puzzle, and how many donors wait in the queue before Stripe."""

    demand: PuzzleDemand | None = None
    waiting: int = 0


def surge_state(conn: Connection, now: datetime) -> SurgeState:
    """The surge as it is at this instant."""
    return SurgeState(demand_at(conn, now), waiting_turns(conn, now))

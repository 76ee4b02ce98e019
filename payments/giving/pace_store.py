"""How fast checkouts are opened: below Stripe's limit, in an order that all webs share.

Each checkout is given a moment, one after the other. Nobody has to count what was opened in the last second, and who
does not come at their moment keeps nobody waiting. A second, slower lane is for those who come late or were sent back
by Stripe, so that a crowd of them cannot pass the limit together with the first lane.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import put_rows
from payments.giving.tables import pace as table

# A Stripe sandbox takes so many new sessions a second (docs.stripe.com/rate-limits, read 2026-11).
STRIPE_LIMIT = 25
LONGEST_LINE = timedelta(hours=6)  # a moment further off was given by a clock that was wrong
_MILLION = 1_000_000


class Lane(StrEnum):
    """Whose moments these are: of gifts that come for the first time, or of those that come back."""

    NEW = "new"
    BACK = "back"


# Shares of the limit. Requests take unlike times to reach Stripe, so a part is left free.
_SHARE = {Lane.NEW: 0.76, Lane.BACK: 0.16}


@dataclass(frozen=True, slots=True)
class Pace:
    """Stripe's limit in sessions a second, and what follows from it."""

    limit: int = STRIPE_LIMIT

    def __post_init__(self) -> None:
        if self.limit < 1:
            raise ValueError("Stripe's limit is one session a second or more")

    def step(self, lane: Lane) -> timedelta:
        """From one moment of a lane to the next."""
        return timedelta(microseconds=round(_MILLION / (self.limit * _SHARE[lane])))

    def place(self, wait: timedelta) -> int:
        """How many are ahead of somebody who waits so long, with themselves: the place in the queue."""
        return max(1, -(-wait // self.step(Lane.NEW)))


def take_moment(conn: Connection, lane: Lane, pace: Pace, now: datetime) -> datetime:
    """The next moment of this lane, which is nobody else's: now, or later when others are ahead."""
    step = pace.step(lane) // timedelta(microseconds=1)
    farthest = LONGEST_LINE // timedelta(microseconds=1)
    # excluded.next_us is now and one step.
    following = (
        f"DO UPDATE SET next_us = CASE WHEN pace.next_us > excluded.next_us - {step}"
        f" AND pace.next_us < excluded.next_us + {farthest} THEN pace.next_us + {step} ELSE excluded.next_us END"
    )
    put_rows(conn, table, [{"lane": lane.value, "next_us": _microseconds(now) + step}], following)
    following_moment = line_ends_at(conn, lane)
    assert following_moment is not None
    return following_moment - pace.step(lane)


def hold_back(conn: Connection, lane: Lane, until: datetime) -> None:
    """Give no moment of this lane before this instant: Stripe has asked us to slow down."""
    row = {"lane": lane.value, "next_us": _microseconds(until)}
    later = "DO UPDATE SET next_us = CASE WHEN pace.next_us > excluded.next_us THEN pace.next_us"
    put_rows(conn, table, [row], f"{later} ELSE excluded.next_us END")


def line_ends_at(conn: Connection, lane: Lane) -> datetime | None:
    """The moment that the next one of this lane would be given, which may be past; None when there was none yet."""
    next_us = conn.scalar(sa.select(table.c.next_us).where(table.c.lane == lane.value))
    return None if next_us is None else _instant(next_us)


def _microseconds(instant: datetime) -> int:
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _instant(microseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)

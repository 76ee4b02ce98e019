"""Whose turn it is to be sent to Stripe. A gift that cannot be served at once waits here, in its order.

A turn is the gift's own, so who leaves and comes back, or sends the form again, still has it. The ticket is made from
the gift's id with our key: it says nothing of anybody, and nobody can guess one.
"""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from database.bulk import put_rows
from database.instants import Clock
from database.transactions import reading, writing
from payments.giving.pace_store import Lane, Pace, hold_back, take_moment
from payments.giving.tables import checkout_turn as table

# So long a browser is kept waiting for its page. Who must wait longer is shown the queue.
WITHIN_REQUEST = timedelta(seconds=3)
# Who comes so much after their moment is late, and takes one of the other lane.
ON_TIME = timedelta(seconds=2)
SENT_BACK, LONGEST_SENT_BACK = timedelta(seconds=4), timedelta(seconds=30)
HELD_BACK = timedelta(seconds=1)
KEPT = timedelta(days=2)

_t = table.c


@dataclass(frozen=True, slots=True)
class Turn:
    """A gift's turn. `turn_at` is not known until its donor asks for it; `taken_at` is when they took it up.

    `tries` counts how often Stripe has sent the donor back.
    """

    gift_id: str
    ticket: str
    turn_at: datetime | None = None
    taken_at: datetime | None = None
    tries: int = 0

    def wait(self, now: datetime) -> timedelta:
        """How long it is until this turn."""
        return max(timedelta(), self.turn_at - now) if self.turn_at else timedelta()

    def is_late(self, now: datetime) -> bool:
        """Whether its moment has passed."""
        return self.turn_at is not None and self.turn_at < now - ON_TIME


class Turns:
    """Gives turns. One that it returns as taken is the caller's to use at `turn_at`, which is seconds away at most."""

    def __init__(self, engine: Engine, clock: Clock, key: bytes, pace: Pace) -> None:
        self._engine, self._clock, self._key, self.pace = engine, clock, key, pace

    def ask(self, gift_id: str) -> Turn:
        """A turn for a gift whose form was just sent: it goes on at once, or waits. One that waits keeps its turn."""
        now = self._clock()
        with writing(self._engine) as conn:
            before = _turn_where(conn, _t.gift_id == gift_id)
            if before is not None and before.turn_at is not None:
                return self._take_up(conn, before, now)
            return self._first_moment(conn, before or Turn(gift_id, self.ticket(gift_id)), now)

    def invite(self, gift_id: str) -> Turn:
        """A turn that begins when its donor opens our letter and asks for it."""
        with writing(self._engine) as conn:
            before = _turn_where(conn, _t.gift_id == gift_id)
            turn = before or Turn(gift_id, self.ticket(gift_id))
            if before is None:
                _save(conn, turn, self._clock())
        return turn

    def look(self, ticket: str) -> Turn | None:
        """The turn of this ticket, as it stands."""
        with reading(self._engine) as conn:
            return _turn_where(conn, _t.ticket == ticket)

    def take_up(self, ticket: str) -> Turn | None:
        """The turn of this ticket, taken if its moment has come. Who only waits causes no write."""
        now, turn = self._clock(), self.look(ticket)
        if turn is None or turn.turn_at is None or turn.wait(now) > WITHIN_REQUEST:
            return turn
        with writing(self._engine) as conn:
            turn = _turn_where(conn, _t.ticket == ticket)
            return turn and self._take_up(conn, turn, now)

    def send_back(self, gift_id: str) -> Turn:
        """Stripe has asked us to slow down: this gift waits some seconds, longer each time, and so does the lane."""
        now = self._clock()
        with writing(self._engine) as conn:
            turn = _turn_where(conn, _t.gift_id == gift_id) or Turn(gift_id, self.ticket(gift_id))
            pause = min(SENT_BACK * 2**turn.tries, LONGEST_SENT_BACK)
            turn = replace(turn, turn_at=now + pause, taken_at=None, tries=min(turn.tries + 1, 10))
            hold_back(conn, Lane.NEW, now + HELD_BACK)
            _save(conn, turn, now)
        return turn

    def ticket(self, gift_id: str) -> str:
        """The ticket of a gift."""
        return hmac.digest(self._key, f"turn\n{gift_id}".encode(), "sha256").hex()[:32]

    def _first_moment(self, conn: Connection, turn: Turn, now: datetime) -> Turn:
        turn = replace(turn, turn_at=take_moment(conn, Lane.NEW, self.pace, now))
        if turn.wait(now) <= WITHIN_REQUEST:
            return replace(turn, taken_at=now)  # nothing to remember: the same form again is in time, or asks anew
        _save(conn, turn, now)
        return turn

    def _take_up(self, conn: Connection, turn: Turn, now: datetime) -> Turn:
        if turn.taken_at is None and turn.wait(now) > WITHIN_REQUEST:
            return turn
        if turn.taken_at is None and not turn.is_late(now):
            return replace(turn, taken_at=now) if _is_taken_by_us(conn, turn, now) else turn
        assert turn.turn_at is not None
        if turn.taken_at is not None and now < turn.turn_at + ON_TIME:  # opened this moment, perhaps in another tab
            return replace(turn, turn_at=turn.turn_at + ON_TIME, taken_at=None)
        moment = take_moment(conn, Lane.BACK, self.pace, now)
        later = replace(turn, turn_at=moment, taken_at=None)
        later = later if later.wait(now) > WITHIN_REQUEST else replace(later, taken_at=now)
        _save(conn, later, now)
        return later


def remove_old_turns(conn: Connection, now: datetime) -> None:
    """Remove turns whose gifts can no longer be paid: their forms are older than a day."""
    conn.execute(sa.delete(table).where(_t.made_at < now - KEPT))


def waiting_turns(conn: Connection, now: datetime) -> int:
    """How many donors wait for their turn."""
    waiting = sa.select(sa.func.count()).where(_t.taken_at.is_(None), _t.turn_at > now)
    return conn.scalar(waiting) or 0


def _turn_where(conn: Connection, condition: sa.ColumnElement[bool]) -> Turn | None:
    columns = (_t.gift_id, _t.ticket, _t.turn_at, _t.taken_at, _t.tries)
    row: Any = conn.execute(sa.select(*columns).where(condition)).first()
    return Turn(*row) if row else None


def _is_taken_by_us(conn: Connection, turn: Turn, now: datetime) -> bool:
    """Of two tabs that come at the same moment one takes the turn."""
    free = sa.and_(_t.gift_id == turn.gift_id, _t.taken_at.is_(None))
    return conn.execute(sa.update(table).where(free).values(taken_at=now)).rowcount == 1


def _save(conn: Connection, turn: Turn, now: datetime) -> None:
    row = {
        "gift_id": turn.gift_id,
        "ticket": turn.ticket,
        "made_at": now,
        "turn_at": turn.turn_at,
        "taken_at": turn.taken_at,
        "tries": turn.tries,
    }
    changed = ", ".join(f"{name} = excluded.{name}" for name in ("turn_at", "taken_at", "tries"))
    put_rows(conn, table, [row], f"DO UPDATE SET {changed}")

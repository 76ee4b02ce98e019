"""Gifts by what changed last, for programs that keep a copy. Writes nothing.

A gift changes with an entry of the books: paid, fee, refund, dispute, moved, taken back. Entries have one writer and
rising numbers, so the number of a gift's newest entry is its place: a gift that changes while a program reads moves to
the end of the list, and none is passed over. A gift in kind has no entry: such gifts come first, by their ids.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.lists import ListChoice, on_days
from database.questions import among
from ledger.tables import entry
from payments.gifts.offline import Means
from payments.gifts.tables import allocation, gift, offline_gift

_a, _e, _g, _o = allocation.c, entry.c, gift.c, offline_gift.c
_LONGEST_NUMBER = 18  # digits of an entry's number that fit its column
OVERLAP = timedelta(minutes=5)
"""An entry's time is taken before its writer's turn: so much earlier changes are read again, lest one be missed."""


class ChangedGift(NamedTuple):
    """A gift in the order of changes; `place` is where a program goes on after it."""

    gift_id: str
    place: str


def changed_gifts(
    conn: Connection, choice: ListChoice, since: datetime, after: str | None, limit: int
) -> list[ChangedGift]:
    """Received gifts that changed since then, the newest change last; `after` is the place of a row before."""
    earliest = since - OVERLAP
    numbered = after is not None and after.isdigit() and len(after) <= _LONGEST_NUMBER
    in_kind = [] if numbered else _in_kind(conn, choice, earliest, after, limit)
    if len(in_kind) == limit:
        return in_kind
    last_seen = int(after) if after is not None and numbered else _last_entry_before(conn, earliest)
    return in_kind + _with_entries(conn, choice, last_seen, limit - len(in_kind))


def last_changes_of(conn: Connection, gifts: Sequence[str]) -> dict[str, datetime]:
    """When each of these gifts changed last, if it was received."""
    booked = sa.select(_e.gift_id, sa.func.max(_e.posted_at)).where(among(conn, _e.gift_id, gifts)).group_by(_e.gift_id)
    typed = sa.select(_o.gift_id, _offline_change()).where(among(conn, _o.gift_id, gifts))
    by_hand = {row[0]: row[1] for row in conn.execute(typed)}
    return by_hand | {row[0]: row[1] for row in conn.execute(booked)}


def _offline_change() -> sa.ColumnElement[datetime]:
    return sa.func.coalesce(_o.taken_back_at, _o.entered_at, type_=_o.entered_at.type)


def _in_kind(
    conn: Connection, choice: ListChoice, earliest: datetime, after: str | None, limit: int
) -> list[ChangedGift]:
    query = (
        sa.select(_o.gift_id)
        .join(gift, _g.id == _o.gift_id)
        .where(_o.means == Means.IN_KIND.value, _offline_change() >= earliest, *on_days(_g.received_on, choice))
    )
    if (number := choice.number("campaign")) is not None:
        query = query.where(sa.exists().where(_a.gift_id == _g.id, _a.campaign_id == number))
    if after is not None:
        query = query.where(_o.gift_id > after)
    return [ChangedGift(gift_id, gift_id) for gift_id in conn.scalars(query.order_by(_o.gift_id).limit(limit))]


def _last_entry_before(conn: Connection, earliest: datetime) -> int:
    """Read backwards from the newest: as many rows as there are new ones."""
    return conn.scalar(sa.select(_e.id).where(_e.posted_at < earliest).order_by(_e.id.desc()).limit(1)) or 0


def _with_entries(conn: Connection, choice: ListChoice, last_seen: int, limit: int) -> list[ChangedGift]:
    later, of_campaign = entry.alias(), entry.alias()
    newer = sa.exists().where(later.c.gift_id == _e.gift_id, later.c.id > _e.id)
    query = sa.select(_e.gift_id, _e.id).where(_e.id > last_seen, _e.gift_id.is_not(None), ~newer)
    if choice.first_day or choice.last_day:
        query = query.join(gift, _g.id == _e.gift_id).where(*on_days(_g.received_on, choice))
    if (number := choice.number("campaign")) is not None:  # a gift that was moved away has entries of it too
        query = query.where(sa.exists().where(of_campaign.c.gift_id == _e.gift_id, of_campaign.c.campaign_id == number))
    rows = conn.execute(query.order_by(_e.id).limit(limit))
    return [ChangedGift(gift_id, str(number)) for gift_id, number in rows]

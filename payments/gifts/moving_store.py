"""Moves of gifts between campaigns, in the database. Call `move_gift` inside `booking`."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

import ledger.store
from campaigns.store import campaign_by_id
from database.bulk import insert_rows
from database.questions import among
from ledger.gift_views import held_of_gift
from payments.gifts.gift import Allocation
from payments.gifts.moving import COUNTED, CannotMove, GiftMove, move_entries
from payments.gifts.store import gift
from payments.gifts.tables import allocation, gift_move, offline_gift

_m = gift_move.c


def move_gift(conn: Connection, move: GiftMove, day: date) -> None:
    """Count a share for another campaign from that day on. The same move again changes nothing. Raises CannotMove."""
    if conn.scalar(sa.select(_m.id).where(_m.id == move.id)) is not None:
        return
    _require_movable(conn, move)
    insert_rows(conn, gift_move, [_row(move)])
    held = held_of_gift(conn, move.gift, move.from_campaign, COUNTED)
    ledger.store.post(conn, move_entries(move, held, day), move.moved_at)
    share = sa.and_(allocation.c.gift_id == move.gift, allocation.c.n == move.share)
    conn.execute(sa.update(allocation).where(share).values(campaign_id=move.to_campaign))


def _require_movable(conn: Connection, move: GiftMove) -> None:
    kept = gift(conn, move.gift)
    shares: tuple[Allocation, ...] = kept.allocations if kept else ()
    share = next((share for share in shares if share.n == move.share), None)
    there = campaign_by_id(conn, move.to_campaign)
    if kept is None or kept.received_at is None or share is None or share.campaign != move.from_campaign:
        raise CannotMove("It has been moved meanwhile. Look where it is now.")
    if _is_taken_back(conn, kept.id):
        raise CannotMove("This gift was taken back: no money of it is left to move.")
    if there is None or there.currency != share.amount.currency:
        raise CannotMove("Choose a campaign of the same currency.")
    if any(other.campaign == move.to_campaign for other in shares):
        raise CannotMove("A part of this gift is for that campaign already. Choose another.")


def _is_taken_back(conn: Connection, gift_id: str) -> bool:
    taken_back = sa.select(offline_gift.c.gift_id).where(offline_gift.c.taken_back_at.is_not(None))
    return conn.scalar(taken_back.where(offline_gift.c.gift_id == gift_id)) is not None


def moves_of(conn: Connection, gift_id: str) -> list[GiftMove]:
    """Where a gift's shares were moved, the newest first."""
    rows = conn.execute(sa.select(gift_move).where(_m.gift_id == gift_id).order_by(_m.moved_at.desc(), _m.id))
    return [
        GiftMove(row.id, row.gift_id, row.n, row.from_campaign, row.to_campaign, row.why, row.who, row.moved_at)
        for row in rows
    ]


def gifts_with_moves(conn: Connection, gift_ids: Sequence[str]) -> list[str]:
    """Those of these gifts of which a share was ever moved."""
    moved = sa.select(_m.gift_id).where(among(conn, _m.gift_id, gift_ids)).distinct()
    return sorted(conn.scalars(moved))


def _row(move: GiftMove) -> dict[str, object]:
    return {
        "id": move.id,
        "gift_id": move.gift,
        "n": move.share,
        "from_campaign": move.from_campaign,
        "to_campaign": move.to_campaign,
        "why": move.why,
        "who": move.who,
        "moved_at": move.moved_at,
    }

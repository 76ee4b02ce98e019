"""Read a campaign's wall, and hide entries of it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from campaigns.campaign import Campaign
from campaigns.store import GiftMeasures, families_of
from campaigns.tables import hidden_wall_entry as table
from campaigns.wall import NO_WALL, WallPage
from database.bulk import put_rows


def wall_of(
    conn: Connection,
    campaign: Campaign,
    measures: GiftMeasures | None,
    size: int,
    page: int = 1,
    *,
    with_hidden: bool = False,
) -> WallPage:
    """A page of the wall of a campaign and its groups; staff see hidden entries as well."""
    if measures is None:
        return NO_WALL
    numbers = families_of(conn, [campaign])[campaign.id]
    entries = measures.wall(conn, numbers, size + 1, (page - 1) * size, with_hidden)
    return WallPage(entries[:size], has_more=len(entries) > size)


def hide_entry(conn: Connection, gift: str, now: datetime) -> None:
    """Take an entry off the wall; one that is hidden stays so."""
    put_rows(conn, table, [{"gift_id": gift, "hidden_at": now}], "DO NOTHING")


def show_entry(conn: Connection, gift: str) -> None:
    """Let a hidden entry stand on the wall again."""
    conn.execute(sa.delete(table).where(table.c.gift_id == gift))

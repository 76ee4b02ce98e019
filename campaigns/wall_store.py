"""Read a campaign's wall. What staff have hidden follows from the log of acts: the last act on an entry holds."""

from dataclasses import replace

from sqlalchemy.engine import Connection

from campaigns.campaign import Campaign
from campaigns.store import GiftMeasures, families_of
from campaigns.wall import NO_WALL, WallPage
from staff.store import newest_acts

SUBJECT = "wall_entry"  # of the acts; its id is the gift's
HIDDEN, SHOWN_AGAIN = "name hidden on the page", "name shown on the page again"


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
    hidden = {gift for gift, what in newest_acts(conn, SUBJECT).items() if what == HIDDEN}
    left_out = () if with_hidden else sorted(hidden)
    entries = measures.wall(conn, numbers, size + 1, (page - 1) * size, left_out)
    shown = [replace(entry, is_hidden=entry.gift in hidden) for entry in entries[:size]]
    return WallPage(shown, has_more=len(entries) > size)

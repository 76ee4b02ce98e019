"""Keep the updates of a campaign, which donors read on its page."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from campaigns.campaign import TITLE_LENGTH, BadCampaign
from campaigns.tables import campaign_update as table

UPDATE_LENGTH = 5_000


class UpdateChanged(ValueError):
    """Somebody has changed or removed the update since it was read."""


@dataclass(frozen=True, slots=True)
class CampaignUpdate:
    """What happened, told on the campaign's page: the day that stands above it, a title, and Markdown."""

    id: str
    campaign: int
    day: date
    title: str
    text: str
    made_at: datetime
    version: int = 1

    def __post_init__(self) -> None:
        if not self.title.strip() or len(self.title) > TITLE_LENGTH:
            raise BadCampaign(f"give the update a title of 1 to {TITLE_LENGTH} characters")


def add_update(conn: Connection, update: CampaignUpdate) -> None:
    """Keep a new update."""
    conn.execute(sa.insert(table).values(_row(update)))


def updates_of(conn: Connection, campaign: int) -> list[CampaignUpdate]:
    """The updates of a campaign, newest day first."""
    t = table.c
    rows = conn.execute(sa.select(table).where(t.campaign_id == campaign).order_by(t.day.desc(), t.made_at.desc()))
    return [_update(row) for row in rows]


def update_of(conn: Connection, campaign: int, update_id: str) -> CampaignUpdate | None:
    """One update of this campaign."""
    t = table.c
    row = conn.execute(sa.select(table).where(t.id == update_id, t.campaign_id == campaign)).one_or_none()
    return None if row is None else _update(row)


def change_update(conn: Connection, before: CampaignUpdate, after: CampaignUpdate) -> None:
    """Keep an edited update under the next version. Raises UpdateChanged."""
    newest = replace(after, version=before.version + 1)
    if conn.execute(sa.update(table).where(_same(before)).values(_row(newest))).rowcount != 1:
        raise UpdateChanged(before.id)


def remove_update(conn: Connection, before: CampaignUpdate) -> None:
    """Remove an update. Raises UpdateChanged."""
    if conn.execute(sa.delete(table).where(_same(before))).rowcount != 1:
        raise UpdateChanged(before.id)


def _same(before: CampaignUpdate) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.id == before.id, table.c.version == before.version)


def _row(update: CampaignUpdate) -> dict[str, Any]:
    return {
        "id": update.id,
        "campaign_id": update.campaign,
        "day": update.day,
        "title": update.title,
        "text": update.text,
        "made_at": update.made_at,
        "version": update.version,
    }


def _update(row: sa.Row[Any]) -> CampaignUpdate:
    return CampaignUpdate(row.id, row.campaign_id, row.day, row.title, row.text, row.made_at, row.version)

"""Keep campaigns, and read their progress."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from campaigns.campaign import SLUG, BadCampaign, Campaign, Progress
from campaigns.tables import campaign as table
from database.questions import fetch
from ledger.money import Money, currency
from ledger.store import Raised, raised, raised_by_campaign


def add_campaign(conn: Connection, campaign: Campaign) -> int:
    """Keep a new campaign under the next number, which is returned; its own `id` must be 0."""
    if campaign.id != 0:
        raise BadCampaign(f"campaign {campaign.id} is already kept")
    number = int(conn.scalar(sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0))) or 0) + 1
    conn.execute(sa.insert(table).values(_row(replace(campaign, id=number))))
    return number


def campaign_by_slug(conn: Connection, slug: str) -> Campaign | None:
    """The campaign at an address."""
    if not SLUG.fullmatch(slug):
        return None  # no campaign has such a slug, and PostgreSQL raises on some of them
    row = conn.execute(sa.select(table).where(table.c.slug == slug)).one_or_none()
    return None if row is None else _campaign(row)


def campaign_by_id(conn: Connection, number: int) -> Campaign | None:
    """The campaign of a number."""
    row = conn.execute(sa.select(table).where(table.c.id == number)).one_or_none()
    return None if row is None else _campaign(row)


def campaigns(conn: Connection) -> list[Campaign]:
    """Every campaign, in the order in which they were made."""
    return [_campaign(row) for row in conn.execute(sa.select(table).order_by(table.c.id))]


_NAMES = sa.select(table.c.id, table.c.title, table.c.parent_id)


@dataclass(frozen=True, slots=True)
class CampaignName:
    """A campaign's title, and the campaign whose group it is."""

    id: int
    title: str
    parent: int | None


def campaign_names(conn: Connection) -> list[CampaignName]:
    """The titles and parents of all campaigns.

    All of them: an organisation has dozens, and one constant question costs less than a list of ids.
    """
    return [CampaignName(*row) for row in fetch(conn, _NAMES)]


def progress(conn: Connection, campaign: Campaign, now: datetime) -> Progress:
    """The progress of a campaign at `now`, from the books."""
    return _progress(campaign, raised(conn, campaign.id, campaign.currency), now)


def progress_of(conn: Connection, these: Sequence[Campaign], now: datetime) -> list[tuple[Campaign, Progress]]:
    """Campaigns and their progress, with one query for each currency."""
    sums: dict[int, Raised] = {}
    for of in {campaign.currency for campaign in these}:
        ids = [campaign.id for campaign in these if campaign.currency == of]
        sums |= raised_by_campaign(conn, ids, of)
    return [(campaign, _progress(campaign, sums[campaign.id], now)) for campaign in these]


def _progress(campaign: Campaign, sums: Raised, now: datetime) -> Progress:
    return Progress(sums.amount, sums.gifts, campaign.target, campaign.days_left(now))


def _row(campaign: Campaign) -> dict[str, Any]:
    row = dict(vars(campaign))
    target = row.pop("target")
    return row | {"currency": campaign.currency.code, "target_minor": target and target.minor}


def _campaign(row: sa.Row[Any]) -> Campaign:
    of = currency(row.currency)
    return Campaign(
        id=row.id,
        slug=row.slug,
        title=row.title,
        story=row.story,
        currency=of,
        target=None if row.target_minor is None else Money(row.target_minor, of),
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        image=row.image,
        parent_id=row.parent_id,
    )

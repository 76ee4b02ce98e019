"""What the API's answers need besides the lists of the desk. Writes nothing."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from campaigns.campaign import CampaignState, TargetKind
from campaigns.tables import campaign
from database.lists import ListChoice, ListedTable, ListQuestion
from database.questions import among
from donors.tables import donor, donor_merge, erasure
from payments.gifts.donor_list_views import DONORS
from payments.gifts.tables import gift, offline_gift

_c, _d, _m, _e, _g, _o = campaign.c, donor.c, donor_merge.c, erasure.c, gift.c, offline_gift.c
STRIPE = "stripe"


class ListedCampaign(NamedTuple):
    """A campaign in the API's list. `parent` is a slug; `target` is in minor units, or a count."""

    id: int
    slug: str
    title: str
    state: CampaignState
    currency: str
    parent: str | None
    target_kind: TargetKind
    target: int | None
    opens_at: datetime | None
    closes_at: datetime | None


def _campaigns(_conn: Connection, choice: ListChoice) -> ListedTable:
    """Every campaign, without its story; one with the chosen `slug`."""
    parent = campaign.alias("parent")
    slug = choice.words.get("slug")
    return ListedTable(
        (
            _c.id, _c.slug, _c.title, _c.state, _c.currency, parent.c.slug.label("parent_slug"), _c.target_kind,
            sa.func.coalesce(_c.target_minor, _c.target_count).label("target"), _c.opens_at, _c.closes_at,
        ),
        campaign.outerjoin(parent, parent.c.id == _c.parent_id),
        [_c.slug == slug] if slug else [],
        _c.id,
        {"made": ()},
    )  # fmt: skip


def _read_campaigns(_conn: Connection, rows: Sequence[Any]) -> list[ListedCampaign]:
    return [
        ListedCampaign(number, slug, title, CampaignState(state), code, parent, TargetKind(kind), target, opens, closes)
        for number, slug, title, state, code, parent, kind, target, opens, closes in rows
    ]


CAMPAIGNS = ListQuestion(_campaigns, _read_campaigns)
"""Campaigns in the order in which they were made, or the one with this `slug`."""


def _people(conn: Connection, choice: ListChoice) -> ListedTable:
    """The donors of the desk's list, without those who asked to be erased; one with the chosen `id`."""
    listed = DONORS.table(conn, choice)
    conditions = [*listed.conditions, ~sa.exists().where(_e.donor_id == _d.id)]
    if identity := choice.words.get("id"):
        conditions.append(_d.id == identity)
    return replace(listed, conditions=conditions)


PEOPLE = ListQuestion(_people, DONORS.read)
"""Donors as people, but erased ones, by `campaign` as the desk's, or the one with this `id`."""


def slugs_of(conn: Connection, campaigns: Collection[int]) -> dict[int, str]:
    """The slugs of these campaigns by number."""
    rows = conn.execute(sa.select(_c.id, _c.slug).where(_c.id.in_(sorted(campaigns))))
    return {row.id: row.slug for row in rows}


def means_of_gifts(conn: Connection, gifts: Sequence[str]) -> dict[str, str]:
    """How those of these gifts came that are offline gifts."""
    rows = conn.execute(sa.select(_o.gift_id, _o.means).where(among(conn, _o.gift_id, gifts)))
    return {row.gift_id: row.means for row in rows}


def booked_days(conn: Connection, gifts: Sequence[str]) -> dict[str, date]:
    """The day on which each of these gifts counts in the books, if it was received."""
    rows = conn.execute(sa.select(_g.id, _g.received_on).where(among(conn, _g.id, gifts), _g.received_on.is_not(None)))
    return {row.id: row.received_on for row in rows}


def people_of(conn: Connection, donors: Collection[str]) -> dict[str, str]:
    """The person that each of these donors is kept as; without those who asked to be erased."""
    erased = set(conn.scalars(sa.select(_e.donor_id).where(among(conn, _e.donor_id, sorted(donors)))))
    kept_as = {donor_id: donor_id for donor_id in donors if donor_id not in erased}
    newest = set(kept_as.values())
    while newest:
        merged = sa.select(_m.holds_of, _m.into_id).where(among(conn, _m.holds_of, sorted(newest)))
        into = {row.holds_of: row.into_id for row in conn.execute(merged)}
        kept_as = {donor_id: into.get(person, person) for donor_id, person in kept_as.items()}
        newest = set(into.values())
    return kept_as

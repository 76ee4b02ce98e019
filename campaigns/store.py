"""Keep campaigns and their addresses, and read their progress."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from campaigns.campaign import SLUG, BadCampaign, Campaign, CampaignState, Progress, Target, TargetKind
from campaigns.match import shown_at
from campaigns.match_store import matches_of
from campaigns.offer_json import offer_from_json, offer_json
from campaigns.tables import campaign as table
from campaigns.tables import campaign_address
from campaigns.wall import WallEntry
from database.questions import fetch
from ledger.money import Currency, Money, currency
from ledger.store import Raised, raised_by_campaign

Numbers = Sequence[int]


class AddressTaken(BadCampaign):
    """Another campaign has this address, or had it before."""

    def __init__(self) -> None:
        super().__init__("Another campaign has this address, or had it before. Choose another address.")


class CampaignChanged(ValueError):
    """Somebody has changed the campaign since it was read."""


@dataclass(frozen=True, slots=True)
class GiftMeasures:
    """How many donors each of some campaigns has, what recurring gifts bring it in a month, and who may be named.

    Gifts belong to packages above this one. What recurring gifts bring is in minor units. `wall` gives entries newest
    first: at most so many, after so many, without those of some gifts. `uncounted` is what targets count besides the
    books: minor units and gifts.
    """

    donors: Callable[[Connection, Numbers], Mapping[int, int]]
    monthly_minor: Callable[[Connection, Numbers], Mapping[int, int]]
    wall: Callable[[Connection, Numbers, int, int, Sequence[str]], Sequence[WallEntry]] = lambda *_: ()
    uncounted: Callable[[Connection, Numbers], Mapping[int, tuple[int, int]]] = lambda *_: {}


def add_campaign(conn: Connection, campaign: Campaign) -> int:
    """Keep a new campaign under the next number, which is returned; its own `id` must be 0. Raises AddressTaken."""
    if campaign.id != 0:
        raise BadCampaign(f"campaign {campaign.id} is already kept")
    number = int(conn.scalar(sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0))) or 0) + 1
    _require_free_address(conn, campaign.slug, number)
    conn.execute(sa.insert(table).values(_row(replace(campaign, id=number))))
    conn.execute(sa.insert(campaign_address).values(slug=campaign.slug, campaign_id=number))
    return number


def change_campaign(conn: Connection, before: Campaign, after: Campaign) -> Campaign:
    """Keep an edited campaign under the next version, which is returned. Raises CampaignChanged and AddressTaken.

    `before` is the campaign as it was read. Its old address goes on leading to it, unless it is a draft, which nobody
    has seen.
    """
    newest = replace(after, id=before.id, version=before.version + 1)
    if after.slug != before.slug:
        _move_address(conn, before, after.slug)
    same_version = sa.and_(table.c.id == before.id, table.c.version == before.version)
    if conn.execute(sa.update(table).where(same_version).values(_row(newest))).rowcount != 1:
        raise CampaignChanged(f"campaign {before.id} is no longer at version {before.version}")
    return newest


def _move_address(conn: Connection, before: Campaign, slug: str) -> None:
    _require_free_address(conn, slug, before.id)
    address = campaign_address.c
    if before.state is CampaignState.DRAFT:
        conn.execute(sa.delete(campaign_address).where(address.slug == before.slug, address.campaign_id == before.id))
    if not address_is_taken(conn, slug):
        conn.execute(sa.insert(campaign_address).values(slug=slug, campaign_id=before.id))


def address_is_taken(conn: Connection, slug: str) -> bool:
    """Whether an address leads to a campaign."""
    return conn.scalar(sa.select(campaign_address.c.slug).where(campaign_address.c.slug == slug)) is not None


def _require_free_address(conn: Connection, slug: str, number: int) -> None:
    holder = conn.scalar(sa.select(campaign_address.c.campaign_id).where(campaign_address.c.slug == slug))
    if holder is not None and holder != number:
        raise AddressTaken


def campaign_by_slug(conn: Connection, slug: str) -> Campaign | None:
    """The campaign at an address."""
    if not SLUG.fullmatch(slug):
        return None  # no campaign has such a slug, and PostgreSQL raises on some of them
    row = conn.execute(sa.select(table).where(table.c.slug == slug)).one_or_none()
    return None if row is None else _campaign(row)


def public_campaign(conn: Connection, slug: str) -> Campaign | None:
    """The campaign that the public finds at an address, also at one that it had before. Nobody finds a draft."""
    if not SLUG.fullmatch(slug):
        return None
    addressed = table.join(campaign_address, campaign_address.c.campaign_id == table.c.id)
    row = conn.execute(
        sa.select(table)
        .select_from(addressed)
        .where(campaign_address.c.slug == slug, table.c.state != CampaignState.DRAFT.value)
    ).one_or_none()
    return None if row is None else _campaign(row)


def all_addresses(conn: Connection) -> set[str]:
    """Every address that leads to a campaign, now or from before."""
    return set(conn.scalars(sa.select(campaign_address.c.slug)))


def addresses_of(conn: Connection, campaign: Campaign) -> list[str]:
    """Every address that a campaign has or had; each leads to it."""
    query = sa.select(campaign_address.c.slug).where(campaign_address.c.campaign_id == campaign.id)
    return list(conn.scalars(query.order_by(campaign_address.c.slug)))


def old_addresses(conn: Connection, campaign: Campaign) -> list[str]:
    """The addresses that a campaign had before, which still lead to it."""
    return [slug for slug in addresses_of(conn, campaign) if slug != campaign.slug]


def campaign_by_id(conn: Connection, number: int) -> Campaign | None:
    """The campaign of a number."""
    row = conn.execute(sa.select(table).where(table.c.id == number)).one_or_none()
    return None if row is None else _campaign(row)


def campaigns(conn: Connection) -> list[Campaign]:
    """Every campaign, in the order in which they were made."""
    return [_campaign(row) for row in conn.execute(sa.select(table).order_by(table.c.id))]


_NAMES = sa.select(table.c.id, table.c.title, table.c.parent_id, table.c.slug)


@dataclass(frozen=True, slots=True)
class CampaignName:
    """A campaign's title, the campaign whose group it is, and its address."""

    id: int
    title: str
    parent: int | None
    slug: str


def campaign_names(conn: Connection) -> list[CampaignName]:
    """The titles and parents of all campaigns.

    All of them: an organisation has dozens, and one constant question costs less than a list of ids.
    """
    return [CampaignName(*row) for row in fetch(conn, _NAMES)]


def campaign_titles(conn: Connection) -> dict[int, str]:
    """The titles of all campaigns, by number."""
    return {campaign.id: campaign.title for campaign in campaign_names(conn)}


def groups_of(conn: Connection, campaign: Campaign) -> list[Campaign]:
    """The groups of a campaign, by name."""
    rows = conn.execute(sa.select(table).where(table.c.parent_id == campaign.id))
    return sorted((_campaign(row) for row in rows), key=lambda group: (group.title.casefold(), group.id))


def group_names(conn: Connection) -> dict[int, list[tuple[str, str]]]:
    """By campaign: the addresses and names of its groups, but drafts, by name."""
    groups: dict[int, list[tuple[str, str]]] = {}
    listed = sa.select(table.c.parent_id, table.c.slug, table.c.title)
    listed = listed.where(table.c.parent_id.is_not(None), table.c.state != CampaignState.DRAFT.value)
    for parent, slug, title in sorted(conn.execute(listed), key=lambda row: row[2].casefold()):
        groups.setdefault(parent, []).append((slug, title))
    return groups


def parent_of(conn: Connection, campaign: Campaign) -> Campaign | None:
    """The campaign of a group; None for a campaign that is no group."""
    return None if campaign.parent_id is None else campaign_by_id(conn, campaign.parent_id)


def progress(conn: Connection, campaign: Campaign, now: datetime, measures: GiftMeasures | None = None) -> Progress:
    """The progress of a campaign at `now`, from the books: of its own gifts, and those of its groups."""
    return progress_of(conn, [campaign], now, measures)[0][1]


def progress_of(
    conn: Connection, these: Sequence[Campaign], now: datetime, measures: GiftMeasures | None = None
) -> list[tuple[Campaign, Progress]]:
    """Campaigns and their progress, with one query for each currency and for each kind of target."""
    families = families_of(conn, these)
    matches = matches_of(conn, {campaign.id: families[campaign.id] for campaign in these if campaign.parent_id is None})
    sums: dict[int, Raised] = {}
    for of in {campaign.currency for campaign in these}:
        ids = {number for campaign in these if campaign.currency == of for number in families[campaign.id]}
        sums |= raised_by_campaign(conn, sorted(ids), of)
        for number, (minor, gifts) in (measures.uncounted(conn, sorted(ids)) if measures else {}).items():
            sums[number] += Raised(Money(minor, of), gifts)
    donors, monthly = _measured(conn, these, measures)
    each = []
    for campaign in these:
        first, *more = (sums[number] for number in families[campaign.id])
        so_far = _progress(campaign, sum(more, start=first), now, donors, monthly)
        each.append((campaign, replace(so_far, matches=shown_at(matches.get(campaign.id, ()), now))))
    return each


def families_of(conn: Connection, these: Sequence[Campaign]) -> dict[int, list[int]]:
    """By campaign: the numbers of those whose gifts it counts, itself and its groups."""
    families = {campaign.id: [campaign.id] for campaign in these}
    parents = [campaign.id for campaign in these if campaign.parent_id is None]
    query = sa.select(table.c.parent_id, table.c.id).where(table.c.parent_id.in_(parents))
    for parent, group in conn.execute(query.order_by(table.c.id)):
        families[parent].append(group)
    return families


def _measured(
    conn: Connection, these: Sequence[Campaign], measures: GiftMeasures | None
) -> tuple[Mapping[int, int], Mapping[int, int]]:
    """Donors and monthly income of those campaigns whose targets count them."""

    def counting(kind: TargetKind) -> Numbers:
        return [campaign.id for campaign in these if campaign.target_kind is kind]

    donors, monthly = counting(TargetKind.DONORS), counting(TargetKind.MONTHLY)
    return (
        measures.donors(conn, donors) if measures and donors else {},
        measures.monthly_minor(conn, monthly) if measures and monthly else {},
    )


def _progress(
    campaign: Campaign, sums: Raised, now: datetime, donors: Mapping[int, int], monthly: Mapping[int, int]
) -> Progress:
    is_monthly = campaign.target_kind is TargetKind.MONTHLY
    return Progress(
        sums.amount,
        sums.gifts,
        campaign.target,
        campaign.days_left(now),
        campaign.target_kind,
        donors.get(campaign.id, 0),
        Money(monthly.get(campaign.id, 0), campaign.currency) if is_monthly else None,
    )


def _row(campaign: Campaign) -> dict[str, Any]:
    row = dict(vars(campaign))
    target = row.pop("target")
    return row | {
        "currency": campaign.currency.code,
        "target_minor": target.minor if isinstance(target, Money) else None,
        "target_count": target if isinstance(target, int) else None,
        "state": campaign.state.value,
        "target_kind": campaign.target_kind.value,
        "offer": offer_json(campaign.offer),
    }


def _campaign(row: sa.Row[Any]) -> Campaign:
    of = currency(row.currency)
    return Campaign(
        id=row.id,
        slug=row.slug,
        title=row.title,
        story=row.story,
        currency=of,
        target=_target(row, of),
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        image=row.image,
        parent_id=row.parent_id,
        state=CampaignState(row.state),
        target_kind=TargetKind(row.target_kind),
        picture=row.picture,
        picture_alt=row.picture_alt,
        above_target=row.above_target,
        outcome=row.outcome,
        closed_at=row.closed_at,
        offer=offer_from_json(row.offer, of),
        version=row.version,
        group_share=row.group_share,
    )


def _target(row: sa.Row[Any], of: Currency) -> Target | None:
    count: int | None = row.target_count
    return count if row.target_minor is None else Money(row.target_minor, of)

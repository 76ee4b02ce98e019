"""Campaigns are kept as they were made, and their progress comes from the books."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from campaigns.campaign import BadCampaign, Campaign, Progress
from campaigns.demo import add_demo_campaigns, demo_campaigns
from campaigns.store import (
    CampaignName,
    add_campaign,
    campaign_by_id,
    campaign_by_slug,
    campaign_names,
    campaigns,
    progress,
    progress_of,
)
from campaigns.tables import campaign as table
from database.transactions import reading, writing
from ledger.money import GBP, JPY, Money
from tests.campaigns.books import book
from tests.clock import FixedClock

NOW = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
FULL = Campaign(
    id=0,
    slug="a-campaign",
    title="A campaign für alle",
    story="What for.\n\nAnd why.",
    currency=GBP,
    target=Money(10_000, GBP),
    opens_at=NOW - timedelta(days=1),
    closes_at=NOW + timedelta(days=3),
    image="demo/van.svg",
)
PLAIN = Campaign(0, "plain", "Plain", "", JPY)


def kept(engine: Engine, *these: Campaign) -> list[int]:
    """Keep campaigns; their numbers."""
    with writing(engine) as conn:
        return [add_campaign(conn, campaign) for campaign in these]


def test_a_campaign_comes_back_as_it_was(engine: Engine) -> None:
    """With its currency, its instants to the microsecond, and what it leaves open."""
    parent, child = kept(engine, FULL, replace(PLAIN, parent_id=1))

    with reading(engine) as conn:
        stored = campaigns(conn)
        assert stored == [replace(FULL, id=1), replace(PLAIN, id=2, parent_id=1)]
        assert [campaign_by_slug(conn, "a-campaign"), campaign_by_id(conn, child)] == stored
    assert (parent, child) == (1, 2)


def test_an_unknown_campaign_is_none(engine: Engine) -> None:
    """By address and by number."""
    with reading(engine) as conn:
        assert (campaign_by_slug(conn, "none"), campaign_by_id(conn, 7)) == (None, None)


def test_campaigns_are_named_with_their_parents(engine: Engine) -> None:
    """For receipts, and for shares."""
    kept(engine, FULL, replace(PLAIN, currency=GBP, parent_id=1))

    with reading(engine) as conn:
        assert campaign_names(conn) == [CampaignName(1, FULL.title, None), CampaignName(2, "Plain", 1)]


def test_one_address_leads_to_one_campaign(engine: Engine) -> None:
    """The database refuses the second."""
    kept(engine, FULL)

    with pytest.raises(IntegrityError):
        kept(engine, replace(PLAIN, slug=FULL.slug))


def test_a_kept_campaign_is_not_kept_again(engine: Engine) -> None:
    """Its number says so."""
    with pytest.raises(BadCampaign, match="already kept"):
        kept(engine, replace(FULL, id=1))


@pytest.mark.parametrize(
    "change",
    [
        {"id": 0},
        {"slug": ""},
        {"title": ""},
        {"title": "a" * 121},
        {"target_minor": 0},
        {"target_minor": -1},
        {"opens_at": NOW, "closes_at": NOW},
        {"parent_id": 2},
        {"parent_id": 99},
    ],
)
def test_the_database_refuses_what_must_not_exist(engine: Engine, change: dict[str, object]) -> None:
    """Whoever writes past our own code meets the same rules."""
    row = {"id": 2, "slug": "x", "title": "X", "story": "", "currency": "GBP"}

    with pytest.raises(IntegrityError), writing(engine) as conn:
        conn.execute(sa.insert(table).values(row | change))


def test_progress_is_gifts_less_refunds(engine: Engine, clock: FixedClock) -> None:
    """Counted per campaign, in its currency; a refund lowers the sum and not the number of gifts."""
    kept(engine, FULL, PLAIN)
    book(engine, clock(), 1, Money(2500, GBP))
    book(engine, clock(), 1, Money(4000, GBP), refunded=Money(1000, GBP))
    book(engine, clock(), 2, Money(300, JPY))

    with reading(engine) as conn:
        each = [progress(conn, campaign, NOW) for campaign in campaigns(conn)]
        assert each == [
            Progress(Money(5500, GBP), 2, FULL.target, 3),
            Progress(Money(300, JPY), 1, None, None),
        ]
        assert [pair[1] for pair in progress_of(conn, campaigns(conn), NOW)] == each


def test_a_campaign_without_gifts_has_raised_nothing(engine: Engine) -> None:
    """Zero in its own currency."""
    kept(engine, PLAIN)

    with reading(engine) as conn:
        assert progress(conn, campaigns(conn)[0], NOW) == Progress(Money(0, JPY), 0, None, None)


def test_the_demo_is_planted_once(engine: Engine, clock: FixedClock) -> None:
    """A second start finds campaigns, and leaves them alone."""
    with writing(engine) as conn:
        planted, again = add_demo_campaigns(conn, clock()), add_demo_campaigns(conn, clock())
        planted_campaigns = [replace(campaign, id=0) for campaign in campaigns(conn)]

    assert (planted, again) == ([1, 2, 3, 4], [])
    assert planted_campaigns == demo_campaigns(clock())

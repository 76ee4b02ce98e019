"""Campaigns are kept as they were made, and their progress comes from the books."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from campaigns.campaign import BadCampaign, Campaign, CampaignState, Progress, TargetKind
from campaigns.demo import add_demo_campaigns, demo_campaigns
from campaigns.offer import CampaignOffer, SuggestedAmount
from campaigns.store import (
    AddressTaken,
    CampaignChanged,
    CampaignName,
    GiftMeasures,
    add_campaign,
    campaign_by_id,
    campaign_by_slug,
    campaign_names,
    campaigns,
    change_campaign,
    old_addresses,
    progress,
    progress_of,
    public_campaign,
)
from campaigns.tables import campaign as table
from database.transactions import reading, writing
from ledger.money import GBP, JPY, Money
from tests.campaigns.books import book
from tests.clock import FixedClock
from web.tables import picture

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
    state=CampaignState.PAUSED,
    picture="0" * 64,
    picture_alt="A van.",
    above_target="The rest goes to the research fund.",
    outcome="We bought it.",
    closed_at=NOW,
    offer=CampaignOffer(
        ("month",), {"once": (SuggestedAmount(Money(800, GBP), "one stop"),)}, {"once": Money(500, GBP)}
    ),
)
PLAIN = Campaign(0, "plain", "Plain", "", JPY)
ROW = {
    "id": 1, "slug": "plain", "title": "Plain", "story": "", "currency": "GBP", "state": "draft",
    "target_kind": "amount", "picture_alt": "", "above_target": "", "outcome": "", "offer": {}, "version": 1,
}  # fmt: skip


def kept(engine: Engine, *these: Campaign) -> list[int]:
    """Keep campaigns, and the pictures that they name; their numbers."""
    with writing(engine) as conn:
        for name in {campaign.picture for campaign in these if campaign.picture}:
            conn.execute(sa.insert(picture).values(hash=name, made_at=NOW))
        return [add_campaign(conn, campaign) for campaign in these]


def test_a_campaign_comes_back_as_it_was(engine: Engine) -> None:
    """With its currency, its instants to the microsecond, and what it leaves open."""
    parent, child = kept(engine, replace(FULL, group_share=20), replace(PLAIN, currency=GBP, parent_id=1))

    with reading(engine) as conn:
        stored = campaigns(conn)
        assert stored == [replace(FULL, id=1, group_share=20), replace(PLAIN, id=2, currency=GBP, parent_id=1)]
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
        named = campaign_names(conn)
    assert named == [CampaignName(1, FULL.title, None, FULL.slug), CampaignName(2, "Plain", 1, PLAIN.slug)]


def test_a_kept_campaign_is_not_kept_again(engine: Engine) -> None:
    """Its number says so."""
    with pytest.raises(BadCampaign, match="already kept"):
        kept(engine, replace(FULL, id=1))


@pytest.mark.parametrize(
    "change",
    [
        {"id": 0},
        {"slug": PLAIN.slug},
        {"slug": ""},
        {"title": ""},
        {"title": "a" * 121},
        {"target_minor": 0},
        {"target_minor": -1},
        {"opens_at": NOW, "closes_at": NOW},
        {"parent_id": 2},
        {"parent_id": 99},
        {"state": "lost"},
        {"target_kind": "lost"},
        {"target_kind": "gifts", "target_minor": 100},
        {"target_kind": "amount", "target_count": 100},
        {"target_kind": "gifts", "target_count": 0},
    ],
)
def test_the_database_refuses_what_must_not_exist(engine: Engine, change: dict[str, object]) -> None:
    """Whoever writes past our own code meets the same rules."""
    row = ROW | {"id": 2, "slug": "x"}
    kept(engine, PLAIN)

    with pytest.raises(IntegrityError), writing(engine) as conn:
        conn.execute(sa.insert(table).values(row | change))


def test_progress_is_gifts_less_refunds(engine: Engine, clock: FixedClock) -> None:
    """Counted per campaign, in its currency; a refund lowers the sum and not the number of gifts."""
    kept(engine, replace(FULL, state=CampaignState.PUBLISHED, closed_at=None), PLAIN)
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


def test_an_edit_is_kept_and_an_old_address_leads_on(engine: Engine) -> None:
    """Also after two moves; and a campaign may take its own old address back."""
    kept(engine, PLAIN)
    for slug in ("second", "third", "plain"):
        with writing(engine) as conn:
            before = campaigns(conn)[0]
            change_campaign(conn, before, replace(before, slug=slug, title=slug))

    with reading(engine) as conn:
        newest = campaigns(conn)[0]
        assert (newest.slug, newest.title, newest.version) == ("plain", "plain", 4)
        assert old_addresses(conn, newest) == ["second", "third"]
        assert [public_campaign(conn, old) for old in ("plain", "second", "third")] == [newest] * 3
        assert [public_campaign(conn, unknown) for unknown in ("nobody", "%00", "é")] == [None] * 3


def test_nobody_takes_an_address_that_leads_somewhere(engine: Engine) -> None:
    """Neither a present one nor an old one, neither for a new campaign nor for one that moves."""
    kept(engine, replace(PLAIN, slug="old"), replace(PLAIN, slug="other"))
    with writing(engine) as conn:
        mover, other = campaigns(conn)
        change_campaign(conn, mover, replace(mover, slug="new"))

    for slug in ("old", "new"):
        with pytest.raises(AddressTaken, match="Choose another"), writing(engine) as conn:
            change_campaign(conn, other, replace(other, slug=slug))
        with pytest.raises(AddressTaken, match="Choose another"):
            kept(engine, replace(PLAIN, slug=slug))


def test_a_draft_gives_its_address_back(engine: Engine) -> None:
    """Nobody has seen it there: a slip of the keyboard blocks no address for good."""
    kept(engine, replace(PLAIN, state=CampaignState.DRAFT))
    with writing(engine) as conn:
        draft = campaigns(conn)[0]
        change_campaign(conn, draft, replace(draft, slug="other"))

    kept(engine, PLAIN)
    with reading(engine) as conn:
        found = [public_campaign(conn, slug) for slug in ("plain", "other")]
    assert [campaign and campaign.id for campaign in found] == [2, None]


def test_the_second_of_two_edits_is_refused(engine: Engine) -> None:
    """What the first one wrote stays."""
    kept(engine, PLAIN)
    with reading(engine) as conn:
        read = campaigns(conn)[0]
    with writing(engine) as conn:
        change_campaign(conn, read, replace(read, title="First"))

    with pytest.raises(CampaignChanged), writing(engine) as conn:
        change_campaign(conn, read, replace(read, title="Second"))

    with reading(engine) as conn:
        assert [campaign.title for campaign in campaigns(conn)] == ["First"]


def test_progress_counts_what_the_target_counts(engine: Engine) -> None:
    """Donors and monthly income come from the gifts; they are asked for only where a target counts them."""
    asked = list[tuple[str, list[int]]]()

    def measure(name: str, size: int) -> Callable[[Connection, Sequence[int]], Mapping[int, int]]:
        def ask(_conn: Connection, numbers: Sequence[int]) -> Mapping[int, int]:
            asked.append((name, list(numbers)))
            return dict.fromkeys(numbers, size)

        return ask

    measures = GiftMeasures(measure("donors", 30), measure("monthly", 4500))
    kept(
        engine,
        PLAIN,
        replace(PLAIN, slug="b", target=40, target_kind=TargetKind.DONORS),
        replace(PLAIN, slug="c", target=Money(9000, JPY), target_kind=TargetKind.MONTHLY),
        replace(PLAIN, slug="d", target=50, target_kind=TargetKind.GIFTS),
    )

    with reading(engine) as conn:
        each = [progress for _, progress in progress_of(conn, campaigns(conn), NOW, measures)]

    assert [so_far.reached for so_far in each] == [Money(0, JPY), 30, Money(4500, JPY), 0]
    assert [so_far.percent for so_far in each] == [None, 75, 50, 0]
    assert asked == [("donors", [2]), ("monthly", [3])]


def test_the_demo_is_planted_once(engine: Engine, clock: FixedClock) -> None:
    """A second start finds campaigns, and leaves them alone."""
    with writing(engine) as conn:
        planted, again = add_demo_campaigns(conn, clock()), add_demo_campaigns(conn, clock())
        planted_campaigns = [replace(campaign, id=0) for campaign in campaigns(conn)]

    assert (planted, again) == ([1, 2, 3, 4], [])
    assert planted_campaigns == demo_campaigns(clock())

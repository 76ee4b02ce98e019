"""A visitor sees a campaign with its local groups, and finds their own."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from campaigns.campaign import Campaign, CampaignState
from campaigns.match import MatchPot
from campaigns.match_store import add_pot
from campaigns.routes import campaign_routes
from campaigns.sharing_routes import sharing_routes
from campaigns.store import add_campaign, campaign_by_slug, change_campaign
from database.transactions import booking, reading, writing
from ledger.money import GBP, Money
from ledger.store import open_accounts
from tests.campaigns.books import book
from tests.clock import FixedClock
from tests.engines import ON_SQLITE
from tests.web.samples import pages
from web.errors import install_errors

ASK = Campaign(0, "ask", "Ask every candidate", "Ask.", GBP, target=Money(100_000, GBP), group_share=20)
NAMES = ["Leeds", "São Tomé & Príncipe friends", "York", *(f"Group {n}" for n in range(38))]


@pytest.fixture
def site(engine: Engine, clock: FixedClock) -> TestClient:
    """The real routes, and a campaign with 41 groups."""
    with booking(engine) as conn:
        open_accounts(conn)
        add_campaign(conn, ASK)
        for n, name in enumerate(NAMES):
            add_campaign(conn, Campaign(0, f"group-{n}", name, "Local.", GBP, parent_id=1))
    app, here = FastAPI(), pages(base_url="http://127.0.0.1")
    app.router.routes += campaign_routes(engine, clock, here).routes
    app.router.routes += sharing_routes(engine, clock, here, None).routes
    install_errors(app, here)
    return TestClient(app, base_url="http://127.0.0.1")


def words(html: str) -> str:
    """What can be read."""
    return " ".join(re.sub(r"<[^>]+>", " ", html.rsplit("</head>", maxsplit=1)[-1]).split())


def listed(html: str) -> list[str]:
    """The groups on a campaign's page."""
    return re.findall(r'<li><h3><a href="/c/group-\d+">([^<]*)</a>', html)


def test_a_campaign_shows_its_own_gifts_and_its_groups(site: TestClient, engine: Engine, clock: FixedClock) -> None:
    """On its page, on the list, and to programs; each group shows its own."""
    book(engine, clock(), 1, Money(10_000, GBP))
    book(engine, clock(), 2, Money(25_000, GBP), refunded=Money(5000, GBP))
    page, home, group = (words(site.get(path).text) for path in ("/c/ask", "/", "/c/group-0"))

    assert "£300 raised of £1,000" in page
    assert "2 donations" in page
    assert "£200 was given through 41 local groups, £100 to the campaign itself" in page
    assert "£300 raised of £1,000" in home
    assert "41 local groups" in home
    assert "£200 raised" in group
    assert "20% of each donation goes to Ask every candidate, the rest to Leeds." in group
    figures = site.get("/c/ask/progress", headers={"accept": "application/json"}).json()
    assert (figures["raised"], figures["gifts"], figures["percent"]) == ("300.00", 2, 30)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("york", ["York"]),
        ("  LEEDS ", ["Leeds"]),
        ("friends sao", ["São Tomé &amp; Príncipe friends"]),
        ("Group 37", ["Group 37"]),
        ("nowhere", []),
    ],
)
def test_a_group_is_found_by_name_without_a_script(site: TestClient, query: str, expected: list[str]) -> None:
    """In any case, without its accents, and in any order of words."""
    page = site.get("/c/ask", params={"group": query})
    assert page.status_code == 200
    assert listed(page.text) == expected
    assert ("No group is called" in words(page.text)) is not bool(expected)


def test_every_group_is_listed_by_name_and_the_whole_campaign_takes_gifts(site: TestClient) -> None:
    """The button of the campaign gives to all of it."""
    page = site.get("/c/ask").text
    assert len(listed(page)) == 41
    assert listed(page)[-1] == "York"
    assert '<a class="button" href="/c/ask/give" data-give>' in page


@ON_SQLITE
@pytest.mark.parametrize("state", [CampaignState.PAUSED, CampaignState.CLOSED])
def test_a_group_takes_no_gifts_while_its_campaign_does_not(
    site: TestClient, engine: Engine, clock: FixedClock, state: CampaignState
) -> None:
    """And says so."""
    with writing(engine) as conn:
        before = campaign_by_slug(conn, "ask")
        assert before is not None
        change_campaign(conn, before, replace(before, state=state, closed_at=clock() - timedelta(days=1)))
    page = site.get("/c/group-0").text
    assert f"This campaign {'is paused' if state is CampaignState.PAUSED else 'has closed'}" in words(page)
    assert "data-give" not in page


def test_nobody_finds_a_draft_nor_the_groups_of_one(site: TestClient, engine: Engine) -> None:
    """Neither by its address nor on the list."""
    with writing(engine) as conn:
        add_campaign(conn, Campaign(0, "hull", "Hull", "", GBP, parent_id=1, state=CampaignState.DRAFT))
        add_campaign(conn, replace(ASK, slug="draft", state=CampaignState.DRAFT))
        add_campaign(conn, Campaign(0, "early", "Early", "", GBP, parent_id=44))
    assert [site.get(path).status_code for path in ("/c/hull", "/c/draft", "/c/early")] == [404] * 3
    assert "Hull" not in site.get("/c/ask").text
    assert "Hull" not in site.get("/").text


def test_the_match_stands_apart_from_what_was_raised(site: TestClient, engine: Engine, clock: FixedClock) -> None:
    """What is matched, by whom, and what is left; the target counts it only where the pot says so."""
    day = clock().date()
    pot = MatchPot("pot", 1, "The Ryder family", Money(20_000, GBP), day, day, clock())
    with writing(engine) as conn:
        add_pot(conn, pot)
    book(engine, clock(), 2, Money(15_000, GBP))
    page = words(site.get("/c/ask").text)
    assert "£150 raised of £1,000" in page
    assert "£150 more is matched by The Ryder family. £50 of £200 match left, until 21 November 2026." in page

    book(engine, clock(), 1, Money(7000, GBP))
    assert "The match of £200 is used up." in words(site.get("/c/ask").text)
    figures = site.get("/c/ask/progress", headers={"accept": "application/json"}).json()
    assert (figures["raised"], figures["matched"], figures["reached"]) == ("220.00", "200.00", "220.00")


@ON_SQLITE
@pytest.mark.parametrize(("kind", "begins"), [("svg", b"<?xml"), ("png", b"\x89PNG")])
def test_every_group_has_a_qr_code(site: TestClient, kind: str, begins: bytes) -> None:
    """As a drawing and as a picture."""
    code = site.get(f"/c/group-0/qr.{kind}")
    assert code.status_code == 200
    assert code.content.startswith(begins)
    assert site.get("/c/group-0/qr.gif").status_code == 404


def test_many_groups_ask_no_more_than_one(site: TestClient, engine: Engine) -> None:
    """The list, and the campaign's own page: a question more for each group would be 41 more."""
    asked: list[str] = []
    with writing(engine) as conn:
        add_campaign(conn, replace(ASK, slug="few"))
        add_campaign(conn, Campaign(0, "only", "Only", "", GBP, parent_id=43))
    sa.event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    counts = []
    for path in ("/", "/c/ask", "/c/few"):
        asked.clear()
        assert site.get(path).status_code == 200
        counts.append(len([question for question in asked if question.lstrip().upper().startswith("SELECT")]))
    assert counts[0] <= 6
    assert counts[1] == counts[2] <= 8
    with reading(engine) as conn:
        assert conn.scalar(sa.text("SELECT count(*) FROM campaign")) == 44

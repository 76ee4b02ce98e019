"""A visitor finds the campaigns, and sees how far each has come."""

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from campaigns.campaign import Campaign
from campaigns.demo import add_demo_campaigns
from campaigns.routes import campaign_routes
from campaigns.store import add_campaign
from database.transactions import writing
from ledger.money import GBP, Money
from tests.campaigns.books import book
from tests.clock import FixedClock
from tests.engines import ON_SQLITE
from tests.web.samples import pages
from web.errors import install_errors

ASK = "/c/ask-every-candidate"


@pytest.fixture
def visitor(engine: Engine, clock: FixedClock) -> TestClient:
    """Somebody on the real routes, with the demo's campaigns."""
    with writing(engine) as conn:
        add_demo_campaigns(conn, clock())
    site = pages(base_url="http://127.0.0.1")
    app = FastAPI()
    app.router.routes += campaign_routes(engine, clock, site).routes
    install_errors(app, site)
    return TestClient(app, base_url="http://127.0.0.1")


def words(html: str) -> str:
    """What can be read."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_list_has_every_campaign_in_its_place(visitor: TestClient) -> None:
    """Open ones first, then those to come, then those that are over."""
    page = visitor.get("/").text

    titles = ["Ask every candidate", "Thornby van", "Coming up", "Read-aloud night", "Closed", "Nine branches"]
    places = [page.find(title) for title in titles]
    assert -1 not in places
    assert places == sorted(places)


def test_a_gift_moves_the_bar(visitor: TestClient, engine: Engine, clock: FixedClock) -> None:
    """On the campaign's page, in the list, and in the fragment that pages fetch."""
    before = words(visitor.get(ASK).text)
    book(engine, clock(), 1, Money(500_000, GBP))
    after = [words(visitor.get(path).text) for path in (ASK, "/", f"{ASK}/progress")]

    assert "£5,000 raised" not in before
    assert ["£5,000 raised of £20,000" in text and "25%" in text for text in after] == [True] * 3


@ON_SQLITE
@pytest.mark.parametrize(
    ("slug", "phrase", "gives"),
    [
        ("ask-every-candidate", "The last day is 10 December 2026.", True),
        ("the-thornby-van", "Be the first to give", True),
        ("see-you-in-court", "This campaign has closed.", False),
        ("read-aloud-night", "This campaign is not open yet. It opens on 8 December 2026.", False),
    ],
)
def test_only_an_open_campaign_leads_to_a_form(visitor: TestClient, slug: str, phrase: str, gives: bool) -> None:
    """The others say plainly why not."""
    page = visitor.get(f"/c/{slug}").text

    assert phrase in words(page)
    assert (f'href="/c/{slug}/give"' in page) is gives


def test_the_fragment_is_a_fragment(visitor: TestClient) -> None:
    """No second page within the page."""
    fragment = visitor.get(f"{ASK}/progress", headers={"accept": "text/html"})

    assert fragment.headers["content-type"] == "text/html; charset=utf-8"
    assert "<html" not in fragment.text


def test_a_program_gets_progress_as_json(visitor: TestClient, engine: Engine, clock: FixedClock) -> None:
    """Amounts as decimal text: a JSON number would be read as a float."""
    book(engine, clock(), 1, Money(123_450, GBP))

    assert visitor.get(f"{ASK}/progress", headers={"accept": "application/json"}).json() == {
        "campaign": "ask-every-candidate",
        "currency": "GBP",
        "raised": "1234.50",
        "target_kind": "amount",
        "target": "20000.00",
        "reached": "1234.50",
        "matched": "0.00",
        "gifts": 1,
        "percent": 6,
        "days_left": 20,
    }


@pytest.mark.parametrize("path", ["/c/nobody", "/c/nobody/progress", "/c/ASK-EVERY-CANDIDATE", "/c/%00", "/c/é"])
def test_an_unknown_campaign_is_not_found(visitor: TestClient, path: str) -> None:
    """As a page that says so."""
    answer = visitor.get(path)

    assert (answer.status_code, "no campaign at this address" in answer.text) == (404, True)


def test_titles_and_stories_are_shown_as_text(visitor: TestClient, engine: Engine) -> None:
    """A treasurer's <b> is four characters."""
    with writing(engine) as conn:
        add_campaign(conn, Campaign(0, "x", '"><script>', "<img src=x>", GBP))

    assert [visitor.get(path).text.count("<script>") for path in ("/c/x", "/")] == [0, 0]
    assert "&lt;img src=x&gt;" in visitor.get("/c/x").text


def test_a_campaign_closes_by_the_clock(visitor: TestClient, clock: FixedClock) -> None:
    """Nobody has to press anything, and its last day is a whole day."""
    clock.now = clock.now.replace(month=12, day=10, hour=23, minute=59)
    last = words(visitor.get(ASK).text)
    clock.now = clock.now.replace(day=11, hour=0, minute=0)

    assert "Last day" in last
    assert "This campaign has closed. It closed on 10 December 2026" in words(visitor.get(ASK).text)

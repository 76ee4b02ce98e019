"""Groups and match pots in a browser: on narrow and wide screens, by day and by night, and without scripts."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from playwright.sync_api import expect
from sqlalchemy import Engine
from starlette.types import ASGIApp

from campaigns.campaign import Campaign
from campaigns.editing.desk import CampaignDesk
from campaigns.editing.group_routes import LIST_PATH
from campaigns.editing.routes import campaign_desk_routes
from campaigns.match import MatchPot
from campaigns.match_store import add_pot
from campaigns.routes import campaign_routes
from campaigns.store import GiftMeasures, add_campaign
from database.transactions import booking
from ledger.money import GBP, Money
from ledger.store import open_accounts
from organisation.organisation import GivingRules
from payments.gifts.amounts import GIFT_AMOUNTS
from payments.gifts.campaign_views import donors_by_campaign, monthly_by_campaign
from staff.door import Door
from tests.browser import PHONE, Tabs, assert_accessible, served
from tests.campaigns.books import book
from tests.clock import FixedClock
from tests.staff.signing_in import sign_page_in
from tests.web.samples import pages
from treasury.match.routes import match_routes
from web.errors import install_errors
from web.security import secure
from web.sessions import SessionCookie

SIZES = [(320, 640), PHONE, (768, 1024), (1280, 900)]
NAMES = ["Aberystwyth", "Leeds North", "Llanfairpwllgwyngyllgogerychwyrndrobwll", "São Tomé friends", "York & Selby"]
ASK = Campaign(
    0, "ask", "Ask every candidate", "Will you keep our libraries open?\n\nWe print what they say.", GBP,
    Money(2_000_000, GBP), image="demo/doorstep.svg", group_share=20,
)  # fmt: skip
PAGES = ["/", "/c/ask", "/c/ask?group=leeds", "/c/ask?group=nowhere", "/c/group-1"]
DESK_PAGES = ["/desk/campaigns", "/desk/campaigns/1/groups", "/desk/campaigns/1/groups/list", "/desk/campaigns/1/match"]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """A browser sees no difference between the databases: one is enough."""
    return sqlite_url


@pytest.fixture
def address(engine: Engine, clock: FixedClock) -> Iterator[str]:
    """The public pages and the desk's, with a campaign, five groups, gifts and a match pot."""
    day = clock().date()
    with booking(engine) as conn:
        open_accounts(conn)
        add_campaign(conn, ASK)
        for n, name in enumerate(NAMES):
            add_campaign(conn, Campaign(0, f"group-{n}", name, "Local.", GBP, Money(50_000, GBP), parent_id=1))
        pot = MatchPot("0" * 32, 1, "The Ryder family", Money(500_000, GBP), day, day + timedelta(days=9), clock())
        add_pot(conn, pot)
    for number, pence in ((1, 120_000), (2, 12_500), (3, 29_900), (6, 410_001)):
        book(engine, clock(), number, Money(pence, GBP))

    def build(base_url: str) -> ASGIApp:
        site, app = pages("sandbox", base_url), FastAPI()
        measures = GiftMeasures(donors_by_campaign, monthly_by_campaign)
        door = Door(engine, clock, SessionCookie(base_url))
        desk = CampaignDesk(
            engine, clock, site, door, measures, lambda: GivingRules(("month",)), GIFT_AMOUNTS, lambda: ()
        )
        app.router.routes += campaign_routes(engine, clock, site, measures).routes
        app.router.routes += campaign_desk_routes(desk).routes
        app.router.routes += match_routes(engine, clock, site, door).routes
        app.mount("/static", site.static)
        install_errors(app, site)
        return secure(app, pages=site, base_url=base_url, allowed_hosts=(), upload_paths=[LIST_PATH])

    with served(build) as running:
        yield running


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size[0]))
def test_every_page_is_accessible_on_every_screen(
    browser_page: Tabs, address: str, engine: Engine, clock: FixedClock, size: tuple[int, int], scheme: str
) -> None:
    """Nothing sticks out sideways."""
    page = browser_page(size=size)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    sign_page_in(page, address, engine, clock())
    for path in (*PAGES, *DESK_PAGES):
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path
        if (size, scheme) in ((PHONE, "light"), (SIZES[-1], "dark")):
            assert_accessible(page)


def test_the_list_of_groups_follows_what_is_typed(browser_page: Tabs, address: str) -> None:
    """In any case and without accents; and says so when there is none."""
    page = browser_page()
    page.goto(f"{address}/c/ask")
    rows = page.locator("#group-list > li:visible")
    field = page.get_by_label("Name of your town or group")
    field.fill("SAO")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("São Tomé friends")
    field.fill("nowhere")
    expect(rows).to_have_count(0)
    expect(page.get_by_text("No group has that name.")).to_be_visible()
    field.fill("")
    expect(rows).to_have_count(5)


def test_a_treasurer_without_scripts_makes_groups_from_a_list(
    browser_page: Tabs, address: str, engine: Engine, clock: FixedClock
) -> None:
    """Paste, mend the line that is named, look, and make; a donor then finds the group."""
    page = browser_page(javascript=False)
    sign_page_in(page, address, engine, clock())
    page.goto(f"{address}/desk/campaigns/1/groups/list")
    page.get_by_label("Or the list itself").fill("Hull\nYork & Selby\nWhitby, whitby, 300")
    page.get_by_role("button", name="See what it makes").click()
    expect(page.get_by_text("Line 2")).to_be_visible()
    page.get_by_label("Or the list itself").fill("Hull\nWhitby, whitby, 300")
    page.get_by_role("button", name="See what it makes").click()
    page.get_by_role("button", name="Make 2 groups").click()
    expect(page.get_by_text("through 7 groups")).to_be_visible()

    page.goto(f"{address}/c/ask")
    page.get_by_label("Name of your town or group").fill("whit")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Whitby").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Whitby")
    expect(page.get_by_text("20% of each donation goes to Ask every candidate")).to_be_visible()


def test_a_treasurer_without_scripts_notes_a_match_pot(
    browser_page: Tabs, address: str, engine: Engine, clock: FixedClock
) -> None:
    """The first is ended, a second begins tomorrow."""
    page = browser_page(javascript=False)
    sign_page_in(page, address, engine, clock())
    page.goto(f"{address}/desk/campaigns/1/match")
    expect(page.get_by_text("£0 of £5,000")).to_be_visible()
    page.get_by_label("Who matches").fill("A supporter")
    page.get_by_label("Up to, in British pounds").fill("750")
    page.get_by_text("£2 for every £1").click()
    page.get_by_label("First day").fill((clock().date() + timedelta(days=20)).isoformat())
    page.get_by_label("Last day").fill((clock().date() + timedelta(days=30)).isoformat())
    page.get_by_role("button", name="Show it to donors").click()
    expect(page.get_by_role("heading", name="A supporter")).to_be_visible()

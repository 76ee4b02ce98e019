"""A treasurer signs in, reads the totals and looks behind them, with scripts and without."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page
from sqlalchemy import Engine
from starlette.types import ASGIApp

from ledger.accounts import Account
from ledger.kinds import EntryKind
from tests.browser import PHONE, Tabs, assert_accessible, served
from tests.clock import FixedClock
from tests.payments.messages import charge, charged, delivery, event
from tests.payments.organisation_books import gift_id
from tests.proof.books import BUSES, Desk
from tests.proof.settled_books import NOON, dispute, pay_out, refund, settle_gift
from tests.staff.signing_in import link_path, staff_pages
from tests.web.samples import pages
from treasury.routes import treasury_routes
from web.errors import install_errors
from web.security import secure

NARROW, WIDE = (320, 640), (1280, 900)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """A browser sees no difference between the databases: one is enough."""
    return sqlite_url


@pytest.fixture
def address(engine: Engine, clock: FixedClock, desk: Desk) -> Iterator[str]:
    """The desk behind the real guards, with every kind of thing on it."""
    desk.give(1, 2500)
    desk.give(2, 1050, BUSES, days_ago=40)
    desk.move(EntryKind.REFUND, Account.REFUNDS, Account.CLEARING, 700)
    desk.move(EntryKind.FEE, Account.FEES, Account.STRIPE, 58)
    desk.books.pledge(3, amount=2500)
    desk.books.deliver(charged("3", gift=gift_id(3), amount=2000))

    def build(base_url: str) -> ASGIApp:
        site = pages("sandbox", base_url)
        app = FastAPI()
        app.router.routes += staff_pages(engine, clock, site, demonstration=True).routes
        app.router.routes += treasury_routes(engine, clock, site).routes
        app.mount("/static", site.static)
        install_errors(app, site)
        return secure(app, pages=site, base_url=base_url, allowed_hosts=())

    with served(build) as running:
        yield running


@pytest.fixture
def link(engine: Engine, clock: FixedClock, address: str) -> str:
    """A link for Ada."""
    return f"{address}{link_path(engine, clock())}"


def sign_in(page: Page, link: str) -> None:
    """By the link: with scripts it is in the form already, without it has to be pasted."""
    page.goto(link)
    if page.get_by_label("Your sign-in link").is_visible():
        page.get_by_label("Your sign-in link").fill(link)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
def test_from_the_link_to_the_list_behind_a_figure(browser_page: Tabs, link: str, javascript: bool) -> None:
    """Press the button, follow what the buses raised, narrow it to a month, and sign out."""
    page = browser_page(javascript=javascript)
    sign_in(page, link)
    page.get_by_role("link", name="Trends", exact=True).click()
    page.get_by_role("region", name="Table by campaign").get_by_role("link", name="£10.50").first.click()
    assert page.get_by_role("heading", level=1).inner_text() == "Entries"
    assert page.get_by_text("Only Given, Bring back the bus, GBP.").is_visible()

    page.get_by_text("Filter", exact=True).click()
    assert page.get_by_label("Campaign").locator("option:checked").inner_text() == "Bring back the bus"
    page.get_by_label("Days from").fill("2026-10-01")
    page.get_by_role("button", name="Show").click()
    assert page.locator("tfoot td").inner_text() == "£10.50"

    page.get_by_role("button", name="Sign out").click()
    page.goto(page.url.partition("/desk")[0].rstrip("/") + "/desk")
    assert page.get_by_role("heading", level=1).inner_text() == "Sign in first"


@pytest.mark.parametrize("size", [NARROW, PHONE, WIDE], ids=["narrow", "phone", "wide"])
def test_every_page_is_accessible_and_fits(browser_page: Tabs, link: str, size: tuple[int, int]) -> None:
    """Axe finds nothing, and only the tables scroll sideways."""
    page = browser_page(size=size)
    page.goto(link)
    for go_on in (
        'button:has-text("Sign in")',
        'nav a:has-text("Overview")',
        "tbody a",
        'button:has-text("Search")',
    ):
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
        page.locator(go_on).first.click()


@pytest.fixture
def busy(desk: Desk) -> None:
    """Something on every list behind the desk."""
    settle_gift(desk, 11, 2500, 58)
    settle_gift(desk, 12, 4000, 80)
    refund(desk, "re_3QNk2uLkdIwHu7ix0kqbw1", 11, 1000)
    dispute(desk, "du_3QNk2uLkdIwHu7ix0kqbw1", 12, 4000, answer_by=NOON + timedelta(days=9))
    pay_out(desk, "po_3QNk2uLkdIwHu7ix0kqbw1", 2442, ["txn_11"])
    desk.books.deliver(charged("77", gift=gift_id(77), amount=1500))
    desk.books.deliver(delivery(event("charge.succeeded", charge("bad", currency="xxx"), name="odd")))


BEHIND = (
    "", "/disputes", "/discrepancies", "/dead-letters", "/trace/pi_11", "/trace/pi_77", "/letters",
    "/search?find=donor",
    "/trace/po_3QNk2uLkdIwHu7ix0kqbw1", "/trace/nothing", "/gifts?campaign=1&state=not-paid", "/entries?figure=raised",
)  # fmt: skip


@pytest.mark.parametrize("size", [NARROW, PHONE, WIDE], ids=["narrow", "phone", "wide"])
def test_every_page_behind_the_desk_is_accessible_and_fits(
    browser_page: Tabs, link: str, busy: None, size: tuple[int, int]
) -> None:
    """Axe finds nothing, and nothing moves sideways, however long Stripe's ids are."""
    page = browser_page(size=size)
    sign_in(page, link)
    for path in BEHIND:
        page.goto(f"{link.partition('/desk')[0]}/desk{path}")
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def test_a_treasurer_follows_money_and_ticks_off_a_thing_to_do(browser_page: Tabs, link: str, busy: None) -> None:
    """Without scripts: type a payment, read its way, go back, press the button."""
    page = browser_page(javascript=False)
    sign_in(page, link)
    page.get_by_label("Find a person, an amount, a reference").fill("pi_11")
    page.get_by_role("button", name="Search").click()
    assert "Arrived at the bank" in page.locator("ol.way").inner_text()

    page.get_by_role("link", name="Overview").click()
    page.get_by_role("button", name="I have dealt with it").click()
    assert page.get_by_role("button", name="I have dealt with it").count() == 0

"""From a letter's link to "stop my monthly gift", in Chromium without scripts; each page for axe with them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from database.transactions import reading
from outbox.tables import letter
from tests.browser import Tabs, assert_accessible
from tests.place import Place, open_place

CAMPAIGN = "ask-every-candidate"
EMAIL = "zoe@example.org"


@pytest.fixture
def place(sqlite_url: str, tmp_path: Path) -> Iterator[Place]:
    """Everything up, in sandbox mode."""
    with open_place(sqlite_url, tmp_path) as running:
        yield running


def test_a_donor_stops_a_monthly_gift_from_a_letters_link(place: Place, browser_page: Tabs) -> None:
    """Without scripts: a form, a letter, a button, two pages. Then axe looks at the pages."""
    page = browser_page(javascript=False)
    gives_monthly(place, page)
    opens_own_page(place, page)
    page.get_by_role("link", name=re.compile("Change, pause or stop")).click()
    own_recurring = page.url
    look(browser_page(), page)
    page.get_by_role("link", name="Stop this donation").click()
    look(browser_page(), page)
    page.get_by_role("button", name="Stop it now").click()
    expect(page.get_by_text("Stripe is being asked")).to_be_visible()
    place.print_receipts()
    page.goto(own_recurring)
    expect(page.get_by_text("Nothing more is taken.")).to_be_visible()


def gives_monthly(place: Place, page: Page) -> None:
    """£10 a month, paid on the twin's page."""
    page.goto(f"{place.address}/c/{CAMPAIGN}/give?interval=month&amount=1000")
    page.get_by_label("Email address").fill(EMAIL)
    page.get_by_role("button", name=re.compile("Continue to payment")).click()
    page.get_by_label("Name on card").fill("Zoë Ünal")
    page.get_by_role("button", name=re.compile("£10.00")).click()
    expect(page.get_by_role("heading", name=re.compile("Thank you"))).to_be_visible()
    place.print_receipts()


def opens_own_page(place: Place, page: Page) -> None:
    """From the footer's link to the page, by the letter."""
    page.goto(place.address)
    page.get_by_role("link", name="Your donations: see, change, stop").click()
    page.get_by_label("Email address").fill(EMAIL)
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_role("heading", name="Look into your inbox")).to_be_visible()
    place.print_receipts()
    with reading(place.house.engine) as conn:
        text = conn.scalars(sa.select(letter.c.text).where(letter.c.key.like("donor-link:%"))).one()
    page.goto(re.findall(r"http\S+/giving/link/\S+", text)[0])
    assert page.url == f"{place.address}/giving/link"
    page.get_by_role("button", name="Open my donations").click()
    expect(page.get_by_role("heading", name="Regular donations")).to_be_visible()


def look(other: Page, page: Page) -> None:
    """Open the same page with scripts, in the same session, for axe."""
    other.context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    other.goto(page.url)
    assert_accessible(other)

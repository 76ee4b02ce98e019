"""A donor's way and a treasurer's, in a real browser, on the real app, database and Stripe library."""

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from database.instants import utc_now
from database.transactions import reading
from payments.gifts.tables import gift as gift_table
from payments.inbox.store import dead_letters
from proof.audit import audit_all
from staff.act import by_command
from staff.changing import changing
from staff.sign_in import invite, link_address
from tests.browser import Tabs, assert_accessible
from tests.place import Place, open_place

CAMPAIGN = "ask-every-candidate"
DESKTOP = (1280, 900)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """SQLite: what a page shows is the same on both. One journey goes to PostgreSQL as well."""
    url: str = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_url")
    return url


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Iterator[Place]:
    """Everything up, in sandbox mode."""
    with open_place(database_url, tmp_path) as running:
        yield running


@pytest.mark.parametrize(
    ("database_url", "javascript"),
    [("sqlite", True), ("sqlite", False), ("postgresql", True)],
    ids=["sqlite-js", "sqlite-no-js", "postgresql-js"],
    indirect=["database_url"],
)
def test_a_donor_gives_and_the_treasurer_sees_it(
    place: Place,
    browser_page: Tabs,
    javascript: bool,
) -> None:
    """Form, Stripe's page on another origin, thanks, bar, receipt, desk: the way of the README."""
    page = browser_page(javascript=javascript)
    gives(place, page, javascript)
    downloads_the_receipt(place, page, javascript)
    page.goto(f"{place.address}/c/{CAMPAIGN}")
    expect(page.get_by_text("£25").first).to_be_visible()
    sees_the_total(place, browser_page(javascript=javascript, size=DESKTOP), javascript=javascript)
    books_are_sound(place)


def gives(place: Place, page: Page, javascript: bool) -> None:
    """From the list of campaigns to thanks."""
    page.goto(place.address)
    page.locator(f'a[href="/c/{CAMPAIGN}"]').first.click()
    look(page, javascript)
    page.get_by_label("£25", exact=True).check(force=True)
    page.get_by_label("Email address, for your receipt").fill("zoe@example.org")
    page.get_by_role("button", name=re.compile("More choices")).click()
    look(page, javascript)
    page.get_by_label(re.compile("Full name")).fill("Zoë Ünal")
    page.get_by_role("button", name=re.compile("Continue to payment")).click()
    expect(page.get_by_text("£25.00").first).to_be_visible()
    look(page, javascript)
    assert not page.url.startswith(place.address)
    page.get_by_label("Name on card").fill("Zoë Ünal")
    page.get_by_role("button", name=re.compile("£25.00")).click()
    expect(page.get_by_role("heading", name="Thank you, Zoë Ünal")).to_be_visible()
    look(page, javascript)


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "no-js"])
def test_two_taps_and_one_address_are_a_gift(place: Place, browser_page: Tabs, javascript: bool) -> None:
    """From the campaign's own page; a double click is one gift, whether the page got a token or not."""
    page = browser_page(javascript=javascript)
    page.goto(f"{place.address}/c/{CAMPAIGN}")
    page.get_by_label("£25", exact=True).check(force=True)
    page.get_by_label("Email address, for your receipt").fill("zoe@example.org")
    assert bool(page.locator("[data-token]").input_value()) is javascript
    page.get_by_role("button", name=re.compile("^Donate")).dblclick()
    expect(page.get_by_text("£25.00").first).to_be_visible()
    page.get_by_label("Name on card").fill("Zoë Ünal")
    page.get_by_role("button", name=re.compile("£25.00")).click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    with reading(place.house.engine) as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(gift_table)) == 1


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "no-js"])
def test_a_donor_gives_every_month_until_a_day(place: Place, browser_page: Tabs, javascript: bool) -> None:
    """The form asks for how long only then; thanks says what comes when; the desk can change it at Stripe."""
    last = utc_now().date() + timedelta(days=200)
    page = browser_page(javascript=javascript)
    page.goto(f"{place.address}/c/{CAMPAIGN}/give")
    expect(page.get_by_label("Until a day")).to_be_hidden()
    page.get_by_label("Monthly").check(force=True)
    page.get_by_label("Until a day").check(force=True)
    look(page, javascript)
    page.get_by_label("Last day").fill(last.isoformat())
    page.get_by_label("£10", exact=True).check(force=True)
    page.get_by_label("Email address").fill("zoe@example.org")
    page.get_by_role("button", name="Continue to payment" + (" \u2013 £10 a month" if javascript else "")).click()
    expect(page.get_by_text("every month").first).to_be_visible()
    page.get_by_label("Name on card").fill("Zoë Ünal")
    page.get_by_role("button", name=re.compile("£10.00")).click()
    expect(page.get_by_text(f"of each month, until {last:%-d %B %Y}")).to_be_visible()
    look(page, javascript)
    place.print_receipts()
    changes_the_amount(place, browser_page(javascript=javascript, size=DESKTOP), javascript=javascript)
    books_are_sound(place)


def changes_the_amount(place: Place, page: Page, *, javascript: bool) -> None:
    """From the desk to Stripe and back."""
    signs_in(place, page)
    page.get_by_role("link", name=re.compile("^Recurring")).click()
    page.get_by_role("link", name="No name").click()
    look(page, javascript)
    page.get_by_label("Amount, in").fill("12.50")
    page.get_by_role("button", name="Change the amount").click()
    expect(page.get_by_text("Stripe is being asked")).to_be_visible()
    place.print_receipts()
    # The page looks again by itself every five seconds: a reload from here could cut across its own.
    expect(page.get_by_role("heading", name="£12.50 a month")).to_be_visible(timeout=20_000)


def test_who_turns_back_at_stripe_finds_every_choice_as_it_was(place: Place, browser_page: Tabs) -> None:
    """How often, how many times, and how much."""
    page = browser_page(javascript=False)
    page.goto(f"{place.address}/c/{CAMPAIGN}/give?interval=year")
    expect(page.get_by_label("Yearly")).to_be_checked()
    page.get_by_label("A number of times").check(force=True)
    page.get_by_label("How many donations in all?").fill("3")
    page.get_by_label("£10", exact=True).check(force=True)
    page.get_by_label("Email address").fill("zoe@example.org")
    page.get_by_role("button", name=re.compile("Continue")).click()
    page.get_by_role("link", name=re.compile("back|cancel", re.IGNORECASE)).first.click()
    expect(page.get_by_label("Yearly")).to_be_checked()
    expect(page.get_by_label("A number of times")).to_be_checked()
    expect(page.get_by_label("How many donations in all?")).to_have_value("3")


def downloads_the_receipt(place: Place, page: Page, javascript: bool) -> None:
    """From thanks to a PDF that says who gave what."""
    page.get_by_role("button", name="Your receipt").click()
    look(page, javascript)
    place.print_receipts()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("PDF")).first.click()
    text = PdfReader(BytesIO(Path(download.value.path()).read_bytes())).pages[0].extract_text()
    assert "£25.00" in text
    assert "Zoë Ünal" in text


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "no-js"])
def test_a_declined_card_stays_at_stripe_and_another_try_succeeds(
    place: Place, browser_page: Tabs, javascript: bool
) -> None:
    """Nothing is booked for the first try."""
    page = browser_page(javascript=javascript)
    begin(page, place)
    page.get_by_label("Name on card").fill("Zoë Ünal")
    page.get_by_label(re.compile("declin", re.IGNORECASE)).first.check(force=True)
    page.get_by_role("button", name=re.compile("£10")).click()
    expect(page.get_by_text("declined").first).to_be_visible()
    page.get_by_label(re.compile("succeed", re.IGNORECASE)).first.check(force=True)
    page.get_by_role("button", name=re.compile("£10")).click()
    expect(page.get_by_role("heading", name=re.compile("Thank you"))).to_be_visible()
    books_are_sound(place)


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "no-js"])
def test_who_turns_back_at_stripe_finds_the_form_as_it_was(place: Place, browser_page: Tabs, javascript: bool) -> None:
    """Nothing was charged, and nothing has to be typed again."""
    page = browser_page(javascript=javascript)
    begin(page, place)
    page.get_by_role("link", name=re.compile("back|cancel", re.IGNORECASE)).first.click()
    expect(page.get_by_text("Nothing was charged").first).to_be_visible()
    expect(page.get_by_label("Email address")).to_have_value("zoe@example.org")
    expect(page.get_by_label("£10", exact=True)).to_be_checked()


def test_a_form_with_mistakes_comes_back_filled_and_says_what_to_do(place: Place, browser_page: Tabs) -> None:
    """422 by a browser: what was typed is kept."""
    page = browser_page()
    page.goto(f"{place.address}/c/{CAMPAIGN}/give")
    page.get_by_label("Other amount", exact=True).check(force=True)
    page.locator("#other_amount").fill("1,50")
    page.get_by_label("Email address").fill("zoe@")
    page.get_by_role("button", name=re.compile("Continue")).click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#other_amount")).to_have_value("1,50")
    expect(page.get_by_label("Email address")).to_have_value("zoe@")
    assert page.title().startswith("Error: ")
    assert_accessible(page)


@pytest.mark.parametrize(
    "path", ["/", "/nowhere", "/c/see-you-in-court", "/c/read-aloud-night", "/thanks?session_id=x"]
)
def test_every_other_page_is_accessible(place: Place, browser_page: Tabs, path: str) -> None:
    """The list, a missing page, a closed and a coming campaign, thanks without a gift."""
    for size in ((390, 844), DESKTOP):
        page = browser_page(size=size)
        page.goto(place.address + path)
        assert_accessible(page)


def test_no_page_is_wider_than_a_small_phone(place: Place, browser_page: Tabs) -> None:
    """320 px, no sideways scrolling (WCAG 1.4.10)."""
    page = browser_page(size=(320, 700))
    for path in ("/", f"/c/{CAMPAIGN}", f"/c/{CAMPAIGN}/give"):
        page.goto(place.address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def begin(page: Page, place: Place) -> None:
    """As far as Stripe's page, with £10."""
    page.goto(f"{place.address}/c/{CAMPAIGN}/give")
    page.get_by_label("£10", exact=True).check(force=True)
    page.get_by_label("Email address").fill("zoe@example.org")
    page.get_by_role("button", name=re.compile("Continue")).click()
    expect(page.get_by_text("£10.00").first).to_be_visible()


def sees_the_total(place: Place, page: Page, *, javascript: bool) -> None:
    """Sign in by the one-time link and find the gift behind the figure."""
    token = signs_in(place, page, javascript=javascript)
    expect(page.get_by_text("£25.00").first).to_be_visible()
    look(page, javascript)
    page.goto(f"{place.address}/desk/gifts")
    expect(page.get_by_text("£25.00").first).to_be_visible()
    look(page, javascript)
    page.goto("about:blank")
    use_link(place, page, token)
    expect(page.get_by_role("heading", level=1)).to_have_text("Page not found")


def signs_in(place: Place, page: Page, *, javascript: bool = False) -> str:
    """By a one-time link, which is handed back used up."""
    with changing(place.house.engine, by_command("staff add"), utc_now()) as change:
        token = invite(change, "treasurer@example.org", "Trea Surer", lifetime=timedelta(minutes=5))
    use_link(place, page, token)
    look(page, javascript)
    return token


def use_link(place: Place, page: Page, code: str) -> None:
    """With scripts the code is in the form already; without them it has to be pasted."""
    page.goto(link_address(place.address, code))
    if page.get_by_label("Your sign-in link").is_visible():
        page.get_by_label("Your sign-in link").fill(code)
    page.get_by_role("button", name="Sign in").click()


def look(page: Page, javascript: bool) -> None:
    """Axe on this page, where scripts run."""
    if javascript:
        assert_accessible(page)


def books_are_sound(place: Place) -> None:
    """The audit of every test that moved money."""
    with reading(place.house.engine) as conn:
        assert [finding for finding in audit_all(conn) if finding.has_failed] == []
        assert dead_letters(conn) == []

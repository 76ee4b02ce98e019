"""The ways that a donor's gift can go, each in Chromium with scripts and without, on one running Farthing.

What other browser tests follow already (once, monthly, turned back, declined, stopped by a letter) is not here again.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from campaigns.match import MatchPot
from campaigns.match_store import add_pot, matches_of
from campaigns.store import add_campaign, campaign_by_slug, change_campaign, families_of
from database.instants import utc_now
from database.migrating import migrate
from database.transactions import booking, reading
from ledger.money import GBP, Money
from organisation.store import add_version, newest_version
from payments.gifts.tables import allocation, declaration, gift
from tests.browser import Tabs, assert_accessible
from tests.place import Place, open_place
from tests.test_journey import books_are_sound

CAMPAIGN, GROUP = "ask-every-candidate", "thornby"
MODES = pytest.mark.parametrize("javascript", [True, False], ids=["js", "no-js"])
POT = "6a0b3a7e-0000-4000-8000-000000000001"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The demonstration with a local group that shares with its parent, and a match pot; the law asks above £500."""
    folder = tmp_path_factory.mktemp("paths")
    address = f"sqlite:///{folder / 'farthing.db'}"
    migrate(address)
    with open_place(address, folder) as running:
        engine, now = running.house.engine, utc_now()
        with booking(engine) as conn:
            parent = campaign_by_slug(conn, CAMPAIGN)
            version = newest_version(conn, "Europe/London")
            assert parent is not None
            assert version is not None
            change_campaign(conn, parent, replace(parent, group_share=20))
            add_campaign(
                conn, replace(parent, id=0, slug=GROUP, title="Thornby", parent_id=parent.id, group_share=None)
            )
            pot = MatchPot(
                POT, parent.id, "The Ryders", Money(100_000, GBP), now.date(), now.date() + timedelta(9), now
            )
            add_pot(conn, pot)
            add_version(conn, replace(version.profile, regime="gb_party"), "test", now)
        running.house.organisation.refresh()
        yield running


def form(place: Place, page: Page, query: str = "", campaign: str = CAMPAIGN, email: str = "zoe@example.org") -> None:
    """The form, with an address."""
    page.goto(f"{place.address}/c/{campaign}/give{query}")
    page.get_by_label("Email address").fill(email)


def to_stripe(page: Page, amount: str) -> None:
    """On to Stripe's page."""
    page.get_by_role("button", name=re.compile("^Continue to payment")).click()
    expect(page.get_by_text(amount).first).to_be_visible()
    expect(page.get_by_label("Name on card")).to_be_visible()


def pay(page: Page, method: str = "Succeeds") -> None:
    """Pay there."""
    page.get_by_label(re.compile(method)).first.check(force=True)
    page.get_by_label("Name on card").fill("Zoë Ünal")
    page.get_by_role("button", name=re.compile("^(Donate|Pay|Subscribe)")).click()


def thanked(page: Page, *, javascript: bool) -> None:
    """The page that says so."""
    expect(page.get_by_role("heading", name=re.compile("^Thank you"))).to_be_visible()
    if javascript:
        assert_accessible(page)


def received(place: Place, email: str) -> list[tuple[int, int]]:
    """Of this donor's gifts that came: amount, and the cover for the fee."""
    with reading(place.house.engine) as conn:
        rows = conn.execute(
            sa.select(gift.c.amount_minor, gift.c.fee_cover_minor)
            .where(gift.c.donor_email == email, gift.c.state == "received")
            .order_by(gift.c.id)
        )
        return [(row[0], row[1] or 0) for row in rows]


@MODES
def test_yearly(place: Place, browser_page: Tabs, javascript: bool) -> None:
    """Thanks says when the next one comes."""
    page, email = browser_page(javascript=javascript), f"year-{javascript}@example.org"
    form(place, page, "?interval=year&amount=1000", email=email)
    to_stripe(page, "every year")
    pay(page)
    thanked(page, javascript=javascript)
    expect(page.get_by_text(re.compile("of each year|every year|a year")).first).to_be_visible()
    assert received(place, email) == [(1000, 0)]


@MODES
def test_bacs_is_told_to_be_on_its_way(place: Place, browser_page: Tabs, javascript: bool) -> None:
    """It is no gift before the money has come."""
    page, email = browser_page(javascript=javascript), f"bacs-{javascript}@example.org"
    form(place, page, "?amount=2500", email=email)
    to_stripe(page, "£25.00")
    pay(page, "Bacs")
    expect(page.get_by_text(re.compile("Direct Debit|bank|some days|on its way")).first).to_be_visible()
    if javascript:
        assert_accessible(page)
    assert received(place, email) == []


@MODES
def test_who_goes_back_and_on_again_gives_once(place: Place, browser_page: Tabs, javascript: bool) -> None:
    """By the browser's own button: the form is as it was, and one payment is one gift."""
    page, email = browser_page(javascript=javascript), f"back-{javascript}@example.org"
    form(place, page, "?amount=2500", email=email)
    to_stripe(page, "£25.00")
    page.go_back()
    expect(page.get_by_label("Email address")).to_have_value(email)
    to_stripe(page, "£25.00")
    pay(page)
    thanked(page, javascript=javascript)
    assert received(place, email) == [(2500, 0)]


@MODES
def test_a_payment_page_that_has_expired_leads_to_a_new_one(place: Place, browser_page: Tabs, javascript: bool) -> None:
    """Nothing was charged, and the form is still filled."""
    page, email = browser_page(javascript=javascript), f"late-{javascript}@example.org"
    form(place, page, "?amount=2500", email=email)
    to_stripe(page, "£25.00")
    session = page.url.rsplit("/", 1)[1]
    assert place.twin.api.request("POST", f"/v1/checkout/sessions/{session}/expire", {})[0] == 200
    page.go_back()
    to_stripe(page, "£25.00")
    assert page.url.rsplit("/", 1)[1] != session
    pay(page)
    thanked(page, javascript=javascript)
    assert received(place, email) == [(2500, 0)]


@MODES
def test_a_group_keeps_its_part_and_the_parent_its_own(place: Place, browser_page: Tabs, javascript: bool) -> None:
    """As the form says before."""
    page, email = browser_page(javascript=javascript), f"group-{javascript}@example.org"
    form(place, page, "?amount=2500", GROUP, email)
    expect(page.get_by_text("20% of each donation goes to Ask every candidate, the rest to Thornby.")).to_be_visible()
    to_stripe(page, "£25.00")
    pay(page)
    thanked(page, javascript=javascript)
    with reading(place.house.engine) as conn:
        parts = conn.scalars(
            sa.select(allocation.c.amount_minor).join(gift, gift.c.id == allocation.c.gift_id)
            .where(gift.c.donor_email == email).order_by(allocation.c.amount_minor)
        ).all()  # fmt: skip
    assert list(parts) == [500, 2000]


@MODES
def test_a_gift_is_matched_and_its_fee_covered(place: Place, browser_page: Tabs, javascript: bool) -> None:
    """The page says what each gift is matched with; the cover is part of the gift, as estimated."""
    page, email = browser_page(javascript=javascript), f"match-{javascript}@example.org"
    page.goto(f"{place.address}/c/{CAMPAIGN}")
    expect(page.get_by_text(re.compile("The Ryders")).first).to_be_visible()
    before = matched(place)
    form(place, page, "?amount=2500", email=email)
    page.get_by_label("Add the payment company").check(force=True)
    to_stripe(page, "£25.59")
    pay(page)
    thanked(page, javascript=javascript)
    assert received(place, email) == [(2559, 59)]
    assert matched(place) == before + 2559


@MODES
def test_above_the_threshold_the_donor_declares_first(place: Place, browser_page: Tabs, javascript: bool) -> None:
    """What the law asks is asked before Stripe, and kept with the gift."""
    page, email = browser_page(javascript=javascript), f"large-{javascript}@example.org"
    form(place, page, email=email)
    page.get_by_label("Other amount", exact=True).check(force=True)
    page.locator("#other_amount").fill("600")
    page.get_by_role("button", name=re.compile("^Continue to payment")).click()
    expect(page.get_by_role("heading", name="Who gives these £600?")).to_be_visible()
    if javascript:
        assert_accessible(page)
    page.locator("#donor_kind").check(force=True)
    page.get_by_label("Full name").fill("Zoë Ünal")
    page.locator("#declared_address").fill("1 Lantern Row\nMarlbridge")
    page.locator("#own_money").check(force=True)
    to_stripe(page, "£600.00")
    pay(page)
    thanked(page, javascript=javascript)
    assert received(place, email) == [(60_000, 0)]
    with reading(place.house.engine) as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(declaration)) == 1 + (not javascript)


def test_a_whole_gift_by_the_keyboard_alone(place: Place, browser_page: Tabs) -> None:
    """Tab, arrow, space and enter, and the focus is always seen."""
    page, email = browser_page(size=(1280, 900)), "keys@example.org"
    page.goto(f"{place.address}/c/{CAMPAIGN}")
    tab_to(page, "input[name=amount]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    tab_to(page, "input[name=email]")
    page.keyboard.type(email)
    tab_to(page, "button.button, input[type=submit]")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name on card")).to_be_visible()
    tab_to(page, "#name")
    page.keyboard.type("Zoë Ünal")
    page.keyboard.press("Enter")
    thanked(page, javascript=True)
    assert len(received(place, email)) == 1


def test_every_penny_of_these_ways_is_sound(place: Place) -> None:
    """The audit after all of them."""
    place.print_receipts()
    books_are_sound(place)


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until this has the focus; wherever it stands meanwhile, an outline shows it."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focus = page.evaluate(
            "selector => { const at = document.activeElement, style = getComputedStyle(at);"
            " const box = at.closest('label') ?? at;"
            " const near = [at, box, at.nextElementSibling].filter(e => e);"
            " const seen = near.some(e => getComputedStyle(e).outlineStyle !== 'none');"
            " return [at.matches(selector), seen || at === document.body, at.outerHTML.slice(0, 80)]; }",
            selector,
        )
        assert focus[1], f"the focus is not seen on {focus[2]}"
        if focus[0]:
            return
    raise AssertionError(f"Tab never comes to {selector}")


def matched(place: Place) -> int:
    """How much of the pot is used, in pence."""
    with reading(place.house.engine) as conn:
        campaign = campaign_by_slug(conn, CAMPAIGN)
        assert campaign is not None
        [match] = matches_of(conn, families_of(conn, [campaign]))[campaign.id]
    return match.used.minor

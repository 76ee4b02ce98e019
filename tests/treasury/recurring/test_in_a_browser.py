"""The pages of recurring gifts in a browser: they fit, they can be read, and their buttons need no scripts."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect
from sqlalchemy import Engine
from starlette.types import ASGIApp

from database.transactions import reading, writing
from payments.gifts.recurring import Recurring, RecurringState
from payments.gifts.recurring_changes import ChangeKind
from payments.gifts.recurring_store import changes_of, mark_done
from tests.browser import PHONE, Tabs, assert_accessible, served
from tests.clock import FixedClock
from tests.proof.books import Desk
from tests.staff.signing_in import sign_page_in
from tests.treasury.recurring.standing import one_of_each
from tests.web.samples import pages
from treasury.routes import treasury_routes
from web.errors import install_errors
from web.security import secure

NARROW, WIDE = (320, 640), (1280, 900)
PATH = "/desk/recurring"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """A browser sees no difference between the databases: one is enough."""
    return sqlite_url


@pytest.fixture
def each(desk: Desk) -> dict[RecurringState, Recurring]:
    """A recurring gift in every state."""
    return one_of_each(desk)


@pytest.fixture
def address(engine: Engine, clock: FixedClock, each: dict[RecurringState, Recurring]) -> Iterator[str]:
    """The desk behind the real guards."""

    def build(base_url: str) -> ASGIApp:
        site = pages("sandbox", base_url)
        app = FastAPI()
        app.router.routes += treasury_routes(engine, clock, site).routes
        app.mount("/static", site.static)
        install_errors(app, site)
        return secure(app, pages=site, base_url=base_url, allowed_hosts=())

    with served(build) as running:
        yield running


def signed_in(page: Page, engine: Engine, clock: FixedClock, address: str) -> Page:
    """Ada at her desk."""
    sign_page_in(page, address, engine, clock())
    page.goto(f"{address}/desk")
    return page


@pytest.mark.parametrize("size", [NARROW, PHONE, WIDE], ids=["narrow", "phone", "wide"])
def test_every_page_is_accessible_and_fits(
    browser_page: Tabs,
    engine: Engine,
    clock: FixedClock,
    address: str,
    each: dict[RecurringState, Recurring],
    size: tuple[int, int],
) -> None:
    """The list, each state's page, and the question before an end; only tables scroll sideways."""
    page = signed_in(browser_page(size=size), engine, clock, address)
    paths = [
        PATH,
        *(f"{PATH}/{recurring.id}" for recurring in each.values()),
        f"{PATH}/{each[RecurringState.ACTIVE].id}/end-now",
    ]
    for path in paths:
        page.goto(address + path)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
def test_from_the_list_to_another_amount_and_an_end(
    browser_page: Tabs,
    engine: Engine,
    clock: FixedClock,
    address: str,
    each: dict[RecurringState, Recurring],
    javascript: bool,
) -> None:
    """A mistake, then £25; then the end, which is asked about once more."""
    page = signed_in(browser_page(javascript=javascript), engine, clock, address)
    page.goto(address + PATH)
    page.get_by_role("link", name="Donor 1").click()
    page.get_by_label("Amount, in").fill("1")
    page.get_by_role("button", name="Change the amount").click()
    expect(page.get_by_role("alert")).to_be_visible()
    if javascript:
        assert_accessible(page)
    page.get_by_label("Amount, in").fill("25")
    page.get_by_role("button", name="Change the amount").click()
    expect(page.get_by_text("Stripe is being asked")).to_be_visible()
    page.get_by_role("link", name="End it now").click()
    page.get_by_role("button", name="End it now").click()
    expect(page.get_by_text("end now")).to_be_visible()
    with reading(engine) as conn:
        assert {wish.kind for wish in changes_of(conn, each[RecurringState.ACTIVE])} == {
            ChangeKind.AMOUNT,
            ChangeKind.END_NOW,
        }


def test_the_page_shows_by_itself_that_stripe_agreed(
    browser_page: Tabs, engine: Engine, clock: FixedClock, address: str, each: dict[RecurringState, Recurring]
) -> None:
    """The script looks until the wish is fulfilled."""
    page = signed_in(browser_page(), engine, clock, address)
    recurring = each[RecurringState.ACTIVE]
    page.goto(f"{address}{PATH}/{recurring.id}")
    page.get_by_role("button", name="Pause it").click()
    expect(page.get_by_text("Stripe is being asked")).to_be_visible()
    with writing(engine) as conn:
        mark_done(conn, changes_of(conn, recurring)[0], clock())
    expect(page.get_by_text("Stripe is being asked")).to_have_count(0)
    expect(page.get_by_text("Done on")).to_be_visible()

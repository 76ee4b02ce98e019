"""Somebody invited comes to the desk in a real browser, with scripts and without; every page of staff fits."""

from collections.abc import Iterator

import pyotp
import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect
from sqlalchemy import Engine
from starlette.types import ASGIApp

from database.instants import utc_now
from staff.sign_in import link_address
from tests.browser import Tabs, assert_accessible, served
from tests.staff.desk_visitor import PASSWORD
from tests.staff.signing_in import ADA, link_token, sign_page_in, staff_pages
from tests.web.samples import pages
from treasury.routes import treasury_routes
from web.errors import install_errors
from web.security import secure

SIZES = {"narrow": (320, 640), "phone": (390, 844), "tablet": (768, 1024), "wide": (1280, 900)}
BO = "bo@example.org"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """A browser sees no difference between the databases: one is enough."""
    return sqlite_url


@pytest.fixture
def address(engine: Engine) -> Iterator[str]:
    """The desk behind the real guards, by the real clock: an authenticator app has no other."""

    def build(base_url: str) -> ASGIApp:
        site = pages("test", base_url)
        app = FastAPI()
        app.router.routes += staff_pages(engine, utc_now, site).routes
        app.router.routes += treasury_routes(engine, utc_now, site).routes
        app.mount("/static", site.static)
        install_errors(app, site)
        return secure(app, pages=site, base_url=base_url, allowed_hosts=())

    with served(build) as running:
        yield running


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
def test_from_the_link_to_the_desk_and_back_another_day(
    browser_page: Tabs, engine: Engine, address: str, javascript: bool
) -> None:
    """A password, an app, recovery codes; then sign out, and in again by password and recovery code."""
    page = browser_page(javascript=javascript)
    page.goto(link_address(address, code := link_token(engine, utc_now())))
    if javascript:
        expect(page).to_have_url(f"{address}/desk/sign-in/link")  # the code is gone from the address
    else:
        page.get_by_label("Your sign-in link").fill(code)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same once more").fill(PASSWORD)
    page.get_by_role("button", name="Keep this password").click()
    page.get_by_text("I cannot scan it").click()
    key = page.locator("details code").inner_text().replace(" ", "")
    page.get_by_label("Code of six digits").fill(pyotp.TOTP(key).now())
    page.get_by_role("button", name="Open the desk").click()
    recovery_code = page.locator(".codes code").first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_role("button", name="Sign out").click()

    page.goto(f"{address}/desk/staff")
    page.get_by_label("Email address").fill(ADA)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Code").fill(recovery_code)
    page.get_by_role("button", name="Go to the desk").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Staff")


def test_every_page_of_staff_is_accessible_and_fits(browser_page: Tabs, engine: Engine, address: str) -> None:
    """Axe finds nothing, light and dark, and nothing moves sideways at any width; also when a form comes back."""
    page = browser_page()
    link_token(engine, utc_now(), email=BO)
    for path in ("/desk/sign-in", "/desk/sign-in/link", "/desk/sign-in/forgotten"):
        page.goto(address + path)
        look(page)
    page.get_by_role("button", name="Mail me a link").click()
    look(page)
    sign_page_in(page, address, engine, utc_now())
    for path in ("", "/account", "/account/second-factor", "/account/recovery-codes", "/staff", "/acts", "/confirm"):
        page.goto(f"{address}/desk{path}")
        look(page)
    for path, button in (("/staff/invite", "Invite"), ("/account/password", "Keep this password")):
        page.goto(f"{address}/desk{path}")
        look(page)
        page.get_by_role("button", name=button, exact=True).click()
        look(page)
    page.goto(f"{address}/desk/staff")
    page.get_by_role("link", name="Bo", exact=True).click()
    member = page.url
    for path in ("", "/work", "/remove", "/reset"):
        page.goto(member + path)
        look(page)
    page.get_by_role("button", name="Reset", exact=True).click()
    look(page)


def look(page: Page) -> None:
    """At every width and in both schemes."""
    for width, height in SIZES.values():
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (page.url, width)
    for width, scheme in ((320, "light"), (1280, "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert_accessible(page)

"""The browser that the other tests rely on sees what it should: scripts, their absence, and faults."""

import pytest
from playwright.sync_api import Browser
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from tests.browser import Tabs, assert_accessible, served, tabs

PAGE = """<!doctype html><html lang="en"><title>A page</title><link rel="icon" href="data:,">
<main><h1>A page</h1><p>{text}</p><script>document.querySelector("p").textContent = "scripted"</script>
</main></html>"""


def page_saying(text: str, policy: str = "script-src 'unsafe-inline'") -> ASGIApp:
    """A site of one page."""
    answer = HTMLResponse(PAGE.format(text=text), headers={"Content-Security-Policy": policy})
    return Starlette(routes=[Route("/", lambda _request: answer)])


@pytest.mark.parametrize(("javascript", "text"), [(True, "scripted"), (False, "plain")], ids=["on", "off"])
def test_a_page_opens_with_scripts_and_without(browser_page: Tabs, javascript: bool, text: str) -> None:
    """The donor's way must work in both."""
    with served(lambda _address: page_saying("plain")) as address:
        page = browser_page(javascript=javascript)
        page.goto(address)

        assert page.text_content("p") == text


def test_axe_never_waits_for_scripts_that_are_off(browser_page: Tabs) -> None:
    """It would wait for ever; the test that asks for it is told so."""
    with pytest.raises(AssertionError, match="javascript=True"):
        assert_accessible(browser_page(javascript=False))


def test_what_axe_finds_is_named(browser_page: Tabs) -> None:
    """A picture without words, in a sentence with its markup."""
    page = browser_page()
    page.set_content(PAGE.format(text="") + '<img src="data:,">')

    with pytest.raises(AssertionError, match="image-alt: Images must have alternative text: <img"):
        assert_accessible(page)


def test_a_blocked_script_is_a_complaint(browser: Browser) -> None:
    """What the content security policy stops would otherwise only be missing."""
    with (
        served(lambda _address: page_saying("plain", "script-src 'none'")) as address,
        pytest.raises(AssertionError, match="Content Security Policy"),
        tabs(browser) as browser_page,
    ):
        browser_page().goto(address)


def test_axe_runs_under_our_policy(browser_page: Tabs) -> None:
    """The pages forbid eval; the check must not depend on it."""
    with served(lambda _address: page_saying("plain", "script-src 'unsafe-inline'")) as address:
        page = browser_page()
        page.goto(address)

        assert_accessible(page)

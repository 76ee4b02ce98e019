"""A volunteer changes the organisation on a phone, and everybody sees it: with scripts and without."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine
from starlette.types import ASGIApp

from tests.browser import PHONE, Tabs, assert_accessible, served
from tests.clock import FixedClock
from tests.organisation.desk_site import DeskSite, open_desk_site
from tests.staff.signing_in import sign_page_in
from tests.web.image_files import picture_file
from web.security import secure
from web.uploads import FILE_BYTES

DESK = "/desk/organisation"
SIZES = [(320, 640), PHONE, (768, 1024), (1280, 900)]
FORMS = ["", "/details", "/notices", "/look", "/giving", "/preview", "/preview/page", "/preview/receipt"]
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 60"><rect width="240" height="60" fill="#8a1538"/></svg>'
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """A browser sees no difference between the databases: one is enough."""
    return sqlite_url


@pytest.fixture
def site(engine: Engine, clock: FixedClock) -> DeskSite:
    """The organisation's pages."""
    return open_desk_site(engine, clock)


@pytest.fixture
def address(site: DeskSite) -> Iterator[str]:
    """The pages behind the real guards."""

    def build(base_url: str) -> ASGIApp:
        site.open_at(base_url)
        return secure(site.app, pages=site.pages, base_url=base_url, allowed_hosts=(), upload_paths=site.upload_paths)

    with served(build) as running:
        yield running


@pytest.fixture
def logo(tmp_path: Path) -> Path:
    """A logo on the volunteer's phone."""
    path = tmp_path / "logo.svg"
    path.write_text(SVG)
    return path


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
def test_from_a_pale_colour_to_a_saved_look(
    browser_page: Tabs, site: DeskSite, address: str, logo: Path, javascript: bool
) -> None:
    """Refused with a colour that passes, taken, looked at, saved, and seen by everybody."""
    page = browser_page(javascript=javascript)
    sign_page_in(page, address, site.engine, site.clock())
    page.goto(address + DESK)
    page.get_by_role("link", name="Change colour and logo").click()
    page.get_by_label("Colour").fill("#ff9900")
    page.get_by_role("button", name="Look at it before saving").click()
    refusal = page.get_by_role("alert").inner_text()
    nearest = re.findall(r"#[0-9a-f]{6}", refusal)[-1]
    page.get_by_label("Colour").fill(nearest)
    page.get_by_label("Logo").set_input_files(logo)
    page.get_by_role("button", name="Look at it before saving").click()
    assert nearest in page.locator("ins").first.inner_text()

    page.get_by_role("button", name="Save").click()

    assert page.url == address + DESK
    assert site.current.profile.look.colour == nearest
    page.goto(f"{address}/privacy")
    assert page.get_by_role("img", name="Every Branch Open").evaluate("image => image.naturalWidth") > 0
    assert page.locator("footer").evaluate("footer => getComputedStyle(footer).backgroundColor") != "rgb(19, 58, 48)"


def test_a_file_that_is_too_large_is_answered_on_a_page(
    browser_page: Tabs, site: DeskSite, address: str, tmp_path: Path
) -> None:
    """Not by a connection that breaks off: a photo of 12 MB is the likeliest mistake of all."""
    large = tmp_path / "large.png"
    large.write_bytes(picture_file("PNG") + bytes(FILE_BYTES + 2_000_000))
    page = browser_page()
    sign_page_in(page, address, site.engine, site.clock())
    page.goto(f"{address}{DESK}/look")
    page.get_by_label("Logo").set_input_files(large)

    page.get_by_role("button", name="Look at it before saving").click()

    page.get_by_text("The file is larger than 10 MB.").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_fits_every_screen(
    browser_page: Tabs, site: DeskSite, address: str, scheme: str
) -> None:
    """With a draft of another colour, and a form with something wrong in it."""
    page = browser_page()
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    sign_page_in(page, address, site.engine, site.clock())
    page.goto(f"{address}{DESK}/look")
    page.get_by_label("Colour").fill("#8a1538")
    page.get_by_role("button", name="Look at it before saving").click()
    for path in FORMS:
        page.goto(address + DESK + path)
        _assert_fits(page)
    page.goto(f"{address}{DESK}/details")
    page.get_by_label("Email address").fill("nobody")
    page.get_by_role("button", name="Look at it before saving").click()
    page.get_by_role("alert").wait_for()
    _assert_fits(page)
    page.goto(f"{address}/privacy")
    _assert_fits(page)


def _assert_fits(page: Page) -> None:
    assert_accessible(page)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (page.url, width)

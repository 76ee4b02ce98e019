"""An organiser's way from an empty form to what became of it, and what donors see at each step, without JavaScript."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from database.instants import utc_now
from tests.browser import Tabs, assert_accessible
from tests.place import Place, open_place
from tests.staff.signing_in import sign_page_in
from tests.web.image_files import picture_file

NARROW, WIDE = (320, 700), (1280, 900)
STORY = "Our library has 40 chairs.\n\n## Why\n\nTen are broken. See [the minutes](https://example.org)."
PAGES = (
    "", "/new", "/1", "/1/edit", "/1/amounts", "/1/picture", "/1/close", "/1/reopen", "/1/preview", "/1/updates/new",
)  # fmt: skip


@pytest.fixture
def place(sqlite_url: str, tmp_path: Path) -> Iterator[Place]:
    """A sandbox with its twin. A browser sees no difference between the databases: one is enough."""
    with open_place(sqlite_url, tmp_path) as running:
        yield running


def press(page: Page, name: str) -> None:
    """A button or a link of this name."""
    page.get_by_role("button", name=name, exact=True).or_(page.get_by_role("link", name=name, exact=True)).click()


def test_a_campaign_from_its_first_word_to_its_end(place: Place, browser_page: Tabs) -> None:
    """Made, previewed, given a picture and amounts, published, given to, paused, reopened, closed, reopened."""
    desk, donor = browser_page(javascript=False), browser_page(javascript=False)
    sign_page_in(desk, place.address, place.house.engine, utc_now())
    desk.goto(f"{place.address}/desk/campaigns")
    makes_a_draft(desk)
    gives_it_a_picture_and_amounts(desk)
    public = f"{place.address}/c/forty-chairs"
    answer = donor.goto(public)
    assert answer is not None
    assert answer.status == 404

    press(desk, "Publish")
    expect(desk.get_by_text("It takes donations until you close it")).to_be_visible()
    donor.goto(public)
    gives(donor)
    pauses_and_reopens_it(desk, donor, public)
    closes_and_reopens_it(desk, donor, public)


def pauses_and_reopens_it(desk: Page, donor: Page, public: str) -> None:
    """Donors are told on the page and on the form, until it goes on."""
    press(desk, "Pause")
    donor.goto(public)
    expect(donor.get_by_text("This campaign is paused.")).to_be_visible()
    expect(donor.get_by_text("£12 raised")).to_be_visible()
    donor.goto(f"{public}/give")
    expect(donor.get_by_text("it takes no donations at present")).to_be_visible()
    press(desk, "Reopen")
    press(desk, "Reopen it")
    donor.goto(f"{public}/give")
    expect(donor.get_by_role("heading", name="Make a donation")).to_be_visible()


def closes_and_reopens_it(desk: Page, donor: Page, public: str) -> None:
    """Donors read what became of it."""
    press(desk, "Close")
    desk.get_by_label("What became of it").fill("We bought **twelve** chairs.")
    press(desk, "Close it")
    donor.goto(public)
    expect(donor.get_by_role("heading", name="What became of it")).to_be_visible()
    expect(donor.get_by_text("We bought twelve chairs.")).to_be_visible()
    press(desk, "Reopen")
    press(desk, "Reopen it")
    expect(desk.get_by_text("campaign reopened").first).to_be_visible()


def makes_a_draft(desk: Page) -> None:
    """An empty form says what is missing; a filled one is looked at, then kept."""
    press(desk, "Make a campaign")
    press(desk, "Keep as a draft")
    expect(desk.get_by_role("alert")).to_contain_text("Enter a title.")
    desk.get_by_label("Title").fill("Forty chairs")
    desk.get_by_label("Story").fill(STORY)
    desk.get_by_label("How much, or how many").fill("480")
    press(desk, "Preview without saving")
    expect(desk.get_by_role("heading", name="Why")).to_be_visible()
    press(desk, "Keep as a draft")
    expect(desk.get_by_role("heading", name="Forty chairs")).to_be_visible()
    expect(desk.get_by_text("Only staff see it.")).to_be_visible()


def gives_it_a_picture_and_amounts(desk: Page) -> None:
    """Each with what must be said: what the picture shows, what an amount does."""
    press(desk, "Add a picture")
    upload = {"name": "chairs.png", "mimeType": "image/png", "buffer": picture_file("PNG", (1200, 600))}
    desk.get_by_label("Picture").set_input_files(upload)  # type: ignore[arg-type]
    press(desk, "Save")
    expect(desk.get_by_role("alert")).to_contain_text("Say in a few words what the picture shows")
    desk.get_by_label("Picture").set_input_files(upload)  # type: ignore[arg-type]
    desk.get_by_label("What it shows").fill("A stack of chairs.")
    press(desk, "Save")
    expect(desk.get_by_alt_text("A stack of chairs.")).to_be_visible()
    press(desk, "Amounts and intervals")
    desk.get_by_label("Suggested amounts, given once").fill("£12 one chair\n£60 a row")
    press(desk, "Save")
    expect(desk.get_by_text("£12 one chair, £60 a row")).to_be_visible()
    press(desk, "Preview")
    expect(desk.get_by_text("This is a preview.")).to_be_visible()
    press(desk, "Back to the desk")


def gives(donor: Page) -> None:
    """By the amount that is named in the story's words."""
    press(donor, "Donate")
    donor.get_by_label("£12 one chair").check(force=True)
    donor.get_by_label("Email address").fill("zoe@example.org")
    donor.get_by_role("button", name=re.compile("Continue to payment")).click()
    donor.get_by_label("Name on card").fill("Zoë Ünal")
    donor.get_by_role("button", name=re.compile("£12.00")).click()
    expect(donor.get_by_role("heading", name=re.compile("Thank you"))).to_be_visible()


@pytest.mark.parametrize(("size", "scheme"), [(NARROW, "light"), (WIDE, "dark")], ids=["narrow", "wide"])
def test_every_page_of_the_desk_is_accessible(
    place: Place, browser_page: Tabs, size: tuple[int, int], scheme: str
) -> None:
    """And none is wider than its screen."""
    page = browser_page(size=size)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    sign_page_in(page, place.address, place.house.engine, utc_now())
    for path in PAGES:
        page.goto(f"{place.address}/desk/campaigns{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path
        assert_accessible(page)

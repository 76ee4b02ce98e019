"""Letters in a real browser: found, looked at, sent again, without scripts; every page fits and passes axe."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from starlette.types import ASGIApp

from database.transactions import writing
from installation import Installation, open_installation, prepare
from main import build_web
from outbox.letters import Letter, LetterState, note_end, post_letters
from settings import read_settings
from staff.letters import sign_in_letter
from staff.member import StaffMember
from staff.role import Role
from tests.browser import PHONE, Tabs, assert_accessible, served
from tests.staff.signing_in import sign_page_in

SIZES = [(320, 640), PHONE, (768, 1024), (1280, 900)]
ZOE = "zoe.a-rather-long-local-part@a-rather-long-domain.example.og"


@pytest.fixture
def place(sqlite_url: str, tmp_path: Path) -> Iterator[tuple[str, Installation, Letter]]:
    """A sandbox with a letter that was refused and one that signs somebody in."""
    installations: list[Installation] = []

    def build(address: str) -> ASGIApp:
        settings = read_settings(database_url=sqlite_url, var_dir=tmp_path, base_url=address)
        prepare(settings, durable=False)
        installations.append(open_installation(settings, durable=False))
        return build_web(installations[0], None)

    with served(build) as address:
        installation = installations[0]
        now, ada = installation.clock(), StaffMember("ada", "ada@example.org", "Ada", Role.OWNER)
        words = installation.pages.letter("staff/letters/sign_in", name="Zoë", link="https://x.example", expires_at=now)
        receipt = Letter("receipt:1", ZOE, *words, to_name="Zoë Ünal")
        secret = sign_in_letter(installation.pages, ada, f"{address}/desk", now, cause="1")
        with writing(installation.engine) as conn:
            post_letters(conn, [receipt, secret], now)
            note_end(conn, receipt.id, LetterState.WAITING, LetterState.REFUSED, "550 5.1.1 no such user", now)
        yield address, installation, receipt


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_letters_is_accessible_and_fits(
    place: tuple[str, Installation, Letter], browser_page: Tabs, scheme: str
) -> None:
    """At four widths, light and dark."""
    address, installation, letter = place
    page = browser_page()
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    sign_page_in(page, address, installation.engine, installation.clock())
    for path in ("/desk/letters", f"/desk/letters/{letter.id}", "/sandbox/inbox", f"/sandbox/inbox/{letter.id}"):
        page.goto(f"{address}{path}")
        assert_accessible(page)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)


def test_a_letter_is_sent_again_to_a_better_address(
    place: tuple[str, Installation, Letter], browser_page: Tabs
) -> None:
    """From the thing to do to the new letter, without scripts; the frame shows the letter itself."""
    address, installation, _ = place
    page = browser_page(javascript=False)
    sign_page_in(page, address, installation.engine, installation.clock())
    page.goto(f"{address}/desk")
    expect(page.get_by_text("A letter did not arrive")).to_be_visible()
    page.get_by_role("link", name="Your link to the desk").click()
    expect(page.frame_locator("iframe").get_by_role("heading", name="Your link to the desk")).to_be_visible()
    page.get_by_label("Email address").fill("zoe")
    page.get_by_role("button", name="Send it again").click()
    page.get_by_role("link", name="Enter one email address").click()
    page.get_by_label("Email address").fill("zoe@example.org")
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_text("zoe@example.org").first).to_be_visible()
    page.goto(f"{address}/desk")
    expect(page.get_by_text("A letter did not arrive")).to_have_count(0)

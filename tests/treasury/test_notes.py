"""Staff write notes beside gifts and donors, and remove them."""

import re
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from database.transactions import booking, reading
from payments.erasing.jobs import erase_person
from payments.own.own_data_views import own_data
from staff.notes_store import Noted, notes_about
from staff.role import Role
from tests.clock import FixedClock
from tests.payments.organisation_books import gift_id
from tests.proof.books import Desk
from tests.staff.signing_in import sign_in_as
from tests.treasury.test_lost_gifts import build


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Notes are guarded on both engines (tests/database)."""
    return sqlite_url


@pytest.fixture
def browser(desk: Desk, clock: FixedClock) -> TestClient:
    """A treasurer, and a gift."""
    desk.give(1, 2500)
    browser = TestClient(build(desk.books.engine, clock, "http://127.0.0.1"), base_url="http://127.0.0.1")
    sign_in_as(browser, desk.books.engine, clock(), Role.TREASURER)
    return browser


def write(browser: TestClient, text: str, about: str = "gift", about_id: str = gift_id(1)) -> str:
    """Write a note; the page that follows."""
    typed = {"key": str(UUID(int=len(text))), "about": about, "about_id": about_id, "text": text}
    pages = [browser.post("/desk/notes", data=typed).text for _ in range(2)]
    return pages[-1]


def test_a_note_stands_on_its_page_until_it_is_removed(browser: TestClient) -> None:
    """With who wrote it, and its lines; sent twice it is one."""
    page = write(browser, "She rang:\nher sister gave it.")
    assert (page.count("She rang:<br>her sister gave it."), "Ada, 21 November 2026" in page) == (1, True)
    [path] = re.findall(r'action="(/desk/notes/[^"]*/remove)"', page)
    assert "She rang" not in browser.post(path).text


@pytest.mark.parametrize(("text", "about_id"), [("", gift_id(1)), ("x" * 2001, gift_id(1)), ("x", gift_id(9))])
def test_what_is_no_note(browser: TestClient, text: str, about_id: str) -> None:
    """Without words, too long, or beside nothing."""
    answer = browser.post("/desk/notes", data={"about": "gift", "about_id": about_id, "text": text})
    assert answer.status_code in (404, 422)


def test_a_donor_reads_what_is_noted_and_it_goes_with_them(browser: TestClient, desk: Desk, clock: FixedClock) -> None:
    """In their download; erased with them."""
    donor = desk.books.gift(1).donor_id
    assert donor is not None
    assert "Rang twice." in write(browser, "Rang twice.", "donor", donor)
    write(browser, "Cash was promised.")
    with reading(desk.books.engine) as conn:
        assert sorted(str(row["text"]) for row in own_data(conn, [donor])["notes"]) == [
            "Cash was promised.", "Rang twice.",
        ]  # fmt: skip
    with booking(desk.books.engine) as conn:
        erase_person(conn, [donor], ["donor1@example.org"], clock)
        assert notes_about(conn, Noted.DONOR, [donor]) == notes_about(conn, Noted.GIFT, [gift_id(1)]) == []

"""A donor opens the receipt by its secret link, and nobody else can."""

import re
from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from database.transactions import booking
from outbox.worker import Worker
from receipts.document_store import DueDocument, credit_subject, issue_documents, save_document_pdf
from receipts.jobs import PRINT, print_handler
from receipts.pdf import Printer
from receipts.receipt import Draft
from receipts.routes import MOST_RELOADS, receipt_routes
from receipts.store import LINK_LIFETIME, issue_receipts, mint_token, receipt_by_number
from receipts.void_store import Reissue, reissue_receipt
from tests.clock import FixedClock
from tests.receipts.printing_here import here
from tests.receipts.samples import NOON, PAGES, PROFILE, TODAY, draft
from tests.receipts.test_documents import credit_note
from web.errors import install_errors

Linked = Callable[..., str]


@pytest.fixture
def browser(engine: Engine, clock: FixedClock) -> Iterator[TestClient]:
    """A visitor of the real routes."""
    app = FastAPI()
    app.router.routes += receipt_routes(engine, clock, PAGES).routes
    install_errors(app, PAGES)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture
def linked(engine: Engine) -> Linked:
    """Issues a receipt and returns the address that opens it."""

    def issue_and_link(of: Draft | None = None) -> str:
        with booking(engine) as conn:
            issue_receipts(conn, [of or draft()], issued_on=TODAY, now=NOON)
            return f"/receipts/{mint_token(conn, (of or draft()).gift_id, NOON)}"

    return issue_and_link


def print_all(engine: Engine, clock: FixedClock, printer: Printer) -> None:
    """What the worker does in the meantime."""
    Worker(engine, {PRINT: print_handler(engine, here(printer), clock)}, clock).run_due()


def test_the_page_says_what_the_receipt_says(browser: TestClient, linked: Linked) -> None:
    """Before the PDF is there, and to nobody's cache."""
    answer = browser.get(linked())

    text = " ".join(re.sub("<[^>]+>", " ", answer.text).split())
    expected = ["2026-000001", "Thank you, Zoë Ünal", "£25.00", "20 November 2026", "Visa ending 4242"]
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert [words for words in expected if words not in text] == []


def test_a_name_is_shown_as_text(browser: TestClient, linked: Linked) -> None:
    """Markup in it stays letters."""
    page = browser.get(linked(draft(donor_name="<script>alert(1)</script>"))).text

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_receipt_not_yet_printed_is_put_first_in_line(
    browser: TestClient, linked: Linked, engine: Engine, clock: FixedClock, printer: Printer
) -> None:
    """The page asks again by itself, without a script, and then gets the PDF."""
    address = linked()
    waiting = browser.get(f"{address}.pdf")
    print_all(engine, clock, printer)
    seconds, again = waiting.headers["refresh"].split("; url=")

    answer = browser.get(again)

    assert (waiting.status_code, waiting.headers["cache-control"], seconds) == (202, "no-store", "1")
    assert (answer.status_code, answer.content[:8]) == (200, b"%PDF-1.7")


def test_the_download_is_a_file_that_can_do_nothing(
    browser: TestClient, linked: Linked, engine: Engine, clock: FixedClock, printer: Printer
) -> None:
    """Saved under its number, never shown inside our pages, never cached."""
    address = linked()
    browser.get(f"{address}.pdf")
    print_all(engine, clock, printer)

    headers = browser.get(f"{address}.pdf").headers

    assert {name: headers[name] for name in DOWNLOAD} == DOWNLOAD


DOWNLOAD = {
    "content-type": "application/pdf",
    "content-disposition": 'attachment; filename="receipt-2026-000001.pdf"',
    "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "cache-control": "no-store",
}


def test_a_page_that_waited_long_enough_stops_asking(browser: TestClient, linked: Linked) -> None:
    """And says that the receipt is safe."""
    answer = browser.get(f"{linked()}.pdf?look={MOST_RELOADS}")

    assert "refresh" not in answer.headers
    assert "is safe" in answer.text


def test_each_look_waits_longer(browser: TestClient, linked: Linked) -> None:
    """A printer in trouble is not hammered."""
    address = linked()

    answers = [browser.get(f"{address}.pdf?look={n}") for n in range(MOST_RELOADS)]

    waits = [int(answer.headers["refresh"].partition(";")[0]) for answer in answers]
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30, 30]


@pytest.mark.parametrize("ending", ["", ".pdf"])
def test_wrong_absent_and_expired_links_look_the_same(
    browser: TestClient, linked: Linked, clock: FixedClock, ending: str
) -> None:
    """Nobody learns whether a receipt is there."""
    right = linked()
    wrong = right[:-1] + ("A" if right[-1] != "A" else "B")
    addresses = [wrong, "/receipts/x", "/receipts/" + "y" * 5000]
    clock.advance(LINK_LIFETIME)
    answers = {address: browser.get(f"{address}{ending}") for address in (*addresses, right)}

    assert {answer.status_code for answer in answers.values()} == {404}
    # What differs is what was asked for: the button sends it back.
    assert len({answer.text.replace(address, "") for address, answer in answers.items()}) == 1


def test_one_donor_s_link_does_not_open_another_s_receipt(browser: TestClient, linked: Linked) -> None:
    """A link is for one receipt, and a number opens nothing."""
    linked(draft(gift_id="a", donor_name="Ann"))
    other = linked(draft(gift_id="b", donor_name="Ben"))

    assert ("Ben" in browser.get(other).text, "Ann" in browser.get(other).text) == (True, False)
    assert browser.get("/receipts/2026-000001").status_code == 404


def test_a_refunded_receipt_leads_to_its_credit_note(engine: Engine, browser: TestClient, linked: Linked) -> None:
    """The page says that there is one, and who has the link gets its PDF; no other document opens by it."""
    address = linked()
    with booking(engine) as conn:
        due = DueDocument(credit_note(), credit_subject("gift-1"))
        [note] = issue_documents(conn, [due], issued_on=TODAY, now=NOON)
    assert f"Credit note {note.number} says what went back to you." in browser.get(address).text
    with booking(engine) as conn:
        save_document_pdf(conn, note.number, b"%PDF- a note", NOON)

    assert f'href="{address}/{note.number}.pdf"' in browser.get(address).text
    assert browser.get(f"{address}/{note.number}.pdf").content == b"%PDF- a note"
    assert browser.get(f"{address}/CN2026-000009.pdf").status_code == 404


def test_a_replaced_receipt_leads_to_the_one_in_its_place(engine: Engine, browser: TestClient, linked: Linked) -> None:
    """By the old link, which shows what it was made for."""
    address = linked()
    with booking(engine) as conn:
        issued = receipt_by_number(conn, "2026-000001")
        assert issued is not None
        put_right = Reissue("Zoë Ünal-Smith", (), "Her name", "ada", "")
        number = reissue_receipt(conn, issued, put_right, PROFILE, today=TODAY, now=NOON)

    page = browser.get(address).text
    assert "This receipt holds no longer: receipt 2026-000002 took its place." in page
    assert browser.get(f"{address}/{number}.pdf", follow_redirects=False).status_code == 303

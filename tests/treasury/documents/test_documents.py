"""A treasurer puts a receipt right, voids one, sends one again, and has a year's statements made."""

import re
from dataclasses import replace

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from database.transactions import booking, reading, writing
from donors.word_store import donors_called
from organisation.receipt_rules import ReceiptRules
from organisation.store import add_version
from outbox.jobs import is_queued
from outbox.tables import letter as letter_table
from receipts.jobs import PRINT
from receipts.legal_forms import MissingFact
from receipts.store import issue_receipts, last_numbers, receipt_by_number
from receipts.void_store import voids_of_receipts
from staff.role import Role
from staff.tables import act
from tests.clock import FixedClock
from tests.proof.books import Desk
from tests.receipts.samples import PROFILE, draft
from tests.staff.signing_in import sign_in_as
from tests.treasury.test_lost_gifts import build

FIRST = "/desk/documents/2026-000001"


def acts(desk: Desk) -> list[str]:
    """What was done with documents."""
    with reading(desk.books.engine) as conn:
        return [what for what in conn.scalars(sa.select(act.c.what).order_by(act.c.at, act.c.id)) if "." in what]


def key_of(page: str) -> str:
    """The key of the page's forms."""
    named = re.search(r'name="key" value="([^"]+)"', page)
    assert named
    return named[1]


def test_a_wrong_name_is_put_right_by_a_new_receipt(desk: Desk, treasurer: TestClient) -> None:
    """The next edition, printed and sent; the first one is void and says what took its place."""
    wrong = {"donor_name": "Donor One", "donor_address": "1 Road\r\n\r\nLeeds", "why": "The name was wrong"}
    answer = treasurer.post(f"{FIRST}/reissue", data=wrong)

    assert answer.url.path == "/desk/documents/2026-000002"
    assert all(
        words in answer.text
        for words in (
            "no other took its place. None of its money went back.",
            "Donor One",
            "1 Road<br>Leeds",
            "2026-000001",
        )
    )
    assert "Replaced by" in treasurer.get(FIRST).text
    with reading(desk.books.engine) as conn:
        issued = receipt_by_number(conn, "2026-000002")
        assert issued is not None
        assert (issued.receipt.replaces, issued.receipt.donor_address) == ("2026-000001", ("1 Road", "Leeds"))
        assert is_queued(conn, PRINT, "2026-000002")
        # Whoever holds the paper asks by the name that stands on it.
        assert conn.scalars(donors_called(conn, "one")).all() == [desk.books.gift(1).donor_id]
    assert "document.reissue" in acts(desk)


def test_the_same_form_sent_twice_replaces_once(desk: Desk, treasurer: TestClient) -> None:
    """The second time there is nothing to replace any more."""
    form = {"donor_name": "Donor One", "why": "The name was wrong"}
    answers = [treasurer.post(f"{FIRST}/reissue", data=form).status_code for _ in range(2)]

    assert answers == [200, 409]
    with reading(desk.books.engine) as conn:
        assert receipt_by_number(conn, "2026-000003") is None


def test_a_void_needs_a_reason(desk: Desk, treasurer: TestClient) -> None:
    """An auditor will ask; nothing was changed."""
    without = treasurer.post(f"{FIRST}/void", data={"why": " "})
    assert (without.status_code, "Say why: an auditor will ask." in without.text) == (422, True)

    answer = treasurer.post(f"{FIRST}/void", data={"why": "Entered by mistake"})
    assert "Valid no longer: it was declared void." in answer.text
    with reading(desk.books.engine) as conn:
        issued = receipt_by_number(conn, "2026-000001")
        assert issued is not None
        assert voids_of_receipts(conn, [issued.id])[issued.id].why == "Entered by mistake"


def test_a_duplicate_goes_to_the_address_that_was_typed(desk: Desk, treasurer: TestClient) -> None:
    """Once for each form, with the duplicate as its file."""
    form = {"key": key_of(treasurer.get(FIRST).text), "email": " new@example.org "}
    for _ in range(2):
        treasurer.post(f"{FIRST}/send", data=form)
    refused = treasurer.post(f"{FIRST}/send", data={"email": "nobody"})

    assert refused.status_code == 422
    with reading(desk.books.engine) as conn:
        [letter] = conn.execute(sa.select(letter_table).where(letter_table.c.key.like("document-again:%"))).all()
    assert (letter.to_address, letter.attachments[0]["source"], letter.attachments[0]["subject"]) == (
        "new@example.org", "duplicate", "2026-000001",
    )  # fmt: skip
    assert acts(desk).count("document.send_again") == 1


def test_what_the_law_asks_for_is_asked_for_before_it_is_issued(
    desk: Desk, treasurer: TestClient, clock: FixedClock
) -> None:
    """Nothing takes a number; the form says beside each field what is missing, and where the rest is entered."""
    with writing(desk.books.engine) as conn:
        add_version(conn, replace(PROFILE, receipts=ReceiptRules("canada")), "test", clock())
    with booking(desk.books.engine) as conn:
        [number] = issue_receipts(
            conn, [replace(draft(), gift_id="another", jurisdiction="canada")], issued_on=clock().date(), now=clock()
        )

    answer = treasurer.post(
        f"/desk/documents/{number}/reissue", data={"donor_name": "", "donor_address": "", "why": "It waits"}
    )

    assert answer.status_code == 422
    for fact in (MissingFact.DONOR_NAME, MissingFact.DONOR_ADDRESS):
        assert f"Type {fact}: the law asks for it." in answer.text
    assert "the name of who signs receipts" in answer.text
    assert 'href="/desk/organisation/receipts"' in answer.text
    with reading(desk.books.engine) as conn:
        assert last_numbers(conn) == {2026: 2}


def test_who_takes_a_document_is_written_down(desk: Desk, treasurer: TestClient) -> None:
    """As it was printed."""
    assert treasurer.get(f"{FIRST}.pdf").content == b"%PDF- a receipt"
    assert "document.download" in acts(desk)


@pytest.mark.parametrize("number", ["2026-000009", "CN2026-000001", "ST2026-000001", "CR2026-0000001"])
def test_there_is_no_page_of_what_was_not_issued(treasurer: TestClient, number: str) -> None:
    """The desk stays around the answer."""
    assert treasurer.get(f"/desk/documents/{number}").status_code == 404


def test_an_auditor_sees_the_page_without_its_forms(desk: Desk, clock: FixedClock, treasurer: TestClient) -> None:
    """Nothing there changes anything."""
    auditor = TestClient(build(desk.books.engine, clock, "http://127.0.0.1"), base_url="http://127.0.0.1")
    sign_in_as(auditor, desk.books.engine, clock(), Role.AUDITOR, "auditor@example.org")

    assert "Put it right" in treasurer.get(FIRST).text
    assert "Put it right" not in auditor.get(FIRST).text

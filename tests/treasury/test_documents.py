"""A treasurer puts a receipt right, voids one, sends one again, and has a year's statements made."""

import io
import re
import zipfile
from datetime import UTC, date

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from database.engine import open_database
from database.transactions import booking, reading, writing
from organisation.store import add_first_version
from outbox.jobs import is_queued
from outbox.tables import letter as letter_table
from payments.crediting.credit_notes import credit_gift
from payments.reading.happenings import RefundAgreed
from payments.statements.issuing import issue_statements
from payments.statements.jobs import MAKE_STATEMENTS
from payments.statements.views import StatementSpan
from receipts.document import DocumentIssuer
from receipts.jobs import PRINT
from receipts.statement import StatementKind
from receipts.store import receipt_by_number, save_pdf
from receipts.void_store import voids_of_receipts
from staff.role import Role
from staff.tables import act
from tests.clock import FixedClock
from tests.payments.messages import charged
from tests.payments.organisation_books import NOON, gift_id
from tests.proof.books import Desk, open_desk
from tests.proof.settled_books import pounds, tell
from tests.receipts.samples import PROFILE
from tests.staff.signing_in import sign_in_as
from tests.treasury.test_lost_gifts import build

FIRST = "/desk/documents/2026-000001"


@pytest.fixture
def desk(sqlite_url: str) -> Desk:
    """What is asked here is no matter of the database's kind."""
    return open_desk(open_database(sqlite_url, durable=False))


@pytest.fixture
def treasurer(desk: Desk, clock: FixedClock) -> TestClient:
    """At a desk with one receipted gift, whose PDF is printed."""
    desk.books.pledge()
    desk.books.deliver(charged(gift=gift_id(1)))
    with writing(desk.books.engine) as conn:
        add_first_version(conn, PROFILE, "test", NOON)
        issued = receipt_by_number(conn, "2026-000001")
        assert issued is not None
        save_pdf(conn, issued.id, b"%PDF- a receipt", NOON)
    browser = TestClient(build(desk.books.engine, clock, "http://127.0.0.1"), base_url="http://127.0.0.1")
    sign_in_as(browser, desk.books.engine, clock())
    return browser


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


def test_statements_are_made_from_the_desk(desk: Desk, treasurer: TestClient) -> None:
    """The worker does it; the page says how far it is, and the file has what is printed."""
    span = {"first": "2026-01-01", "kind": "yearly"}
    before = treasurer.get("/desk/statements", params=span).text
    assert ("Make and send them" in before, "Download all" in before) == (True, False)

    made = treasurer.post("/desk/statements", data=span)
    assert "They are being made." in made.text
    assert made.headers["refresh"] == "5"
    with booking(desk.books.engine) as conn:
        assert is_queued(conn, MAKE_STATEMENTS, "yearly:2026-01-01:2026-12-31")
    whole = treasurer.post("/desk/statements/zip", data=span)
    with zipfile.ZipFile(io.BytesIO(whole.content)) as archive:
        assert archive.namelist() == []
    assert {"statement.make", "list.export"} <= set(acts(desk))


@pytest.mark.parametrize("first", ["2028-02-29", "yesterday", "0001-01-01"])
def test_a_year_begins_on_a_day_that_each_year_has(treasurer: TestClient, first: str) -> None:
    """The form says so beside the field."""
    answer = treasurer.get("/desk/statements", params={"first": first, "kind": "yearly"})

    assert (answer.status_code, "29 February is none" in answer.text) == (422, True)


def test_credit_notes_and_statements_stand_in_a_list(desk: Desk, treasurer: TestClient, clock: FixedClock) -> None:
    """Each with what it is, whose, and whether it holds; found by a name and by its receipt."""
    engine, issuer = desk.books.engine, DocumentIssuer(PROFILE, "test", UTC, "http://127.0.0.1/verify")
    span = StatementSpan(StatementKind.YEARLY, date(2026, 1, 1), date(2026, 12, 31))
    assert [so_far.done for so_far in issue_statements(engine, span, issuer, clock)] == [0, 1]
    tell(desk, RefundAgreed("re_1", "pi_1", pounds(2500), NOON))
    with booking(engine) as conn:
        assert credit_gift(conn, gift_id(1), issuer, clock()) == "CN2026-000001"

    everything, notes, nothing = (
        " ".join(re.sub("<[^>]+>", " ", treasurer.get("/desk/credit-notes", params=query).text).split())
        for query in ({}, {"kind": "CN", "find": "2026-000001"}, {"find": "Somebody else"})
    )

    assert "CN2026-000001 21 November 2026 Credit note Donor 1 2026-000001 Holds £25.00" in everything
    assert ("ST2026-000001" in everything, "ST2026-000001" in notes, "CN2026-000001" in notes) == (True, False, True)
    assert "CN2026-000001" not in nothing
    assert "CN2026-000001" in treasurer.get("/desk/credit-notes.csv").text

"""A treasurer has a year's statements made, puts one right, and finds every document in a list."""

import io
import re
import zipfile
from datetime import UTC, date

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from database.transactions import booking, reading
from outbox.jobs import is_queued
from outbox.worker import Worker
from payments.crediting.credit_notes import credit_gift
from payments.letters.document_letters import document_letter
from payments.reading.happenings import RefundAgreed
from payments.statements.issuing import issue_statements
from payments.statements.jobs import MAKE_STATEMENTS
from payments.statements.views import StatementSpan, have_statement, numbers_of_span
from receipts.document import DocumentIssuer, DocumentStatus
from receipts.document_store import document_by_number, document_gaps
from receipts.jobs import CREDIT, LETTER, PRINT, print_handler
from receipts.sheets import Document
from receipts.statement import StatementKind
from receipts.verifying import VerifiedDocument, verify_document
from staff.tables import act
from tests.clock import FixedClock
from tests.payments.messages import charged
from tests.payments.organisation_books import NOON, gift_id
from tests.proof.books import Desk
from tests.proof.settled_books import pounds, tell
from tests.receipts.printing_here import here
from tests.receipts.samples import PAGES, PROFILE

FIRST = "/desk/documents/2026-000001"


def acts(desk: Desk) -> list[str]:
    """What was done with documents."""
    with reading(desk.books.engine) as conn:
        return [what for what in conn.scalars(sa.select(act.c.what).order_by(act.c.at, act.c.id)) if "." in what]


def statement_made(desk: Desk, clock: FixedClock, kind: StatementKind = StatementKind.YEARLY) -> str:
    """The page of the one statement, or receipt for the year, of the donor."""
    span = StatementSpan(kind, date(2026, 1, 1), date(2026, 12, 31))
    issuer = DocumentIssuer(PROFILE, "test", UTC, "http://127.0.0.1/verify")
    assert [so_far.done for so_far in issue_statements(desk.books.engine, span, issuer, clock)] == [0, 1]
    return "/desk/documents/" + ("ST" if kind is StatementKind.YEARLY else "CR") + "2026-000001"


@pytest.mark.parametrize("kind", StatementKind)
def test_a_statement_is_put_right_by_another(
    desk: Desk, treasurer: TestClient, clock: FixedClock, kind: StatementKind
) -> None:
    """The next number of its series, which the letter and /verify name; what went back since stands on it."""
    first = statement_made(desk, clock, kind)
    tell(desk, RefundAgreed("re_1", "pi_1", pounds(500), NOON))
    wrong = {"donor_name": "Donor One", "donor_address": "1 Road\r\nLeeds", "why": "The name was wrong"}

    answer = treasurer.post(f"{first}/reissue", data=wrong)

    number, old = answer.url.path.rpartition("/")[2], first.rpartition("/")[2]
    assert number == old.replace("000001", "000002")
    assert all(
        words in answer.text
        for words in ("Valid: it was not declared void", "Donor One", "1 Road<br>Leeds", old, "£20.00")
    )
    assert f'Replaced by <a href="/desk/documents/{number}"' in treasurer.get(first).text
    assert "by Ada" in treasurer.get(first).text
    checked = verified(desk, treasurer.get(first).text)
    assert (checked.status, checked.replaced_by) == (DocumentStatus.REPLACED, number)
    with reading(desk.books.engine) as conn:
        issued = document_by_number(conn, number)
        assert issued is not None
        assert is_queued(conn, PRINT, number)
        letter = document_letter(conn, PAGES, issued)
        assert document_gaps(conn) == []
    assert letter is not None
    assert f"It takes the place of {old}, which holds no longer." in letter.text


class Broken:
    """A printer that one statement ends in an error of."""

    def print(self, document: Document, /) -> bytes:
        """Its number; raises ValueError."""
        if document.number == "ST2026-000001":
            raise ValueError("Donor One")
        return document.number.encode()


def test_statements_that_cannot_be_printed_are_named_and_hold_up_no_file(
    desk: Desk, treasurer: TestClient, clock: FixedClock
) -> None:
    """With the reason, which has no donor's words in it; the file has the others."""
    desk.books.pledge(9, email="bo@example.org")
    desk.books.deliver(charged("9", gift=gift_id(9)))
    span = StatementSpan(StatementKind.YEARLY, date(2026, 1, 1), date(2026, 12, 31))
    for _ in issue_statements(desk.books.engine, span, DocumentIssuer(PROFILE, "test", UTC, "http://x/verify"), clock):
        pass
    assert "The file is ready once all are printed." in treasurer.get("/desk/statements?first=2026-01-01").text
    handlers = {PRINT: print_handler(desk.books.engine, here(Broken()), clock)}
    others = (LETTER, "outbox.send", "stripe.settle", "gift.refund", CREDIT)
    Worker(desk.books.engine, dict.fromkeys(others, lambda _payload: None) | handlers, clock).run_due()

    page = treasurer.get("/desk/statements?first=2026-01-01").text
    assert "1 of them cannot be printed yet" in page
    assert "ST2026-000001</a>: it cannot be printed (ValueError)." in page
    assert "Donor One" not in page
    assert "Download the others (ZIP)" in page
    file = treasurer.post("/desk/statements/zip", data={"first": "2026-01-01", "kind": "yearly"})
    assert zipfile.ZipFile(io.BytesIO(file.content)).namelist() == ["ST2026-000002.pdf"]


def verified(desk: Desk, page: str) -> VerifiedDocument:
    """What the public page says to whom the link on a document's page leads."""
    named = re.search(r'href="/verify/([^/"]+)/([^/"]+)"', page)
    assert named
    with reading(desk.books.engine) as conn:
        document = verify_document(conn, named[1], named[2])
    assert document
    return document


def test_a_void_statement_is_neither_made_again_nor_in_the_file(
    desk: Desk, treasurer: TestClient, clock: FixedClock
) -> None:
    """Its number stays taken; a run makes what is missing, and nothing is."""
    first = statement_made(desk, clock)
    answer = treasurer.post(f"{first}/void", data={"why": "Entered by mistake"})

    assert "Valid no longer: it was declared void." in answer.text
    assert treasurer.post(f"{first}/void", data={"why": "Again"}).status_code == 409
    assert treasurer.post(f"{first}/reissue", data={"donor_name": "X", "why": "Again"}).status_code == 409
    span = StatementSpan(StatementKind.YEARLY, date(2026, 1, 1), date(2026, 12, 31))
    with reading(desk.books.engine) as conn:
        assert (list(numbers_of_span(conn, span)), len(have_statement(conn, span))) == ([], 1)


def test_a_credit_note_follows_from_the_books_alone(desk: Desk, treasurer: TestClient, clock: FixedClock) -> None:
    """Nobody replaces or voids one; it names the receipt that it was issued for, and /verify the one in its place."""
    issuer = DocumentIssuer(PROFILE, "test", UTC, "http://127.0.0.1/verify")
    tell(desk, RefundAgreed("re_1", "pi_1", pounds(500), NOON))
    with booking(desk.books.engine) as conn:
        assert credit_gift(conn, gift_id(1), issuer, clock()) == "CN2026-000001"
    treasurer.post(f"{FIRST}/reissue", data={"donor_name": "Donor One", "why": "The name was wrong"})

    note = treasurer.get("/desk/documents/CN2026-000001").text
    posted = [
        treasurer.post(f"/desk/documents/CN2026-000001/{act}", data={"why": "No"}).status_code
        for act in ("reissue", "void")
    ]

    assert ("Put it right" in note, posted) == (False, [404, 404])
    checked = verified(desk, note)
    assert (checked.about, checked.about_replaced_by) == ("2026-000001", "2026-000002")
    newest = verified(desk, treasurer.get("/desk/documents/2026-000002").text)
    assert (newest.status, newest.went_back) == (DocumentStatus.PART_REFUNDED, [pounds(500)])


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

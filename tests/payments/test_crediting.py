"""Credit notes say what went back of a gift, whatever order it is reported in and however often."""

from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from database.transactions import booking, reading, writing
from ledger.kinds import EntryKind
from ledger.money import GBP, Money
from ledger.return_views import movements_of_gift
from mailing.stop_links import StopLinks
from organisation.organisation import OrganisationProfile
from outbox.jobs import is_queued
from outbox.letters import SEND
from outbox.tables import letter as letter_table
from outbox.worker import Handler, Worker
from payments.books import store as book_store
from payments.crediting.credit_notes import credit_gift
from payments.crediting.jobs import crediting, crediting_jobs, looking_for_returns
from payments.letters.document_letters import document_letter_handler
from payments.letters.gift_letters import gift_letter_jobs
from payments.reading.statuses import DisputeStatus
from proof.trace import trace
from receipts.credit_note import CreditNote
from receipts.document import DocumentIssuer, Series
from receipts.document_store import IssuedDocument, credit_subject, document_by_number, document_gaps, documents_of
from receipts.jobs import CREDIT, PRINT
from receipts.store import receipt_of_gift
from receipts.tables import document
from receipts.void_store import void_receipts_of_gifts
from tests.clock import FixedClock
from tests.engines import ON_SQLITE
from tests.payments.conftest import LONDON
from tests.payments.messages import charged, delivery, event
from tests.payments.organisation_books import NOON, Books, gift_id
from tests.payments.stripe_objects import dispute, line, refund
from tests.receipts.samples import COALITION, PAGES

ISSUER = DocumentIssuer(OrganisationProfile(COALITION, "en_GB"), "live", LONDON, "https://give.example/verify")


def work(books: Books) -> None:
    """The worker issues what is due; other jobs do nothing."""
    nothing = dict.fromkeys(
        (PRINT, "gift.refund", "stripe.settle", "stripe.fetch_status", "stripe.look"), lambda _payload: None
    )
    handlers = crediting_jobs(books.engine, lambda: ISSUER, FixedClock(NOON))
    Worker(books.engine, nothing | handlers, FixedClock(NOON)).run_due()


def give(books: Books, n: int = 1) -> None:
    """A gift of £25 that was received."""
    books.pledge(n)
    books.deliver(charged(str(n), gift=gift_id(n)))


def give_back(books: Books, pence: int, identity: str = "re_1", **more: Any) -> None:
    """A refund that Stripe reports."""
    name = f"{identity}_{more.get('status', 'new')}"
    kind = "refund.failed" if more.get("status") == "failed" else "refund.created"
    books.deliver(delivery(event(kind, refund(id=identity, amount=pence, **more), name=name)))


def notes(books: Books, n: int = 1) -> list[IssuedDocument]:
    """Every credit note of a gift."""
    with reading(books.engine) as conn:
        return documents_of(conn, Series.CREDIT_NOTE, credit_subject(gift_id(n)))


def said(books: Books) -> list[tuple[str, int, int, bool]]:
    """Of each note: its number, its pence, what is left of the gift after it, and whether it holds."""
    shown = []
    for note in notes(books):
        assert isinstance(note.document, CreditNote)
        shown.append((note.number, note.document.amount.minor, note.document.remaining.minor, note.void is None))
    return shown


def test_a_refund_has_a_credit_note_that_names_the_receipt(books: Books) -> None:
    """In part, then the rest: two notes, the second says that nothing is left."""
    give(books)
    give_back(books, 1000)
    work(books)
    give_back(books, 1500, "re_2")
    work(books)

    with reading(books.engine) as conn:
        receipt = receipt_of_gift(conn, gift_id(1))
    assert receipt is not None
    assert said(books) == [("CN2026-000001", 1000, 1500, True), ("CN2026-000002", 1500, 0, True)]
    note = notes(books)[0].document
    assert isinstance(note, CreditNote)
    assert (note.receipt_number, note.receipt_total, note.reason, note.donor_name) == (
        receipt.receipt.number, Money(2500, GBP), EntryKind.REFUND, "Donor 1",
    )  # fmt: skip
    assert note.verify_url.startswith("https://give.example/verify/CN2026-000001/")


def test_the_same_refund_is_credited_once(books: Books) -> None:
    """However often its job runs, and it is printed."""
    give(books)
    give_back(books, 1000)
    numbers = set()
    for _ in range(3):
        with booking(books.engine) as conn:
            numbers.add(credit_gift(conn, gift_id(1), ISSUER, NOON))
    assert (numbers, books.count(document)) == ({"CN2026-000001"}, 1)
    with reading(books.engine) as conn:
        assert is_queued(conn, PRINT, "CN2026-000001")


def test_a_refund_that_fails_voids_its_credit_note(books: Books) -> None:
    """The money is ours again, and the note's number stays taken."""
    give(books)
    give_back(books, 1000)
    work(books)
    give_back(books, 1000, status="failed")
    work(books)

    assert said(books) == [("CN2026-000001", 1000, 1500, False)]
    with reading(books.engine) as conn:
        assert document_gaps(conn) == []


def test_of_two_refunds_the_one_that_holds_has_a_note(books: Books) -> None:
    """The first failed: both notes said too much, and a new one says what is true."""
    give(books)
    give_back(books, 1000)
    work(books)
    give_back(books, 500, "re_2")
    work(books)
    give_back(books, 1000, status="failed")
    work(books)

    assert [(pence, left, holds) for _, pence, left, holds in said(books)] == [
        (1000, 1500, False), (500, 1000, False), (500, 2000, True),
    ]  # fmt: skip


@pytest.mark.parametrize(("status", "credited"), [("needs_response", 0), ("won", 0), ("lost", 2500)])
def test_a_dispute_is_credited_once_it_is_lost(books: Books, status: str, credited: int) -> None:
    """Until then the money may come back."""
    give(books)
    moved = dispute(line(-2500, id="txn_du", source="du_1"), amount=2500)
    books.deliver(delivery(event("charge.dispute.funds_withdrawn", moved, name="withdrawn")))
    with booking(books.engine) as conn:
        book_store.save_dispute(conn, decided(status), NOON)
    with booking(books.engine) as conn:
        credit_gift(conn, gift_id(1), ISSUER, NOON)

    assert sum(pence for _, pence, _, _ in said(books)) == credited
    with reading(books.engine) as conn:
        assert sum(each.minor for each in movements_of_gift(conn, gift_id(1), GBP)) == 0


def decided(status: str) -> DisputeStatus:
    """The dispute as Stripe has it now."""
    return DisputeStatus("du_1", "pi_1", status, "fraudulent", Money(2500, GBP), None)


def test_a_void_receipt_has_no_credit_note(books: Books) -> None:
    """There is nothing to take off it."""
    give(books)
    with writing(books.engine) as conn:
        void_receipts_of_gifts(conn, [gift_id(1)], "Entered by mistake", "treasurer", NOON)
    give_back(books, 1000)
    work(books)

    assert said(books) == []


def test_what_went_back_before_there_were_notes_is_credited(books: Books) -> None:
    """A look at all gifts finds those without a note; one that has its note is left alone."""
    for n in (1, 2):
        give(books, n)
        give_back(books, 500, f"re_{n}", charge=f"ch_{n}", payment_intent=f"pi_{n}")
    with booking(books.engine) as conn:
        credit_gift(conn, gift_id(1), ISSUER, NOON)
    Worker(
        books.engine, dict.fromkeys((CREDIT, "gift.refund", PRINT, "stripe.settle"), lambda _: None), clock()
    ).run_due()

    looking_for_returns(books.engine, clock()).do()

    with reading(books.engine) as conn:
        assert [is_queued(conn, CREDIT, gift_id(n)) for n in (1, 2)] == [False, True]


def letters(books: Books, **jobs: Handler) -> list[Any]:
    """What is posted after the worker has done these jobs."""
    Worker(
        books.engine, dict.fromkeys((CREDIT, PRINT, SEND, "stripe.settle"), lambda _: None) | jobs, clock()
    ).run_due()
    with reading(books.engine) as conn:
        return list(conn.execute(sa.select(letter_table)).all())


def test_the_letter_about_a_refund_brings_the_credit_note(books: Books) -> None:
    """One letter, not two: the note's own letter is for what has none."""
    give(books)
    give_back(books, 1000)
    handlers = gift_letter_jobs(
        books.engine, PAGES, StopLinks(b"a key", "http://give.example"), clock(),
        credit=crediting(books.engine, lambda: ISSUER, clock()),
    )  # fmt: skip
    [letter] = letters(books, **handlers)

    assert (letter.subject, letter.attachments[0]["subject"]) == ("£10 goes back to you", "CN2026-000001")
    document_letter_handler(books.engine, PAGES, clock())({"number": "CN2026-000001"})
    assert len(letters(books)) == 1


def test_a_lost_dispute_has_a_letter_of_its_own(books: Books) -> None:
    """Posted once, with the note."""
    give(books)
    moved = dispute(line(-2500, id="txn_du", source="du_1"), amount=2500)
    books.deliver(delivery(event("charge.dispute.funds_withdrawn", moved, name="withdrawn")))
    with booking(books.engine) as conn:
        book_store.save_dispute(conn, decided("lost"), NOON)
        credit_gift(conn, gift_id(1), ISSUER, NOON)
    for _ in range(2):
        document_letter_handler(books.engine, PAGES, clock())({"number": "CN2026-000001"})
    [letter] = letters(books)

    assert letter.subject == "Your credit note CN2026-000001"
    assert "Your bank has given this money back to you" in letter.text
    assert letter.attachments[0]["subject"] == "CN2026-000001"


@ON_SQLITE
def test_a_dispute_that_is_lost_after_a_refund_is_no_refund(books: Books) -> None:
    """The second note says why the rest went, whichever of the two came last; so it has a letter of its own."""
    give(books)
    moved = dispute(line(-1500, id="txn_du", source="du_1"), amount=1500)
    books.deliver(delivery(event("charge.dispute.funds_withdrawn", moved, name="withdrawn")))
    give_back(books, 1000)
    work(books)
    with booking(books.engine) as conn:
        book_store.save_dispute(conn, decided("lost"), NOON)
        credit_gift(conn, gift_id(1), ISSUER, NOON)

    reasons = [note.document.reason for note in notes(books) if isinstance(note.document, CreditNote)]
    assert reasons == [EntryKind.REFUND, EntryKind.DISPUTE]


def clock(at: datetime = NOON) -> FixedClock:
    """Noon."""
    return FixedClock(at)


def test_a_number_is_found_as_it_is_printed(books: Books) -> None:
    """And no other."""
    give(books)
    give_back(books, 1000)
    work(books)
    with reading(books.engine) as conn:
        kept = document_by_number(conn, "CN2026-000001")
        assert kept is not None
        assert (kept.number, document_by_number(conn, "CN2026-000002")) == ("CN2026-000001", None)


def test_a_credit_note_is_found_by_its_number(books: Books) -> None:
    """As an auditor types it, it leads to its gift."""
    give(books)
    give_back(books, 1000)
    work(books)
    with reading(books.engine) as conn:
        assert [trace(conn, number).id for number in ("CN2026-000001", "cn2026-000001")] == [gift_id(1)] * 2

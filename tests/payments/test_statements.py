"""Statements of a year: each person one, however often they are made, by whom, and whatever is killed."""

import io
import zipfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from database.transactions import reading, writing
from donors.tables import donor
from ledger.money import GBP, Money
from organisation.organisation import OrganisationProfile
from organisation.receipt_rules import REGISTRATION, ReceiptRules
from outbox.jobs import payload_of
from outbox.letters import SEND
from outbox.tables import letter as letter_table
from outbox.worker import Handler, Worker
from payments.gifts.tables import gift
from payments.letters.document_letters import document_letter_handler
from payments.statements.archive import zip_of_documents
from payments.statements.issuing import issue_statements
from payments.statements.jobs import (
    MAKE_STATEMENTS,
    StatementsWait,
    queue_statements,
    statement_jobs,
    waiting_statements,
)
from payments.statements.views import (
    StatementProgress,
    StatementSpan,
    have_statement,
    numbers_of_span,
    people_of_span,
    progress_of_span,
)
from receipts.document import DocumentIssuer
from receipts.document_store import document_by_number, document_gaps
from receipts.jobs import LETTER, PRINT, print_handler
from receipts.sheets import Document
from receipts.statement import GiftStatement, StatementKind
from tests.clock import FixedClock
from tests.engines import ON_SQLITE
from tests.payments.conftest import LONDON
from tests.payments.messages import charged, delivery, event
from tests.payments.organisation_books import NOON, Books, gift_id
from tests.payments.stripe_objects import refund
from tests.receipts.printing_here import here
from tests.receipts.samples import COALITION, PAGES

ISSUER = DocumentIssuer(OrganisationProfile(COALITION, "en_GB"), "live", LONDON, "https://give.example/verify")
RULES = ReceiptRules("us_charity", {REGISTRATION: "12-3456789"})
AMERICAN = replace(ISSUER, profile=replace(ISSUER.profile, receipts=RULES))
YEAR = StatementSpan(StatementKind.YEARLY, date(2026, 1, 1), date(2026, 12, 31))
NOTHING = dict.fromkeys((SEND, "gift.refund", "receipts.credit", "stripe.settle", LETTER), lambda _payload: None)


class Stamp:
    """A printer that only writes a number."""

    def print(self, document: Document, /) -> bytes:
        """Its number."""
        return document.number.encode()


def give(books: Books, *numbers: int, email: str = "") -> None:
    """Gifts of £25, each by a donor of its own unless an address is named."""
    for n in numbers:
        books.pledge(n, email=email)
        books.deliver(charged(str(n), gift=gift_id(n)))


def make(books: Books, span: StatementSpan = YEAR) -> list[GiftStatement]:
    """All statements of a span, after making what is missing."""
    for _ in issue_statements(books.engine, span, ISSUER, FixedClock(NOON)):
        pass
    with reading(books.engine) as conn:
        issued = [document_by_number(conn, number) for number in numbers_of_span(conn, span)]
    return [each.document for each in issued if each and isinstance(each.document, GiftStatement)]


def test_a_statement_lists_what_a_donor_gave(books: Books) -> None:
    """Two gifts, of one of which a part went back, with their receipts and the sums."""
    give(books, 1, 2, email="zoe@example.org")
    books.deliver(delivery(event("refund.created", refund(amount=500), name="back")))

    [statement] = make(books)

    assert [(gift.amount, gift.went_back.minor, gift.receipt_number, gift.campaigns) for gift in statement.gifts] == [
        (Money(2500, GBP), 500, "2026-000001", "Save our libraries"),
        (Money(2500, GBP), 0, "2026-000002", "Save our libraries"),
    ]
    assert (statement.number, statement.totals[0].kept) == ("ST2026-000001", Money(4500, GBP))


def test_a_year_may_begin_in_april_and_a_receipt_has_numbers_of_its_own(books: Books) -> None:
    """Gifts of November are of the tax year 2026, and of none before."""
    give(books, 1)
    tax_year = StatementSpan(StatementKind.CONSOLIDATED, date(2026, 4, 6), date(2027, 4, 5))
    before = StatementSpan(StatementKind.CONSOLIDATED, date(2025, 4, 6), date(2026, 4, 5))

    assert [each.number for each in make(books, tax_year)] == ["CR2026-000001"]
    assert make(books, before) == []


def work_an_hour_later(books: Books, jobs: Mapping[str, Handler], clock: FixedClock) -> None:
    """Each time that it fails it waits longer."""
    clock.now += timedelta(hours=1)
    Worker(books.engine, jobs, clock).run_due()


@ON_SQLITE
def test_a_statement_that_lacks_what_its_law_asks_for_is_not_issued(books: Books) -> None:
    """It takes no number, and the desk says why; once it is known, the same job makes it."""
    clock = FixedClock(NOON)
    give(books, 1)
    books.pledge(2)
    nameless = str(books.gift(2).donor_id)
    with writing(books.engine) as conn:
        conn.execute(sa.update(gift).where(gift.c.id == gift_id(2)).values(donor_name=""))
        conn.execute(sa.update(donor).where(donor.c.id == nameless).values(name=""))
        queue_statements(conn, YEAR, clock)
    books.deliver(charged("2", gift=gift_id(2)))
    jobs = NOTHING | statement_jobs(books.engine, lambda: AMERICAN, clock) | {PRINT: lambda _payload: None}
    Worker(books.engine, jobs, clock).run_due()

    with reading(books.engine) as conn:
        assert list(numbers_of_span(conn, YEAR)) == ["ST2026-000001"]
        [waits] = waiting_statements(conn)
    assert (waits.kind, waits.first_day, waits.donors) == (YEAR.kind, YEAR.first_day, [nameless])
    assert waits.why == "1 statement was not issued: the law asks for the donor\u2019s name."

    for _ in range(4):
        work_an_hour_later(books, jobs, clock)
    with writing(books.engine) as conn:
        conn.execute(sa.update(donor).where(donor.c.id == nameless).values(name="Zoë"))
        queue_statements(conn, YEAR, clock)  # it would be tried an hour later: now it is asked for
    Worker(books.engine, jobs, clock).run_due()
    with reading(books.engine) as conn:
        assert list(numbers_of_span(conn, YEAR)) == ["ST2026-000001", "ST2026-000002"]
        assert (waiting_statements(conn), document_gaps(conn)) == ([], [])


def test_made_twice_none_is_there_twice(books: Books) -> None:
    """Who gave later is added."""
    give(books, 1, 2)
    make(books)
    give(books, 3)

    assert [each.number for each in make(books)] == ["ST2026-000001", "ST2026-000002", "ST2026-000003"]


def test_made_by_several_at_once_each_person_has_one(books: Books) -> None:
    """A treasurer's command beside the worker, both begun at the same time: no gap, none twice."""
    give(books, *range(1, 25))
    with ThreadPoolExecutor(4) as pool:
        for begun in [pool.submit(make, books) for _ in range(4)]:
            begun.result()

    assert [each.number for each in make(books)] == [f"ST2026-{n:06d}" for n in range(1, 25)]
    with reading(books.engine) as conn:
        assert document_gaps(conn) == []


def test_a_slice_that_is_over_goes_on_with_what_is_missing(books: Books) -> None:
    """The job ends after some seconds and queues itself; a kill between two transactions is the same."""
    give(books, *range(1, 14))
    clock = Ticking(NOON)
    with writing(books.engine) as conn:
        queue_statements(conn, YEAR, clock)
    jobs = statement_jobs(books.engine, lambda: ISSUER, clock) | {
        PRINT: print_handler(books.engine, here(Stamp()), clock),
    }

    Worker(books.engine, NOTHING | jobs, clock).run_due()

    with reading(books.engine) as conn:
        assert progress_of_span(conn, YEAR) == StatementProgress(13, 13, 13, 0)


def run_until_it_waits(books: Books, issuer: DocumentIssuer, clock: FixedClock) -> StatementsWait:
    """Slices of time, until the job says who was left out."""
    jobs = statement_jobs(books.engine, lambda: issuer, clock)
    for _ in range(20):
        with reading(books.engine) as conn:
            payload = payload_of(conn, MAKE_STATEMENTS, YEAR.name)
        try:
            jobs[MAKE_STATEMENTS](payload or {})
        except StatementsWait as waits:
            return waits
    pytest.fail("the same people are tried again and again")


@ON_SQLITE
def test_people_who_can_have_no_statement_keep_no_other_from_theirs(books: Books) -> None:
    """More of them than a slice of time sees to: each is tried once, all are counted, and the next run waits."""
    clock = Ticking(NOON)
    for n in range(1, 41):
        books.pledge(n)
    with writing(books.engine) as conn:
        conn.execute(sa.update(gift).values(donor_name=""))  # nor does a receipt have a name, then
    for n in range(1, 41):
        books.deliver(charged(str(n), gift=gift_id(n)))
    with writing(books.engine) as conn:
        people = people_of_span(conn, YEAR)
        nameless, named = people[:36], people[36:]
        conn.execute(sa.update(donor).where(donor.c.id.in_(nameless)).values(name=""))
        queue_statements(conn, YEAR, clock)
    waits = run_until_it_waits(books, AMERICAN, clock)

    with reading(books.engine) as conn:
        assert (len(numbers_of_span(conn, YEAR)), have_statement(conn, YEAR, named)) == (4, set(named))
        again = payload_of(conn, MAKE_STATEMENTS, YEAR.name)
    assert "36 statements were not issued: the law asks for the donor\u2019s name." in str(waits)
    assert again is not None
    assert (again["after"], again["failed"], waits.wait) == ("", 1, timedelta(minutes=1))


class Ticking(FixedClock):
    """A clock by which everything takes long."""

    def __call__(self) -> datetime:
        """Three seconds later each time."""
        self.now += timedelta(seconds=3)
        return self.now


def test_each_statement_is_mailed_once_with_its_pdf(books: Books) -> None:
    """In the donor's name; twice queued is once posted."""
    give(books, 1)
    make(books)
    clock = FixedClock(NOON)
    jobs = {
        PRINT: print_handler(books.engine, here(Stamp()), clock),
        LETTER: document_letter_handler(books.engine, PAGES, clock),
    }
    Worker(books.engine, NOTHING | jobs, clock).run_due()
    jobs[LETTER]({"number": "ST2026-000001"})

    with reading(books.engine) as conn:
        [letter] = conn.execute(sa.select(letter_table).where(letter_table.c.key.like("document:%"))).all()
    assert (letter.key, letter.to_address) == ("document:ST2026-000001", "donor1@example.org")
    assert letter.attachments[0]["subject"] == "ST2026-000001"
    assert "£25.00" in letter.text


def printed(books: Books, *numbers: int) -> list[str]:
    """Statements that are printed."""
    give(books, *numbers)
    made = [each.number for each in make(books)]
    Worker(
        books.engine, NOTHING | {PRINT: print_handler(books.engine, here(Stamp()), FixedClock(NOON))}, FixedClock(NOON)
    ).run_due()
    return made


def test_all_are_one_file_for_posting(books: Books) -> None:
    """Each PDF by its number, the same bytes each time."""
    made = printed(books, 1, 2)
    whole = b"".join(zip_of_documents(books.engine, made))

    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "ST2026-000001.pdf": b"ST2026-000001", "ST2026-000002.pdf": b"ST2026-000002",
        }  # fmt: skip
    assert b"".join(zip_of_documents(books.engine, made)) == whole

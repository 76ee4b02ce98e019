"""Receipts are printed once, after they were issued, by the worker."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from database.engine import open_database
from database.transactions import booking, reading
from outbox.jobs import waiting_count
from outbox.worker import Handler, Worker
from receipts.document_store import Void
from receipts.jobs import LETTER, PRINT, print_first, print_handler, queue_prints, waiting_prints
from receipts.pdf import Printer
from receipts.printing import PrintingFailed
from receipts.printing_process import NotPrinted
from receipts.receipt import ReceiptStyle
from receipts.sheets import Document
from receipts.store import NoReceipt, issue_receipts, pdf_of, receipt_by_number
from receipts.void_store import void_receipt
from tests.clock import FixedClock
from tests.receipts.printing_here import here
from tests.receipts.samples import NOON, TODAY, draft, receipt


@dataclass
class Stamp:
    """A printer that only writes down what it was given."""

    printed: list[str] = field(default_factory=list)

    def print(self, receipt: Document) -> bytes:
        """The number and how many went before."""
        self.printed.append(receipt.number)
        return f"{receipt.number} {len(self.printed)}".encode()


def issue_and_queue(engine: Engine, *gift_ids: str) -> list[str]:
    """As the webhook does: number, freeze and queue in one transaction."""
    with booking(engine) as conn:
        drafts = [draft(gift_id=gift_id) for gift_id in gift_ids]
        numbers = issue_receipts(conn, drafts, issued_on=TODAY, now=NOON)
        queue_prints(conn, numbers, now=NOON)
    return numbers


def kept(engine: Engine, number: str) -> bytes | None:
    """The PDF that donors are given."""
    with reading(engine) as conn:
        issued = receipt_by_number(conn, number)
        assert issued is not None
        return pdf_of(conn, issued.id)


def test_the_worker_prints_what_was_issued(engine: Engine, clock: FixedClock, printer: Printer) -> None:
    """The kept PDF is the print of the frozen receipt."""
    (number,) = issue_and_queue(engine, "a")

    Worker(engine, {PRINT: print_handler(engine, here(printer), clock)}, clock).run_due()

    assert kept(engine, number) == printer.print(receipt(number=number))


def test_each_receipt_is_printed_once(engine: Engine, clock: FixedClock) -> None:
    """A job that is done twice keeps the paper that may already have been handed out."""
    numbers, stamp = issue_and_queue(engine, "a", "b"), Stamp()
    worker = Worker(engine, {PRINT: print_handler(engine, here(stamp), clock)}, clock)

    worker.run_due()
    with booking(engine) as conn:
        queue_prints(conn, numbers, now=NOON)
    worker.run_due()

    assert stamp.printed == numbers
    assert [kept(engine, number) for number in numbers] == [b"2026-000001 1", b"2026-000002 2"]


def test_a_receipt_somebody_waits_for_is_printed_first(engine: Engine, clock: FixedClock) -> None:
    """A donor at the page does not queue behind a party's thousand."""
    first, second, third = issue_and_queue(engine, "a", "b", "c")
    with booking(engine) as conn:
        print_first(conn, third, now=NOON)
    stamp = Stamp()

    Worker(engine, {PRINT: print_handler(engine, here(stamp), clock)}, clock).run_due()

    assert stamp.printed == [third, first, second]


def test_a_receipt_that_does_not_exist_is_an_error(engine: Engine, clock: FixedClock) -> None:
    """The job stays and is seen, instead of vanishing."""
    handle = print_handler(engine, here(Stamp()), clock)

    with pytest.raises(NoReceipt):
        handle({"numbers": ["2026-000001"]})


def test_a_printed_receipt_leaves_its_letter_to_be_written(engine: Engine, clock: FixedClock) -> None:
    """Once, also when it is printed a second time."""
    numbers = issue_and_queue(engine, "a")
    handle = print_handler(engine, here(Stamp()), clock)
    letters: list[object] = []

    Worker(engine, {PRINT: handle, LETTER: letters.append}, clock).run_due()
    handle({"numbers": numbers})

    with reading(engine) as conn:
        assert (letters, waiting_count(conn)) == ([{"number": numbers[0]}], 0)


def test_a_receipt_without_a_font_waits_and_holds_up_no_other(
    sqlite_url: str, clock: FixedClock, printer: Printer
) -> None:
    """The others of its job are printed; the desk says which it is and what to do, and no letter of the name."""
    engine = open_database(sqlite_url)
    with booking(engine) as conn:
        drafts = [draft("a"), draft("b", donor_name="Zo\ue0ff"), draft("c")]
        numbers = issue_receipts(conn, drafts, issued_on=TODAY, now=NOON)
        queue_prints(conn, numbers, now=NOON)

    Worker(engine, {PRINT: print_handler(engine, here(printer), clock)}, clock).run_due()

    assert [kept(engine, number) is not None for number in numbers] == [True, False, True]
    with reading(engine) as conn:
        [waiting] = waiting_prints(conn).documents
    assert (waiting.number, "\ue0ff" in waiting.why) == (numbers[1], False)
    assert waiting.why.startswith("1 of the signs are in no font")


def test_every_document_that_is_not_printed_is_named_with_its_reason(
    sqlite_url: str, clock: FixedClock, printer: Printer
) -> None:
    """Not the first of its job alone: each is tried again by itself. An error's own words are not shown."""
    engine = open_database(sqlite_url)
    broken = replace(draft("d"), style=ReceiptStyle("en_GB", "#7a1020", "lost", charity=False))
    drafts = [draft("a", donor_name="Zo\ue0ff"), draft("b"), draft("c", donor_name="Zo\ue0fe"), broken]
    lacking = replace(draft("e"), jurisdiction="uk_charity")
    with booking(engine) as conn:
        numbers = issue_receipts(conn, [*drafts, lacking], issued_on=TODAY, now=NOON)
        queue_prints(conn, numbers, now=NOON)
    Worker(engine, {PRINT: print_handler(engine, here(printer), clock)}, clock).run_due()

    with reading(engine) as conn:
        waiting = {document.number: document.why for document in waiting_prints(conn).documents}
    assert list(waiting) == [numbers[0], *numbers[2:]]
    assert [why[:22] for why in waiting.values()] == [
        "1 of the signs are in ", "1 of the signs are in ", "it cannot be printed (", "its law asks for the o",
    ]  # fmt: skip
    assert "lost" not in waiting[numbers[3]]


def test_printing_that_cannot_be_started_is_said_once_and_keeps_what_was_printed(
    engine: Engine, clock: FixedClock
) -> None:
    """The rest waits, and is printed by the same job when it can be."""
    numbers, stamp = issue_and_queue(engine, "a", "b"), Stamp()

    def stops_after_one(documents: Sequence[Document]) -> Iterator[bytes | NotPrinted]:
        yield stamp.print(documents[0])
        raise PrintingFailed("no memory")

    nothing: dict[str, Handler] = {LETTER: lambda _payload: None}
    Worker(engine, nothing | {PRINT: print_handler(engine, stops_after_one, clock)}, clock).run_due()
    assert [kept(engine, number) is not None for number in numbers] == [True, False]
    with reading(engine) as conn:
        waiting = waiting_prints(conn)
    assert list(waiting.documents) == []
    assert waiting.trouble.startswith("no printing process can be started: no memory. Nothing is lost,")

    clock.advance(timedelta(hours=1))
    Worker(engine, nothing | {PRINT: print_handler(engine, here(stamp), clock)}, clock).run_due()
    assert stamp.printed == numbers
    with reading(engine) as conn:
        assert waiting_prints(conn).trouble == ""


def test_a_receipt_that_lacks_a_fact_waits_until_another_takes_its_place(
    sqlite_url: str, clock: FixedClock, printer: Printer
) -> None:
    """The desk says what is missing; once it was issued again, the first is not waited for."""
    engine = open_database(sqlite_url)
    lacking = replace(draft("a"), jurisdiction="uk_charity")
    with booking(engine) as conn:
        [number] = issue_receipts(conn, [lacking], issued_on=TODAY, now=NOON)
        queue_prints(conn, [number], now=NOON)
    worker = Worker(engine, {PRINT: print_handler(engine, here(printer), clock)}, clock)
    worker.run_due()
    with reading(engine) as conn:
        [waiting] = waiting_prints(conn).documents
        issued = receipt_by_number(conn, number)
    assert waiting.number == number
    assert waiting.why.startswith("its law asks for the organisation\u2019s registration number.")
    assert kept(engine, number) is None

    assert issued is not None
    with booking(engine) as conn:
        void_receipt(conn, issued, Void("its number was missing", "ada", NOON))
        assert list(waiting_prints(conn).documents) == []
    clock.advance(timedelta(hours=1))
    worker.run_due()
    with reading(engine) as conn:
        assert list(waiting_prints(conn).documents) == []
    assert kept(engine, number) is None

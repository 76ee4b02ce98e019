"""The job that prints receipts and other documents as PDF, in the worker."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.engine import Connection, Engine

from database.instants import Clock
from database.transactions import reading, writing
from outbox.jobs import enqueue, enqueue_many, errors_of
from outbox.worker import Handler
from receipts.document_store import document_by_number, document_pdf_of, is_document_number, save_document_pdf
from receipts.jurisdictions import FactsMissing
from receipts.scripts import MissingGlyphs
from receipts.sheets import Document
from receipts.signature import SignsPdf
from receipts.store import NoReceipt, pdf_of, receipt_by_number, save_pdf
from receipts.void_store import voids_of_receipts

PRINT = "receipts.print"
LETTER = "receipts.letter"  # what follows a document's PDF; payments/letters has its handler, which knows the donor
# Say in credit notes what went back of a gift: {"of": its id}. payments/crediting has its handler.
CREDIT = "receipts.credit"
RECEIPTS_PER_JOB = 20  # about a second of printing


class Unprinted(Exception):
    """Documents that wait for a font, or for a fact that their law asks for. The message says which, and for what."""


class ReceiptPrinter(Protocol):
    """What prints a document: `receipts.pdf.Printer`, or a faster one in tests."""

    def print(self, document: Document, /) -> bytes:
        """The document as PDF."""
        ...


def queue_credits(conn: Connection, gift_ids: Iterable[str], now: datetime) -> None:
    """Have the credit notes of these gifts say what went back, in the transaction that books it."""
    enqueue_many(conn, CREDIT, [(gift, {"of": gift}) for gift in sorted(set(gift_ids))], now=now)


def queue_prints(conn: Connection, numbers: Sequence[str], *, now: datetime) -> None:
    """Queue documents for printing, in the transaction that issues them. A job takes several: less to write."""
    groups = [list(numbers[start : start + RECEIPTS_PER_JOB]) for start in range(0, len(numbers), RECEIPTS_PER_JOB)]
    enqueue_many(conn, PRINT, [(_subject(group), {"numbers": group}) for group in groups], now=now)


def print_first(conn: Connection, number: str, *, now: datetime) -> None:
    """Queue a receipt before all others: its donor waits for it."""
    enqueue(conn, PRINT, number, {"numbers": [number]}, now=now, urgent=True)


@dataclass(frozen=True, slots=True)
class SigningPrinter:
    """Prints documents, and signs what it prints."""

    printer: ReceiptPrinter
    sign: SignsPdf

    def print(self, document: Document, /) -> bytes:
        """The document as a signed PDF."""
        return self.sign(self.printer.print(document))


def print_handler(engine: Engine, printer: ReceiptPrinter, clock: Clock) -> Handler:
    """The worker's handler of PRINT. A receipt that has its PDF is not printed again, so its bytes never change.

    The letter to its donor is queued with the PDF, in one transaction.
    """

    def handle(payload: Any) -> None:
        unprinted = []
        for number in payload["numbers"]:
            try:
                _print(engine, printer, clock, number)
            except (MissingGlyphs, FactsMissing) as missing:  # the others of the job are printed all the same
                if not _is_void(engine, number):
                    unprinted.append(f"{number}: {missing}")
        if unprinted:
            raise Unprinted(" ".join(unprinted))

    return handle


def _is_void(engine: Engine, number: str) -> bool:
    """Whether another document has taken its place, so that it need not be printed any more."""
    with reading(engine) as conn:
        if is_document_number(number):
            document = document_by_number(conn, number)
            return document is not None and document.void is not None
        issued = receipt_by_number(conn, number)
        return issued is not None and bool(voids_of_receipts(conn, [issued.id]))


def _print(engine: Engine, printer: ReceiptPrinter, clock: Clock, number: str) -> None:
    if is_document_number(number):
        _print_document(engine, printer, clock, number)
    else:
        _print_receipt(engine, printer, clock, number)


def _print_document(engine: Engine, printer: ReceiptPrinter, clock: Clock, number: str) -> None:
    with reading(engine) as conn:
        issued = document_by_number(conn, number)
        if issued is None:
            raise NoReceipt(number)
        if document_pdf_of(conn, number) is not None:
            return
    pdf = printer.print(issued.document)
    with writing(engine) as conn:
        if document_pdf_of(conn, number) is None:
            save_document_pdf(conn, number, pdf, clock())
            enqueue(conn, LETTER, number, {"number": number}, now=clock())


def _print_receipt(engine: Engine, printer: ReceiptPrinter, clock: Clock, number: str) -> None:
    with reading(engine) as conn:
        issued = receipt_by_number(conn, number)
        if issued is None:
            raise NoReceipt(number)
        if pdf_of(conn, issued.id) is not None:
            return
    pdf = printer.print(issued.receipt)
    with writing(engine) as conn:
        if pdf_of(conn, issued.id) is None:
            save_pdf(conn, issued.id, pdf, clock())
            enqueue(conn, LETTER, number, {"number": number}, now=clock())


def _subject(numbers: Sequence[str]) -> str:
    return numbers[0] if len(numbers) == 1 else f"{numbers[0]}..{numbers[-1]}"


def unprinted_receipts(conn: Connection) -> Sequence[str]:
    """For each print that waits for a font or a fact, sentences on which documents they are and what to do."""
    beginning = f"{Unprinted.__name__}: "
    errors = (error for error in errors_of(conn, PRINT) if error.startswith(beginning))
    return sorted({error.removeprefix(beginning) for error in errors})

"""The job that prints receipts and other documents as PDF, in the worker."""

from collections.abc import Callable, Iterable, Sequence
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


def print_again(conn: Connection, number: str, *, now: datetime) -> None:
    """Try now to print a receipt that waited for a fact: a job of its own, because the one that failed rests longer."""
    enqueue(conn, PRINT, f"{number} again", {"numbers": [number]}, now=now, urgent=True)


@dataclass(frozen=True, slots=True)
class SigningPrinter:
    """Prints documents, and signs what it prints."""

    printer: ReceiptPrinter
    sign: SignsPdf

    def print(self, document: Document, /) -> bytes:
        """The document as a signed PDF."""
        return self.sign(self.printer.print(document))


def nothing_is_known(_number: str) -> bool:
    """For programs that learn no facts later: a receipt that lacks one waits."""
    return False


def print_handler(
    engine: Engine, printer: ReceiptPrinter, clock: Clock, release: Callable[[str], bool] = nothing_is_known
) -> Handler:
    """The worker's handler of PRINT. A receipt that has its PDF is not printed again, so its bytes never change.

    The letter to its donor is queued with the PDF, in one transaction. `release` issues a receipt that waits for a fact
    anew, if the fact has become known.
    """

    def handle(payload: Any) -> None:
        unprinted = []
        for number in payload["numbers"]:
            try:
                _print(engine, printer, clock, number)
            except (MissingGlyphs, FactsMissing) as missing:  # the others of the job are printed all the same
                if _still_waits(engine, number) and not (isinstance(missing, FactsMissing) and release(number)):
                    unprinted.append(f"{number}: {missing}")
        if unprinted:
            raise Unprinted("\n".join(unprinted))

    return handle


def _still_waits(engine: Engine, number: str) -> bool:
    with reading(engine) as conn:
        return not _is_void(conn, number)


def _is_void(conn: Connection, number: str) -> bool:
    """Whether another document has taken its place, so that it need not be printed any more."""
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


@dataclass(frozen=True, slots=True)
class UnprintedDocument:
    """A document that waits for a font or a fact: its number, and why, with what to do."""

    number: str
    why: str


def unprinted_receipts(conn: Connection) -> Sequence[UnprintedDocument]:
    """The documents that wait, by their numbers. One that another has replaced meanwhile waits for nothing."""
    beginning = f"{Unprinted.__name__}: "
    errors = (error.removeprefix(beginning) for error in errors_of(conn, PRINT) if error.startswith(beginning))
    lines = sorted({line for error in errors for line in error.splitlines()})
    waiting = [UnprintedDocument(number, why) for number, _, why in (line.partition(": ") for line in lines)]
    return [document for document in waiting if not _is_void(conn, document.number)]

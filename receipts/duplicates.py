"""A further copy of a document: the same number and words, marked as a duplicate, drawn when it is sent."""

from typing import Protocol

from sqlalchemy.engine import Engine

from database.transactions import reading
from receipts.pdf_store import any_document, any_pdf_of
from receipts.sheets import Document
from receipts.signature import SignsPdf
from receipts.store import NoReceipt


class DuplicatePrinter(Protocol):
    """What draws a duplicate: `receipts.printing.PrintingProcesses`."""

    def print(self, document: Document, /, *, is_duplicate: bool) -> bytes:
        """The document as PDF, marked."""
        ...


def print_duplicate(engine: Engine, printer: DuplicatePrinter, sign: SignsPdf, number: str) -> bytes:
    """The duplicate as a signed PDF: the same bytes each time. Raises NoReceipt without a first copy."""
    with reading(engine) as conn:
        document = any_document(conn, number)
        if document is None or not any_pdf_of(conn, number):  # empty once its donor was erased
            raise NoReceipt(number)
    return sign(printer.print(document, is_duplicate=True))

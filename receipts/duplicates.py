"""A further copy of a document: the same number and words, marked as a duplicate, drawn when it is sent."""

from typing import Protocol

from sqlalchemy.engine import Engine

from database.transactions import reading
from receipts.document_store import any_pdf_of, document_by_number, is_document_number
from receipts.sheets import Document
from receipts.signature import SignsPdf
from receipts.store import NoReceipt, receipt_by_number


class DuplicatePrinter(Protocol):
    """What draws a duplicate: `receipts.pdf.Printer`."""

    def print(self, document: Document, /, *, is_duplicate: bool) -> bytes:
        """The document as PDF, marked."""
        ...


def print_duplicate(engine: Engine, printer: DuplicatePrinter, sign: SignsPdf, number: str) -> bytes:
    """The duplicate as a signed PDF: the same bytes each time. Raises NoReceipt without a first copy."""
    with reading(engine) as conn:
        document: Document | None
        if is_document_number(number):
            issued = document_by_number(conn, number)
            document = issued.document if issued else None
        else:
            receipt = receipt_by_number(conn, number)
            document = receipt.receipt if receipt else None
        if document is None or not any_pdf_of(conn, number):  # empty once its donor was erased
            raise NoReceipt(number)
    return sign(printer.print(document, is_duplicate=True))

"""What is printed of a receipt or any other document, and its PDF, by its number."""

from datetime import datetime

from sqlalchemy.engine import Connection, Engine

from database.transactions import reading
from outbox.message import LetterWithdrawn
from receipts.document import Series
from receipts.document_store import document_by_number, document_pdf_of, is_document_number, save_document_pdf
from receipts.sheets import Document
from receipts.store import NoReceipt, pdf_of, receipt_by_number, receipt_id_of, save_pdf
from receipts.void_store import voids_of_receipts


def any_document(conn: Connection, number: str) -> Document | None:
    """The receipt or other document of a number, as it was frozen."""
    if is_document_number(number):
        issued = document_by_number(conn, number)
        return issued.document if issued else None
    receipt = receipt_by_number(conn, number)
    return receipt.receipt if receipt else None


def save_first_pdf(conn: Connection, number: str, pdf: bytes, now: datetime) -> bool:
    """Keep the PDF of a receipt or document that has none; returns False where it has: that one may be handed out."""
    if any_pdf_of(conn, number) is not None:
        return False
    if is_document_number(number):
        save_document_pdf(conn, number, pdf, now)
    else:
        save_pdf(conn, receipt_id_of(number), pdf, now)
    return True


def any_pdf_of(conn: Connection, number: str) -> bytes | None:
    """The kept PDF of a receipt or of any other document; None until it is made, empty once its donor was erased."""
    if is_document_number(number):
        return document_pdf_of(conn, number)
    return pdf_of(conn, receipt_id_of(number))


def any_pdf_by_number(engine: Engine, number: str) -> bytes:
    """The same, of a letter that is looked at; raises NoReceipt until it is made."""
    with reading(engine) as conn:
        pdf = any_pdf_of(conn, number)
    if pdf is None:
        raise NoReceipt(number)
    return pdf


def pdf_to_send(engine: Engine, number: str) -> bytes:
    """The same, of a letter that leaves now.

    Raises LetterWithdrawn for a receipt or statement that was declared void while its letter waited: its donor would
    take it for good. A credit note goes with a letter about more than itself.
    """
    if not number.startswith(Series.CREDIT_NOTE.value):
        with reading(engine) as conn:
            if is_void(conn, number):
                raise LetterWithdrawn(f"{number} was declared void before this letter was sent.")
    return any_pdf_by_number(engine, number)


def is_void(conn: Connection, number: str) -> bool:
    """Whether a receipt or other document holds no longer, so that it need be neither printed nor sent."""
    if is_document_number(number):
        document = document_by_number(conn, number)
        return document is not None and document.void is not None
    issued = receipt_by_number(conn, number)
    return issued is not None and bool(voids_of_receipts(conn, [issued.id]))

"""What is printed of a receipt or any other document, and its PDF, by its number."""

from datetime import datetime

from sqlalchemy.engine import Connection, Engine

from database.transactions import reading
from receipts.document_store import document_by_number, document_pdf_of, is_document_number, save_document_pdf
from receipts.sheets import Document
from receipts.store import NoReceipt, pdf_of, receipt_by_number, save_pdf


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
    elif issued := receipt_by_number(conn, number):
        save_pdf(conn, issued.id, pdf, now)
    return True


def any_pdf_of(conn: Connection, number: str) -> bytes | None:
    """The kept PDF of a receipt or of any other document; None until it is made, empty once its donor was erased."""
    if is_document_number(number):
        return document_pdf_of(conn, number)
    issued = receipt_by_number(conn, number)
    return pdf_of(conn, issued.id) if issued else None


def any_pdf_by_number(engine: Engine, number: str) -> bytes:
    """The same, for a letter; raises NoReceipt until it is made."""
    with reading(engine) as conn:
        pdf = any_pdf_of(conn, number)
    if pdf is None:
        raise NoReceipt(number)
    return pdf

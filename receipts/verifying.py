"""What whoever has a paper may know: whether it is genuine, and what is true of it today. No personal data."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.engine import Connection

from ledger.money import Money
from receipts.check_code import is_check_code
from receipts.credit_note import CreditNote
from receipts.document import DocumentStatus, Series, document_status
from receipts.document_store import IssuedDocument, credited_of_gift, document_by_number, is_document_number
from receipts.statement import StatementKind
from receipts.store import Issued, receipt_by_number
from receipts.void_store import editions_of_gift, voids_of_receipts

_RECEIPT = re.compile(r"20[0-9]{2}-[0-9]{6,7}")
_DOCUMENT = re.compile(r"(CN|ST|CR)20[0-9]{2}-[0-9]{6,7}")


@dataclass(frozen=True, slots=True)
class VerifiedDocument:
    """A genuine document. `amounts` are what it is over, one for each currency; `went_back` is since, of a receipt.

    `about` is the number of the receipt that a credit note names, `about_replaced_by` of the one in its place today.
    """

    number: str
    series: Series
    issuer: str
    issued_on: date
    amounts: Sequence[Money]
    status: DocumentStatus
    replaced_by: str = ""
    went_back: Money | None = None
    about: str = ""
    about_replaced_by: str = ""


def verify_document(conn: Connection, number: str, code: str) -> VerifiedDocument | None:
    """The document of this number if this is its check code; None for a wrong number as for a wrong code."""
    number = number.strip().upper()
    if _RECEIPT.fullmatch(number):
        issued = receipt_by_number(conn, number)
        is_genuine = issued is not None and is_check_code(code, issued.receipt.check_code)
        return _receipt(conn, issued) if issued and is_genuine else None
    if is_document_number(number) and _DOCUMENT.fullmatch(number):
        document = document_by_number(conn, number)
        is_genuine = document is not None and is_check_code(code, document.document.check_code)
        return _document(conn, document) if document and is_genuine else None
    return None


def receipt_status(conn: Connection, issued: Issued) -> tuple[DocumentStatus, Money, str]:
    """What is true of a receipt today, what credit notes took off it, and the number of what replaced it."""
    void = voids_of_receipts(conn, [issued.id]).get(issued.id)
    total = issued.receipt.total
    went_back = credited_of_gift(conn, issued.gift_id, total.currency)
    replaced_by = void.replaced_by if void else ""
    return document_status(total, went_back, is_void=void is not None, replaced_by=replaced_by), went_back, replaced_by


def _receipt(conn: Connection, issued: Issued) -> VerifiedDocument:
    receipt = issued.receipt
    status, went_back, replaced_by = receipt_status(conn, issued)
    return VerifiedDocument(
        receipt.number, Series.RECEIPT, receipt.organisation.name, receipt.issued_on, [receipt.total], status,
        replaced_by, went_back,
    )  # fmt: skip


def _document(conn: Connection, issued: IssuedDocument) -> VerifiedDocument:
    document, void = issued.document, issued.void
    if isinstance(document, CreditNote):
        amounts, about = [document.amount], document.receipt_number
    else:
        is_receipt = document.kind is StatementKind.CONSOLIDATED
        amounts, about = [total.amount if is_receipt else total.kept for total in document.totals], ""
    replaced_by = void.replaced_by if void else ""
    nothing = Money(0, amounts[0].currency)
    status = document_status(amounts[0], nothing, is_void=void is not None, replaced_by=replaced_by)
    return VerifiedDocument(
        document.number, document.series, document.organisation.name, document.issued_on, amounts, status,
        replaced_by, about=about, about_replaced_by=_newest_of(conn, about) if about else "",
    )  # fmt: skip


def _newest_of(conn: Connection, number: str) -> str:
    """The receipt that confirms the gift today, where it is not this one."""
    issued = receipt_by_number(conn, number)
    newest = editions_of_gift(conn, issued.gift_id)[-1] if issued else number
    return newest if newest != number else ""

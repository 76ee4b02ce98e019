"""What the desk shows of one document: what it says, what is true of it, and its line of descent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.engine import Connection

from ledger.money import Money
from payments.gifts.store import gift as gift_by_id
from receipts.credit_note import CreditNote
from receipts.document import DocumentStatus
from receipts.document_store import (
    IssuedDocument,
    Void,
    document_by_number,
    documents_of,
    gift_of_subject,
    is_document_number,
    standing_notes,
)
from receipts.pdf_store import any_pdf_of
from receipts.store import Issued, receipt_by_number
from receipts.verifying import receipt_status
from receipts.void_store import editions_of_gift, voids_of_receipts

STATUS_WORDS = {
    DocumentStatus.CURRENT: "It holds.",
    DocumentStatus.PART_REFUNDED: "It holds; a part of its money went back.",
    DocumentStatus.REFUNDED: "It holds; all of its money went back.",
    DocumentStatus.REPLACED: "It holds no longer: another took its place.",
    DocumentStatus.VOID: "It holds no longer: it is void.",
}
TITLES = {"CN": "Credit note", "ST": "Statement", "CR": "Consolidated receipt"}


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """A document on its page. `descent` are the numbers of its editions, `notes` of its credit notes that hold.

    `email` is where it went; of a receipt and a credit note that of the gift, which may differ from the donor's.
    """

    number: str
    title: str
    status: DocumentStatus
    status_words: str
    donor_name: str
    donor_address: Sequence[str]
    issued_on: date
    amounts: Sequence[Money]
    is_printed: bool
    is_receipt: bool
    verify_path: str
    email: str
    gift: str = ""
    donor: str = ""
    about: str = ""
    void: Void | None = None
    descent: Sequence[str] = ()
    notes: Sequence[str] = ()

    @property
    def is_void(self) -> bool:
        """Whether it holds no longer."""
        return self.void is not None


def shown_document(conn: Connection, number: str) -> ShownDocument | None:
    """The document of a printed number, of whatever series; None where there is none."""
    if is_document_number(number):
        document = document_by_number(conn, number)
        return _document(conn, document) if document else None
    issued = receipt_by_number(conn, number)
    return _receipt(conn, issued) if issued else None


def _receipt(conn: Connection, issued: Issued) -> ShownDocument:
    receipt, gift = issued.receipt, gift_by_id(conn, issued.gift_id)
    status, _, _ = receipt_status(conn, issued)
    return ShownDocument(
        number=receipt.number,
        title="Receipt",
        status=status,
        status_words=STATUS_WORDS[status],
        donor_name=receipt.donor_name,
        donor_address=receipt.donor_address,
        issued_on=receipt.issued_on,
        amounts=[receipt.total],
        is_printed=bool(any_pdf_of(conn, receipt.number)),
        is_receipt=True,
        verify_path=_verify_path(receipt.number, receipt.check_code),
        email=gift.donor.email if gift else "",
        gift=issued.gift_id,
        void=voids_of_receipts(conn, [issued.id]).get(issued.id),
        descent=editions_of_gift(conn, issued.gift_id),
        notes=[note.number for note in standing_notes(conn, issued.gift_id)],
    )


def _document(conn: Connection, issued: IssuedDocument) -> ShownDocument:
    document = issued.document
    is_note = isinstance(document, CreditNote)
    gift = gift_by_id(conn, gift_of_subject(issued.subject)) if is_note else None
    status = DocumentStatus.CURRENT if issued.void is None else DocumentStatus.VOID
    status = DocumentStatus.REPLACED if issued.void and issued.void.replaced_by else status
    return ShownDocument(
        number=issued.number,
        title=TITLES[document.series.value],
        status=status,
        status_words=STATUS_WORDS[status],
        donor_name=document.donor_name,
        donor_address=document.donor_address,
        issued_on=document.issued_on,
        amounts=[document.amount] if isinstance(document, CreditNote) else [each.kept for each in document.totals],
        is_printed=bool(any_pdf_of(conn, issued.number)),
        is_receipt=False,
        verify_path=_verify_path(issued.number, document.check_code),
        email=gift.donor.email if gift else "",
        gift=gift.id if gift else "",
        donor=issued.donor_id or "",
        about=document.receipt_number if isinstance(document, CreditNote) else "",
        void=issued.void,
        descent=[each.number for each in documents_of(conn, document.series, issued.subject)],
    )


def _verify_path(number: str, code: str) -> str:
    return f"/verify/{number}/{code}" if code else ""

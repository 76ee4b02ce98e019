"""What the desk shows of one document: what it says, what is true of it, and its line of descent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.engine import Connection

from donors.store import donor_by_id
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
from staff.store import member_by_id

STATUS_WORDS = {
    DocumentStatus.CURRENT: "Valid: it was not declared void, and no other took its place.",
    DocumentStatus.PART_REFUNDED: "Valid for what is left: a part of its money went back, and a credit note says so.",
    DocumentStatus.REFUNDED: "All of its money went back, and a credit note says so.",
    DocumentStatus.REPLACED: "Valid no longer: another took its place.",
    DocumentStatus.VOID: "Valid no longer: it was declared void.",
}
_NOTHING_BACK = " None of its money went back."
TITLES = {"CN": "Credit note", "ST": "Statement", "CR": "Consolidated receipt"}


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """A document on its page. `descent` are the numbers of its editions, `notes` of its credit notes that stand.

    `email` is where it went; of a receipt and a credit note that of the gift, which may differ from the donor's.
    `void_by` names who declared it void.
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
    void_by: str = ""

    @property
    def may_be_replaced(self) -> bool:
        """Whether the desk can put it right. A credit note follows from the books."""
        return self.void is None and not self.about


def shown_document(conn: Connection, number: str) -> ShownDocument | None:
    """The document of a printed number, of whatever series; None where there is none."""
    if is_document_number(number):
        document = document_by_number(conn, number)
        return _document(conn, document) if document else None
    issued = receipt_by_number(conn, number)
    return _receipt(conn, issued) if issued else None


def _receipt(conn: Connection, issued: Issued) -> ShownDocument:
    receipt, gift = issued.receipt, gift_by_id(conn, issued.gift_id)
    void = voids_of_receipts(conn, [issued.id]).get(issued.id)
    status, _, _ = receipt_status(conn, issued)
    return ShownDocument(
        number=receipt.number,
        title="Receipt",
        status=status,
        status_words=STATUS_WORDS[status] + (_NOTHING_BACK if status is DocumentStatus.CURRENT else ""),
        donor_name=receipt.donor_name,
        donor_address=receipt.donor_address,
        issued_on=receipt.issued_on,
        amounts=[receipt.total],
        is_printed=bool(any_pdf_of(conn, receipt.number)),
        is_receipt=True,
        verify_path=_verify_path(receipt.number, receipt.check_code),
        email=gift.donor.email if gift else "",
        gift=issued.gift_id,
        void=void,
        void_by=_by(conn, void),
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
        email=_email(conn, issued),
        gift=gift.id if gift else "",
        donor=issued.donor_id or "",
        about=document.receipt_number if isinstance(document, CreditNote) else "",
        void=issued.void,
        void_by=_by(conn, issued.void),
        descent=[each.number for each in documents_of(conn, document.series, issued.subject)],
    )


def _by(conn: Connection, void: Void | None) -> str:
    """Who declared it void: a member of staff by name, or the program itself."""
    member = member_by_id(conn, void.who) if void else None
    return member.name if member else void.who if void else ""


def _email(conn: Connection, issued: IssuedDocument) -> str:
    """Where a document went: to the giver of a credit note's gift, or the donor of a statement."""
    if issued.donor_id is not None:
        donor = donor_by_id(conn, issued.donor_id)
        return donor.email if donor else ""
    gift = gift_by_id(conn, gift_of_subject(issued.subject))
    return gift.donor.email if gift else ""


def _verify_path(number: str, code: str) -> str:
    return f"/verify/{number}/{code}" if code else ""

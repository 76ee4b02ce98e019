"""What may be put right of a document: a receipt, a statement or a receipt for a period is replaced, or becomes void.

A credit note is neither: it follows from the books, which would issue it again.
"""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.engine import Connection

from donors.word_store import add_name
from organisation.organisation import OrganisationProfile
from payments.gifts.store import gift as gift_by_id
from payments.giving.receipt_facts import benefit_facts
from payments.statements.reissuing import reissue_statement
from payments.valuing.valuation_store import valuations_of
from receipts.benefit import LegalFacts
from receipts.credit_note import CreditNote
from receipts.document_store import IssuedDocument, Void, document_by_number, is_document_number, void_document
from receipts.jobs import queue_prints
from receipts.jurisdictions import asks_for_benefits
from receipts.store import Issued, NoReceipt, receipt_by_number
from receipts.void_store import AlreadyVoid, Reissue, reissue_receipt, void_receipt


def replace_by_number(
    conn: Connection, number: str, put_right: Reissue, profile: OrganisationProfile, *, today: date, now: datetime
) -> str:
    """Issue another document in the place of the one of this number, and queue its printing; returns its number.

    Its donor is found by the name on it from then on.

    For the caller's `booking` transaction. Raises NoReceipt, AlreadyVoid, NothingLeft, and FactsMissing.
    """
    issued = _replaceable(conn, number)
    if isinstance(issued, IssuedDocument):
        new = reissue_statement(conn, issued, put_right, profile, today=today, now=now)
    else:
        complete = replace(put_right, benefit=_benefit(conn, issued))
        new = reissue_receipt(conn, issued, complete, profile, today=today, now=now)
    donor_id = issued.donor_id if isinstance(issued, IssuedDocument) else _donor_of(conn, issued.gift_id)
    add_name(conn, donor_id or "", put_right.donor_name)
    queue_prints(conn, [new], now=now)
    return new


def _donor_of(conn: Connection, gift_id: str) -> str | None:
    gift = gift_by_id(conn, gift_id)
    return gift.donor_id if gift else None


def _benefit(conn: Connection, issued: Issued) -> LegalFacts:
    """What is known today of what the donor of a receipt got back, where its law asks for it."""
    if not asks_for_benefits(issued.receipt.jurisdiction):
        return ()
    return benefit_facts(valuations_of(conn, [issued.gift_id]).get(issued.gift_id))


def void_by_number(conn: Connection, number: str, void: Void) -> None:
    """Say that the document of this number holds no longer. Its number stays taken. Raises NoReceipt, AlreadyVoid."""
    issued = _replaceable(conn, number)
    if isinstance(issued, Issued):
        void_receipt(conn, issued, void)
    elif not void_document(conn, number, void):
        raise AlreadyVoid(number)


def _replaceable(conn: Connection, number: str) -> Issued | IssuedDocument:
    issued = document_by_number(conn, number) if is_document_number(number) else receipt_by_number(conn, number)
    if issued is None or (isinstance(issued, IssuedDocument) and isinstance(issued.document, CreditNote)):
        raise NoReceipt(number)
    return issued

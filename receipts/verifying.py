"""What whoever has a paper may know: whether it is genuine, and what is true of it today. No personal data."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.engine import Connection

from ledger.money import Money
from ledger.return_views import kept_of_gifts
from receipts.check_code import is_check_code
from receipts.document import DocumentStatus, Series, document_status
from receipts.document_store import (
    IssuedDocument,
    Void,
    credited_of_gift,
    document_by_number,
    is_document_number,
)
from receipts.statement import GiftStatement, StatementKind
from receipts.store import Issued, gifts_of_receipts, receipt_by_number
from receipts.void_store import editions_of_gift, voids_of_receipts

_RECEIPT = re.compile(r"20[0-9]{2}-[0-9]{6,7}")
_DOCUMENT = re.compile(r"(CN|ST|CR)20[0-9]{2}-[0-9]{6,7}")


@dataclass(frozen=True, slots=True)
class VerifiedDocument:
    """A genuine document. `amounts` are what it is over, one for each currency; `went_back` is since, of each.

    `about` is the number of the receipt that a credit note names, `about_replaced_by` of the one in its place today.
    """

    number: str
    series: Series
    issuer: str
    issued_on: date
    amounts: Sequence[Money]
    status: DocumentStatus
    replaced_by: str = ""
    went_back: Sequence[Money] = ()
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
        replaced_by, [went_back],
    )  # fmt: skip


def _document(conn: Connection, issued: IssuedDocument) -> VerifiedDocument:
    document = issued.document
    if isinstance(document, GiftStatement):
        return _statement(conn, document, issued.void)
    about, replaced_by = document.receipt_number, issued.void.replaced_by if issued.void else ""
    nothing = Money(0, document.amount.currency)
    status = document_status(document.amount, nothing, is_void=issued.void is not None, replaced_by=replaced_by)
    return VerifiedDocument(
        document.number, document.series, document.organisation.name, document.issued_on, [document.amount], status,
        replaced_by, about=about, about_replaced_by=_newest_of(conn, about),
    )  # fmt: skip


def _statement(conn: Connection, statement: GiftStatement, void: Void | None) -> VerifiedDocument:
    """A statement, or a receipt for a period: what went back since is of what it says was kept."""
    is_receipt = statement.kind is StatementKind.CONSOLIDATED
    amounts = [total.amount if is_receipt else total.kept for total in statement.totals]
    kept, went_back = [total.kept for total in statement.totals], _went_back_since(conn, statement)
    replaced_by = void.replaced_by if void else ""
    statuses = {
        document_status(left, back, is_void=void is not None, replaced_by=replaced_by)
        for left, back in zip(kept, went_back, strict=True)
    }
    return VerifiedDocument(
        statement.number, statement.series, statement.organisation.name, statement.issued_on, amounts,
        statuses.pop() if len(statuses) == 1 else DocumentStatus.PART_REFUNDED, replaced_by, went_back,
    )  # fmt: skip


def _went_back_since(conn: Connection, statement: GiftStatement) -> Sequence[Money]:
    """What went back of its gifts since it was issued, for each currency of its totals.

    A gift is found by its receipt. What came of it besides, because it was paid twice, is not the statement's.
    """
    gifts = gifts_of_receipts(conn, [gift.receipt_number for gift in statement.gifts if gift.receipt_number])
    kept = kept_of_gifts(conn, sorted(gifts.values()))
    since = {total.kept.currency: Money(0, total.kept.currency) for total in statement.totals}
    for gift in statement.gifts:
        of, gift_id = gift.amount.currency, gifts.get(gift.receipt_number, "")
        left = Money(kept.get((gift_id, of.code), gift.kept.minor), of)
        since[of] += gift.kept - min(left, gift.kept)
    return [since[total.kept.currency] for total in statement.totals]


def _newest_of(conn: Connection, number: str) -> str:
    """The receipt that confirms the gift today, where it is not this one."""
    issued = receipt_by_number(conn, number)
    newest = editions_of_gift(conn, issued.gift_id)[-1] if issued else number
    return newest if newest != number else ""

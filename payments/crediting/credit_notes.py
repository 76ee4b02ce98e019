"""Credit notes follow from facts: what the books say went back of a gift, less what its credit notes say.

So repeating it changes nothing, and whatever kept it from being done is put right the next time.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.engine import Connection

from ledger.kinds import EntryKind
from ledger.money import Money
from ledger.return_views import GiftMovement, movements_of_gift
from payments.books.store_open import statuses_of_disputes
from receipts.credit_note import CREDIT_REASONS, CreditNote, notes_to_void, went_back_of_receipt
from receipts.document import DocumentIssuer
from receipts.document_store import DueDocument, Void, credit_subject, issue_documents, standing_notes, void_document
from receipts.jobs import queue_prints
from receipts.receipt import receipt_style
from receipts.store import Issued, receipt_of_gift
from receipts.void_store import voids_of_receipts

LOST = "lost"  # docs.stripe.com/api/disputes/object, `status`
BY_THE_BOOKS = "the books"
WHY_VOID = "Less went back than it says: a refund did not go through, or a dispute was won."


def credit_gift(conn: Connection, gift_id: str, issuer: DocumentIssuer, now: datetime) -> str | None:
    """Issue what a gift's credit notes do not say yet, and void those that say too much.

    Returns the number of the newest note that holds. A gift without a receipt that holds has none. For the caller's
    `booking` transaction.
    """
    issued = receipt_of_gift(conn, gift_id)
    if issued is None or issued.id in voids_of_receipts(conn, [issued.id]):
        return None
    movements = _decided(conn, movements_of_gift(conn, gift_id, issued.receipt.total.currency))
    went_back = went_back_of_receipt(issued.receipt.total, _kept(movements, issued))
    notes = _void_wrong(conn, standing_notes(conn, gift_id), went_back, now)
    credited = sum((note.amount for note in notes), start=Money(0, went_back.currency))
    if went_back == credited:
        return notes[-1].number if notes else None
    cause = _cause(movements, notes, issued.receipt.issued_on)
    note = _note(issued, cause, (went_back - credited, credited), issuer)
    today = now.astimezone(issuer.zone).date()
    [frozen] = issue_documents(conn, [DueDocument(note, credit_subject(gift_id))], issued_on=today, now=now)
    queue_prints(conn, [frozen.number], now=now)
    return frozen.number


def _void_wrong(conn: Connection, notes: list[CreditNote], went_back: Money, now: datetime) -> list[CreditNote]:
    """Void the newest notes while they say more than went back; returns those that still hold."""
    count = notes_to_void([note.amount for note in notes], went_back)
    for note in notes[len(notes) - count :]:
        void_document(conn, note.number, Void(WHY_VOID, BY_THE_BOOKS, now))
    return notes[: len(notes) - count]


def _decided(conn: Connection, movements: Sequence[GiftMovement]) -> list[GiftMovement]:
    """What moved for good: what a dispute has withdrawn may come back until it is lost."""
    disputes = sorted({each.subject for each in movements if each.kind is EntryKind.DISPUTE})
    statuses = statuses_of_disputes(conn, disputes) if disputes else {}
    return [each for each in movements if each.kind is not EntryKind.DISPUTE or statuses.get(each.subject) == LOST]


def _kept(movements: Sequence[GiftMovement], issued: Issued) -> Money:
    return Money(sum(each.minor for each in movements), issued.receipt.total.currency)


def _note(
    issued: Issued, cause: tuple[EntryKind, date], amounts: tuple[Money, Money], issuer: DocumentIssuer
) -> CreditNote:
    receipt, (amount, before) = issued.receipt, amounts
    reason, day = cause
    return CreditNote(
        donor_name=receipt.donor_name,
        donor_address=receipt.donor_address,
        organisation=issuer.profile.organisation,
        mode=receipt.mode,
        style=receipt_style(issuer.profile, receipt.style.language if receipt.style else ""),
        jurisdiction=receipt.jurisdiction,
        legal_facts=receipt.legal_facts,
        verify_url=issuer.verify_base,
        receipt_number=receipt.number,
        receipt_issued_on=receipt.issued_on,
        given_on=receipt.given_on,
        receipt_total=receipt.total,
        credited_before=before,
        amount=amount,
        went_back_on=day,
        reason=reason,
        method=receipt.method,
        reference=receipt.reference,
    )


def _cause(movements: Sequence[GiftMovement], notes: Sequence[CreditNote], otherwise: date) -> tuple[EntryKind, date]:
    """Why and when the last of what a note is for went back: of what these notes do not say, the largest part."""
    returns = [
        (_reason(each.kind), each) for each in movements if each.minor < 0 and _reason(each.kind) in CREDIT_REASONS
    ]
    unsaid = Counter[EntryKind]()
    for kind, each in returns:
        unsaid[kind] -= each.minor
    for note in notes:
        unsaid[note.reason] -= note.amount.minor
    reason = max(unsaid, key=lambda kind: unsaid[kind], default=EntryKind.REFUND)
    return reason, max((each.day for kind, each in returns if kind is reason), default=otherwise)


def _reason(kind: EntryKind) -> EntryKind:
    """What went back by our own payment is a refund to whoever reads the note."""
    return EntryKind.REFUND if kind is EntryKind.REPAID else kind

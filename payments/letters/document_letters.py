"""The letters that bring donors their documents, once each document's PDF is printed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import Connection, Engine

from database.instants import Clock
from database.transactions import reading, writing
from donors.donor import is_reachable
from donors.store import donor_by_id, language_of_donor
from ledger.kinds import EntryKind
from outbox.letters import Letter, is_address, letter_was_posted, post_letter
from outbox.worker import Handler
from payments.gifts import store
from payments.letters.enclosing import enclosed
from payments.letters.notice import Addressee, NoticeWords, write_notice
from payments.letters.receipt_letters import receipt_letter_handler
from receipts.credit_note import CreditNote
from receipts.document_store import IssuedDocument, document_by_number, gift_of_subject, is_document_number
from receipts.statement import GiftStatement, StatementKind
from receipts.store import NoReceipt
from web.language import translated
from web.pages import Pages


def document_letter_handler(engine: Engine, pages: Pages, clock: Clock) -> Handler:
    """The worker's handler of `receipts.jobs.LETTER`, for documents of every series. Each is mailed once."""
    post_receipt = receipt_letter_handler(engine, pages, clock)

    def post(payload: Any) -> None:
        number = payload["number"]
        if not is_document_number(number):
            post_receipt(payload)
            return
        with reading(engine) as conn:
            issued = document_by_number(conn, number)
            if issued is None:
                raise NoReceipt(number)
            letter = document_letter(conn, pages, issued)
        if letter is not None:
            with writing(engine) as conn:
                post_letter(conn, letter, clock())

    return post


def document_letter(
    conn: Connection, pages: Pages, issued: IssuedDocument, *, to: str = "", key: str = ""
) -> Letter | None:
    """The letter that brings a document to its donor, or to the address `to`; None where there is nobody to write to.

    A refund has a letter of its own, with the credit note: unless an address is named, that is enough.
    """
    document = issued.document
    key = key or f"document:{issued.number}"
    addressee, language = _addressee(conn, issued)
    email = to or addressee.email
    is_enclosed = isinstance(document, CreditNote) and document.reason is EntryKind.REFUND and not to
    if is_enclosed or issued.void is not None or not is_address(email) or letter_was_posted(conn, key):
        return None
    with pages.speaking(language):
        notice = _of_note(pages, document) if isinstance(document, CreditNote) else _of_statement(pages, document)
        letter = write_notice(pages, key, Addressee(email, addressee.name), notice)
    return Letter(
        letter.key, letter.to, letter.subject, letter.text, letter.html, (enclosed(issued.number),),
        to_name=letter.to_name,
    )  # fmt: skip


def _addressee(conn: Connection, issued: IssuedDocument) -> tuple[Addressee, str]:
    """Whom a document goes to, and their language: the giver of a credit note's gift, or the donor of a statement."""
    if issued.donor_id is not None:
        donor = donor_by_id(conn, issued.donor_id)
        email = donor.email if donor and is_reachable(donor.email) else ""
        return Addressee(email, issued.document.donor_name), language_of_donor(conn, issued.donor_id)
    gift = store.gift(conn, gift_of_subject(issued.subject))
    if gift is None:
        return Addressee("", ""), ""
    name = issued.document.donor_name or gift.donor.name
    return Addressee(gift.donor.email, name), language_of_donor(conn, gift.donor_id)


def _of_note(pages: Pages, note: CreditNote) -> NoticeWords:
    money = pages.wording.money
    why = {
        EntryKind.DISPUTE: translated("Your bank has given this money back to you, because the payment was disputed."),
        EntryKind.PAYMENT_FAILED: translated("Your bank did not pay it after all."),
    }.get(note.reason, translated("We have given it back to you."))
    return NoticeWords(
        subject=translated("Your credit note %(number)s", number=note.number),
        heading=translated("%(amount)s of your donation is not with us any more", amount=money(note.amount)),
        paragraphs=[
            why,
            translated(
                "The credit note %(number)s comes with this letter. It belongs to your receipt %(receipt)s, which"
                " confirms more than we kept: please keep the two together.",
                number=note.number, receipt=note.receipt_number,
            ),
        ],
        why=translated("You get this letter because a donation was made with this address. Any questions? Answer it."),
        facts=[
            (translated("Received"), pages.wording.money_exact(note.receipt_total)),
            *_before(pages, note),
            (translated("Went back"), pages.wording.money_exact(note.amount)),
            (translated("Left"), pages.wording.money_exact(note.remaining)),
        ],
    )  # fmt: skip


def _before(pages: Pages, note: CreditNote) -> Sequence[tuple[str, str]]:
    """What earlier notes say, so that the sums add up."""
    if not note.credited_before:
        return ()
    return [(translated("Went back before"), pages.wording.money_exact(note.credited_before))]


def _of_statement(pages: Pages, statement: GiftStatement) -> NoticeWords:
    first, last = pages.wording.day(statement.first_day), pages.wording.day(statement.last_day)
    is_yearly = statement.kind is StatementKind.YEARLY
    return NoticeWords(
        subject=translated("Your donations from %(first)s to %(last)s", first=first, last=last),
        heading=translated("Your statement of donations") if is_yearly else translated("Your receipt for the period"),
        paragraphs=[
            translated("Thank you for what you gave from %(first)s to %(last)s.", first=first, last=last),
            translated("%(number)s comes with this letter as a PDF. Please keep it.", number=statement.number),
            *_replaced(statement),
        ],
        why=translated("You get this letter because donations were made with this address. Any questions? Answer it."),
        facts=[(translated("Donations"), pages.wording.money_exact(total.kept)) for total in statement.totals],
    )


def _replaced(statement: GiftStatement) -> Sequence[str]:
    if not statement.replaces:
        return ()
    return [translated("It takes the place of %(number)s, which holds no longer.", number=statement.replaces)]

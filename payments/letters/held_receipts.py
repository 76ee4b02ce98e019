"""Receipts that wait because their law asks for a fact that nobody knew. They go on by themselves once it is known."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.engine import Connection, Engine

from database.instants import Clock
from database.transactions import booking
from donors.store import language_of_donor
from outbox.letters import is_address, letter_was_posted, post_letter
from payments.gifts import store
from payments.gifts.gift import Gift
from payments.giving.receipt_facts_views import facts_of_receipt
from payments.letters.notice import Addressee, Button, NoticeWords, write_notice
from receipts.document import DocumentIssuer
from receipts.jobs import queue_prints
from receipts.jurisdictions import FactsMissing
from receipts.legal_forms import MissingFact
from receipts.store import Issued, pdf_of, receipt_by_number
from receipts.void_store import BY_PROGRAM, LACKED_A_FACT, Reissue, reissue_receipt, voids_of_receipts
from web.language import to_translate, translated
from web.pages import Pages

ADDRESS_PATH = "/giving/address"  # payments/own has the page
_ASKED = {
    MissingFact.DONOR_NAME: to_translate("your name"),
    MissingFact.DONOR_ADDRESS: to_translate("your postal address"),
}


def releasing(
    engine: Engine, pages: Pages, issuer: Callable[[], DocumentIssuer], clock: Clock
) -> Callable[[str], bool]:
    """Issues a receipt that waits anew with what is known today; False while something is still missing.

    Then its donor has one letter that asks for it, if it is theirs to say.
    """

    def release(number: str) -> bool:
        with booking(engine) as conn:
            issued = receipt_by_number(conn, number)
            gift = store.gift(conn, issued.gift_id) if issued else None
            if issued is None or gift is None or not _waits(conn, issued):
                return False
            by, now = issuer(), clock()
            put_right, today = _completed(conn, issued, gift, by), now.astimezone(by.zone).date()
            try:
                new = reissue_receipt(conn, issued, put_right, by.profile, today=today, now=now)
            except FactsMissing as lacking:
                _ask(conn, pages, gift, lacking.missing, now)
                return False
            queue_prints(conn, [new], now=now)
        return True

    return release


def _ask(conn: Connection, pages: Pages, gift: Gift, missing: Sequence[MissingFact], now: datetime) -> None:
    """Ask the donor once for what only they know: on their own page, where they sign in by a letter."""
    key = f"receipt-waits:{gift.id}"
    wanted = [fact for fact in missing if fact in _ASKED]
    if not wanted or not is_address(gift.donor.email) or letter_was_posted(conn, key):
        return
    with pages.speaking(language_of_donor(conn, gift.donor_id)):
        what = translated(_ASKED[wanted[-1]])
        notice = NoticeWords(
            subject=translated("Your receipt waits for %(what)s", what=what),
            heading=translated("Your receipt waits for %(what)s", what=what),
            paragraphs=[
                translated(
                    "Thank you for your donation of %(amount)s. It has arrived. The law wants %(what)s on your receipt,"
                    " and we do not know it.",
                    amount=pages.wording.money(gift.amount), what=what,
                ),
                translated("Type it on your own page: the receipt then comes to you by email."),
            ],
            why=translated(
                "You get this letter because a donation was made with this address. Any questions? Answer it."
            ),
            button=Button(translated("Open your own page"), f"{pages.base_url}{ADDRESS_PATH}"),
        )  # fmt: skip
        post_letter(conn, write_notice(pages, key, Addressee(gift.donor.email, gift.donor.name), notice), now)


def _waits(conn: Connection, issued: Issued) -> bool:
    return pdf_of(conn, issued.id) is None and not voids_of_receipts(conn, [issued.id])


def _completed(conn: Connection, issued: Issued, gift: Gift, issuer: DocumentIssuer) -> Reissue:
    """The donor's name and address as they are known today, under the law that the receipt was written for."""
    receipt = issued.receipt
    law = replace(issuer.profile.receipts, jurisdiction=receipt.jurisdiction)
    facts = facts_of_receipt(conn, replace(issuer.profile, receipts=law), gift, receipt)
    return Reissue(
        receipt.donor_name or gift.donor.name,
        receipt.donor_address or facts.address,
        LACKED_A_FACT,
        BY_PROGRAM,
        issuer.verify_base,
        facts.benefit,
    )

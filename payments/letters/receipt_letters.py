"""The letter that brings a donor the receipt, and the one that brings a new link to it."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection, Engine

from campaigns.campaign import Campaign
from database.instants import Clock
from database.transactions import reading, writing
from donors.store import language_of_donor
from outbox.letters import Attachment, Letter, is_address, letter_was_posted, post_letter
from outbox.worker import Handler
from payments.gifts import store
from payments.gifts.details_store import dedication_of
from payments.gifts.due_dates import counted_from, next_promised_after
from payments.gifts.gift import Gift
from payments.gifts.receipt_choice_store import receipt_choices
from payments.gifts.receipt_choices import letters_on
from payments.gifts.recurring import Interval, ReceiptLetters, Recurring, RecurringState
from payments.gifts.recurring_views import EXPECTED
from payments.gifts.recurring_words import upcoming
from payments.giving.pledges import recurring_of_gift
from payments.letters.dedication_letter import dedication_letter
from receipts.store import LINK_LIFETIME, Issued, NoReceipt, mint_token, receipt_by_number
from receipts.void_store import voids_of_receipts
from web.pages import Pages
from web.typed import clipped

RECEIPT = "receipt"  # the attachment whose subject is a receipt's number
DELAYED = timedelta(days=1)
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A receipt, the gift that it confirms, and the recurring gift that this is an instalment of."""

    issued: Issued
    gift: Gift
    campaign: Campaign | None
    recurring: Recurring | None
    receipts: ReceiptLetters = ReceiptLetters.EACH

    @property
    def waits_for_statement(self) -> bool:
        """Whether the donor chose to read of it in the year's statement only. The first has a letter in any case."""
        return self.recurring is not None and not self.is_first and self.receipts is ReceiptLetters.YEARLY

    @property
    def may_choose_statement(self) -> bool:
        """Whether the letter says that one statement a year can be chosen: the first does, once."""
        is_each = self.receipts is ReceiptLetters.EACH
        return self.is_first and is_each and self.recurring is not None and self.recurring.interval is not Interval.YEAR

    @property
    def is_first(self) -> bool:
        """Whether it is the first of its recurring gift."""
        return self.recurring is not None and self.recurring.first_gift == self.gift.id

    @property
    def took_days(self) -> bool:
        """Whether the donor had to wait for the bank, after filling in the form."""
        asked_for = self.recurring is None or self.is_first
        return asked_for and (self.gift.received_at or self.gift.created_at) - self.gift.created_at >= DELAYED


def receipt_letter_handler(engine: Engine, pages: Pages, clock: Clock) -> Handler:
    """The worker's handler of `receipts.jobs.LETTER`: posts the letter of a receipt that has its PDF.

    One that was declared void meanwhile has none: what takes its place has its own.
    """

    def post_receipt_letter(payload: Any) -> None:
        number = payload["number"]
        with reading(engine) as conn:
            confirmed = _confirmed_by(conn, pages, number)
            is_posted = letter_was_posted(conn, _key(number))
            is_void = bool(voids_of_receipts(conn, [confirmed.issued.id]))
        if is_void:
            return
        with writing(engine) as conn:
            if not is_posted and not confirmed.waits_for_statement and is_address(confirmed.gift.donor.email):
                token = mint_token(conn, confirmed.gift.id, clock())
                with _speaking_to(conn, pages, confirmed):
                    replaced = confirmed.issued.receipt.replaces
                    is_put_right = bool(replaced) and letter_was_posted(conn, _key(replaced))
                    letter = _receipt_letter(pages, confirmed, token, is_put_right=is_put_right)
                post_letter(conn, letter, clock())
            with _speaking_to(conn, pages, confirmed):  # its reader's language is not known, but the giver's is
                _post_dedication(conn, pages, confirmed, clock())

    return post_receipt_letter


def _post_dedication(conn: Connection, pages: Pages, confirmed: Confirmed, now: datetime) -> None:
    """The letter about a dedication follows the gift itself: nothing is said of money that did not come."""
    dedication = dedication_of(conn, confirmed.gift.id)
    if dedication is not None and is_address(dedication.letter_to):
        campaigns = store.campaigns_of_gift(conn, confirmed.gift)
        post_letter(conn, dedication_letter(pages, confirmed.gift, dedication, campaigns), now)


def post_link_letter(conn: Connection, pages: Pages, number: str, now: datetime) -> str | None:
    """Post a new link to a receipt, to its own donor's address, at most once a day; returns the address.

    None where the donor has left no address.
    """
    confirmed = _confirmed_by(conn, pages, number)
    to, key = confirmed.gift.donor.email, f"receipt-link:{number}:{now:%Y-%m-%d}"
    if not is_address(to):
        return None
    if not letter_was_posted(conn, key):
        link = _link(pages, mint_token(conn, confirmed.gift.id, now))
        receipt = confirmed.issued.receipt
        with _speaking_to(conn, pages, confirmed):
            words = pages.letter("payments/letters/receipt_link", receipt=receipt, link=link, days=LINK_LIFETIME.days)
        post_letter(conn, Letter(key, to, *words, to_name=_name(confirmed)), now, urgent=True)
    return to


def _confirmed_by(conn: Connection, pages: Pages, number: str) -> Confirmed:
    issued = receipt_by_number(conn, number)
    gift = store.gift(conn, issued.gift_id) if issued else None
    if issued is None or gift is None:
        raise NoReceipt(number)
    recurring = recurring_of_gift(conn, gift)
    choices = receipt_choices(conn, [recurring.id], pages.wording.zone)[recurring.id] if recurring else []
    letters = letters_on(choices, issued.receipt.given_on)
    return Confirmed(issued, gift, store.campaign_of(conn, gift), recurring, letters)


def _receipt_letter(pages: Pages, confirmed: Confirmed, token: str, *, is_put_right: bool) -> Letter:
    """The letter with a receipt. `is_put_right`: its donor has had a letter with the one that it replaces."""
    receipt, gift, recurring = confirmed.issued.receipt, confirmed.gift, confirmed.recurring
    began = (recurring and recurring.began_at) or gift.received_at or gift.created_at
    words = pages.letter(
        "payments/letters/receipt",
        receipt=receipt, reference=gift.reference, campaign=confirmed.campaign, took_days=confirmed.took_days,
        is_first=confirmed.is_first, upcoming=upcoming(recurring.rhythm, began, pages.wording) if recurring else None,
        next_on=_next_on(confirmed, began, pages), link=_link(pages, token), days=LINK_LIFETIME.days,
        is_yearly=confirmed.receipts is ReceiptLetters.YEARLY, may_choose=confirmed.may_choose_statement,
        is_put_right=is_put_right,
    )  # fmt: skip
    pdf = Attachment(f"receipt-{receipt.number}.pdf", "application/pdf", RECEIPT, receipt.number)
    return Letter(_key(receipt.number), confirmed.gift.donor.email, *words, (pdf,), to_name=_name(confirmed))


def _next_on(confirmed: Confirmed, began: datetime, pages: Pages) -> date | None:
    """The day of the next instalment, if one is to come."""
    recurring = confirmed.recurring
    if recurring is None or recurring.state not in (*EXPECTED, RecurringState.PENDING):
        return None
    zone, given_on = pages.wording.zone, confirmed.issued.receipt.given_on
    counted = counted_from(began.astimezone(zone).date(), recurring.rhythm)
    next_on = next_promised_after(counted, recurring.interval, given_on)
    if recurring.ends_at is not None and next_on > recurring.ends_at.astimezone(zone).date():
        return None
    # How many there were so far is not counted here, so a counted gift names only its second.
    if recurring.instalments is not None and not (confirmed.is_first and recurring.instalments > 1):
        return None
    return next_on


def _speaking_to(conn: Connection, pages: Pages, confirmed: Confirmed) -> AbstractContextManager[None]:
    return pages.speaking(language_of_donor(conn, confirmed.gift.donor_id))


def _key(number: str) -> str:
    return f"receipt:{number}"


def _link(pages: Pages, token: str) -> str:
    return f"{pages.base_url}/receipts/{token}"


def _name(confirmed: Confirmed) -> str:
    """The donor's name as a header may hold it."""
    return clipped(confirmed.issued.receipt.donor_name, LONGEST_NAME)

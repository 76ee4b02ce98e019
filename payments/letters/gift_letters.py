"""Letters about a gift besides its receipt: a debit was begun, a payment failed, a form was left, money went back."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection, Engine

from database.instants import Clock
from database.transactions import reading, writing
from donors.consent_store import consents_of
from donors.consents import Channel, agreed_channels
from donors.store import language_of_donor
from ledger.kinds import EntryKind
from ledger.money import Money
from ledger.views import GiftReturn, returned_by
from mailing.stop_links import LetterReader, ReaderKind, StopLinks
from outbox.letters import Letter, is_address, letter_was_posted, post_letters
from outbox.worker import Handler
from payments.gifts import store
from payments.gifts.gift import Gift, GiftState
from payments.gifts.gift_news import TELL_REFUND, TELL_STATE
from payments.giving.pledges import recurring_of_gift
from payments.letters.enclosing import enclose_credit_note
from payments.letters.notice import Addressee, Button, NoticeWords, write_notice
from payments.letters.purpose import GiftPurpose, purpose_of
from receipts.store import receipt_of_gift
from web.language import translated
from web.pages import Pages

IsOurMistake = Callable[[Connection, str], bool]
CreditsGift = Callable[[str], str | None]
# Refunds of before a set-up or a restore are read from Stripe as well: their donors were told long ago, or never.
REFUND_NEWS = timedelta(days=14)


def gift_letter_jobs(
    engine: Engine,
    pages: Pages,
    links: StopLinks,
    clock: Clock,
    is_our_mistake: IsOurMistake = lambda *_: False,
    credit: CreditsGift = lambda _gift: None,
) -> dict[str, Handler]:
    """The worker's handlers of TELL_STATE and TELL_REFUND. `links` end letters that rest on consent.

    `is_our_mistake`: whether a refund gives back what was charged twice, for which we apologise. `credit` issues the
    credit note of a gift, which goes with the letter, and gives its number.
    """

    def tell_state(payload: Any) -> None:
        with reading(engine) as conn:
            gift = store.gift(conn, payload["of"])
            if gift is None or gift.state.value != payload["state"] or not is_address(gift.donor.email):
                return
            with pages.speaking(language_of_donor(conn, gift.donor_id)):
                letter = _letter_of_state(conn, pages, gift, links, clock())
        post([letter])

    def tell_refund(payload: Any) -> None:
        with reading(engine) as conn:
            returns = returned_by(conn, payload["of"])
        notes = {returned.gift: credit(returned.gift) for returned in returns}
        with reading(engine) as conn:
            letters = [
                _letter_of_refund(conn, pages, returned, notes[returned.gift], clock(), is_our_mistake)
                for returned in returns
            ]
        enclosed = [
            enclose_credit_note(letter, notes[returned.gift])
            for letter, returned in zip(letters, returns, strict=True)
            if letter
        ]
        post(enclosed)

    def post(letters: Sequence[Letter | None]) -> None:
        if written := [letter for letter in letters if letter is not None]:
            with writing(engine) as conn:
                post_letters(conn, written, clock())

    return {TELL_STATE: tell_state, TELL_REFUND: tell_refund}


def _letter_of_state(conn: Connection, pages: Pages, gift: Gift, links: StopLinks, now: datetime) -> Letter | None:
    purpose, recurring = purpose_of(conn, pages, gift), recurring_of_gift(conn, gift)
    if purpose is None or (recurring is not None and recurring.first_gift != gift.id):
        return None
    match gift.state:
        case GiftState.PROCESSING:
            key, notice = f"debit-begun:{gift.id}", _debit_begun(pages, gift, purpose)
        case GiftState.FAILED if recurring is None:  # else Stripe tries again, and reminders say when
            key, notice = f"payment-failed:{gift.id}", _payment_failed(pages, gift, purpose)
        case GiftState.EXPIRED if _may_be_reminded(conn, gift):
            stop = links.url(LetterReader(ReaderKind.DONOR, gift.donor_id or ""))
            key, notice = f"unfinished:{gift.donor_id}:{now:%Y-%m}", _unfinished(pages, gift, purpose, stop)
        case _:
            return None
    if letter_was_posted(conn, key):
        return None
    return write_notice(pages, key, Addressee(gift.donor.email, gift.donor.name), notice)


def _may_be_reminded(conn: Connection, gift: Gift) -> bool:
    """Whether its donor agreed to letters, and has not given since."""
    if gift.donor_id is None or Channel.EMAIL not in agreed_channels(consents_of(conn, gift.donor_id)):
        return False
    return not store.has_given_since(conn, gift.donor_id, gift.created_at)


def _debit_begun(pages: Pages, gift: Gift, purpose: GiftPurpose) -> NoticeWords:
    amount = pages.wording.money(gift.amount)
    return NoticeWords(
        subject=translated("Your donation of %(amount)s is on its way", amount=amount),
        heading=translated("Your bank is working on it"),
        paragraphs=[
            translated(
                "Thank you. We have asked your bank for your donation of %(amount)s to %(campaign)s. It takes some"
                " working days to confirm it.",
                amount=amount, campaign=purpose.title,
            ),
            translated("You need not do anything. When the money is here, your receipt comes by email."),
        ],
        why=_why(gift),
    )  # fmt: skip


def _payment_failed(pages: Pages, gift: Gift, purpose: GiftPurpose) -> NoticeWords:
    amount = pages.wording.money(gift.amount)
    return NoticeWords(
        subject=translated("Your donation of %(amount)s did not go through", amount=amount),
        heading=translated("Your donation did not go through"),
        paragraphs=[
            translated(
                "Your bank did not pay your donation of %(amount)s to %(campaign)s. We have received nothing; if money"
                " had left your account, it goes back there.",
                amount=amount, campaign=purpose.title,
            ),
            translated("If you would still like to give, you can try again, with another card or account:"),
        ],
        why=_why(gift),
        button=Button(
            translated("Try again"),
            f"{pages.base_url}{purpose.form_with(amount=gift.amount.minor)}",
        ),
    )  # fmt: skip


def _unfinished(pages: Pages, gift: Gift, purpose: GiftPurpose, stop: str) -> NoticeWords:
    return NoticeWords(
        subject=translated("Did you mean to give to %(campaign)s?", campaign=purpose.title),
        heading=translated("Did you mean to give?"),
        paragraphs=[
            translated(
                "You began a donation of %(amount)s to %(campaign)s and did not finish it. Nothing was charged.",
                amount=pages.wording.money(gift.amount), campaign=purpose.title,
            ),
            translated("If something went wrong, you can take it up again here. If you changed your mind, do nothing."),
        ],
        why=translated("You get this letter because you agreed to hear from us by email, in the form that you began."),
        button=Button(
            translated("Finish your donation"),
            f"{pages.base_url}{purpose.form_with(cancelled=gift.return_token)}",
        ),
        stop=stop,
    )  # fmt: skip


def _letter_of_refund(
    conn: Connection,
    pages: Pages,
    returned: GiftReturn,
    note: str | None,
    now: datetime,
    is_our_mistake: IsOurMistake,
) -> Letter | None:
    """The letter about a refund. `note` is the number of the credit note that goes with it."""
    gift, key = store.gift(conn, returned.gift), EntryKind.REFUND.key(returned.subject, returned.gift)
    if gift is None or not is_address(gift.donor.email) or letter_was_posted(conn, key):
        return None
    if now - returned.at > REFUND_NEWS:
        return None
    issued = receipt_of_gift(conn, gift.id)
    whole = issued.receipt.total if issued else gift.amount
    with pages.speaking(language_of_donor(conn, gift.donor_id)):
        notice = _refunded(pages, gift, purpose_of(conn, pages, gift), returned.amount, whole)
        if is_our_mistake(conn, returned.subject):
            notice = replace(notice, paragraphs=[_apology(), *notice.paragraphs])
        if note is not None:
            notice = replace(notice, paragraphs=[*notice.paragraphs, _enclosed(note)])
        return write_notice(pages, key, Addressee(gift.donor.email, gift.donor.name), notice)


def _enclosed(note: str) -> str:
    return translated(
        "The credit note %(number)s comes with this letter. Please keep it with your receipt.", number=note
    )


def _apology() -> str:
    return translated("We are sorry: your donation was charged twice. One of the two goes back to you.")


def _refunded(pages: Pages, gift: Gift, purpose: GiftPurpose | None, amount: Money, whole: Money) -> NoticeWords:
    money, title = pages.wording.money, purpose.title if purpose else pages.organisation.name
    refunded = (
        translated("We have refunded your donation of %(whole)s to %(campaign)s.", whole=money(whole), campaign=title)
        if amount == whole
        else translated(
            "We have refunded %(amount)s of your donation of %(whole)s to %(campaign)s.",
            amount=money(amount), whole=money(whole), campaign=title,
        )
    )  # fmt: skip
    return NoticeWords(
        subject=translated("%(amount)s goes back to you", amount=money(amount)),
        heading=translated("Your refund is on its way"),
        paragraphs=[
            refunded,
            translated("It goes back the way it came: to the same card or account, within about ten days."),
        ],
        why=_why(gift),
        facts=[(translated("Refunded"), pages.wording.money_exact(amount)), (translated("Reference"), gift.reference)],
    )


def _why(gift: Gift) -> str:
    return translated(
        "You get this letter because a donation was made with this address. Reference: %(reference)s. Any questions?"
        " Answer it.",
        reference=gift.reference,
    )

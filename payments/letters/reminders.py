"""Letters about a recurring gift's next instalment: it could not be collected, its card expires, it will be taken."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection, Engine

from database.instants import Clock
from database.transactions import reading, writing
from outbox.letters import letter_was_posted, post_letter
from outbox.worker import Chore
from payments.gifts.reminder_views import (
    ComingDebit,
    ExpiringCard,
    FailingGift,
    coming_debits,
    expiring_cards,
    failing_gifts,
)
from payments.letters.about_recurring import AboutRecurring, about_recurring
from payments.letters.notice import NoticeWords, write_notice
from web.language import translated
from web.pages import Pages

REMIND_EVERY = timedelta(minutes=10)
# The days of failing on which a donor is written to, the first being day 1.
FAILING_DAYS = (1, 3, 7)

Reminder = FailingGift | ExpiringCard | ComingDebit


def reminding(engine: Engine, pages: Pages, clock: Clock) -> Chore:
    """The worker's chore: posts the reminders that are due, each once."""

    def remind() -> None:
        now = clock()
        with reading(engine) as conn:
            due = [(key, reminder) for key, reminder in _due(conn, pages, now) if not letter_was_posted(conn, key)]
        for key, reminder in due:
            with reading(engine) as conn:
                about = about_recurring(conn, reminder.recurring, pages)
            if about is None:
                continue
            with about.speaking():
                letter = write_notice(pages, key, about.addressee, _notice(about, reminder))
            with writing(engine) as conn:
                post_letter(conn, letter, now)

    return Chore(REMIND_EVERY, remind)


def _due(conn: Connection, pages: Pages, now: datetime) -> Iterator[tuple[str, Reminder]]:
    """Every reminder that is due, with the key of its letter."""
    today = pages.wording.local_day(now)
    for failing in failing_gifts(conn):
        day = failing_day(failing.since, now)
        yield f"payment-failed:{failing.recurring}:{failing.since:%Y-%m-%d}:{day}", failing
    for card in expiring_cards(conn, today):
        yield f"card-expires:{card.recurring}:{card.on}", card
    for debit in coming_debits(conn, now):
        yield f"debit-notice:{debit.recurring}:{debit.at:%Y-%m-%d}", debit


def failing_day(since: datetime, now: datetime) -> int:
    """The latest of FAILING_DAYS that has come: a worker that was away for a week sends one letter, not three."""
    day = (now - since).days + 1
    return max(failing_day for failing_day in FAILING_DAYS if failing_day <= max(day, 1))


def _notice(about: AboutRecurring, reminder: Reminder) -> NoticeWords:
    match reminder:
        case FailingGift():
            return _failing(about)
        case ExpiringCard():
            return _card_expires(about, reminder)
        case ComingDebit():
            return _debit(about, reminder)


def _failing(about: AboutRecurring) -> NoticeWords:
    retry_at = about.recurring.retry_at
    again = (
        translated(
            "We try again on %(day)s. If the money is there then, you need not do anything.",
            day=about.pages.wording.day(retry_at),
        )
        if retry_at
        else translated("Please choose another card or account, so that your donation can go on.")
    )
    return about.notice(
        translated("Your %(kind)s donation could not be taken", **about.words),
        translated("Your donation could not be taken"),
        translated(
            "Your bank did not pay your %(kind)s donation of %(amount)s to %(campaign)s. That happens: a card has"
            " expired, or there was not enough on the account. Nothing was charged.",
            **about.words,
        ),
        again,
        translated("To change your card, or to stop, open your own page:"),
        button=about.own_page,
    )


def _card_expires(about: AboutRecurring, card: ExpiringCard) -> NoticeWords:
    return about.notice(
        translated("The card of your %(kind)s donation expires soon", **about.words),
        translated("Your card expires soon"),
        translated(
            "The card that pays your %(kind)s donation of %(amount)s to %(campaign)s is good until %(day)s.",
            day=about.pages.wording.day(card.on),
            **about.words,
        ),
        translated(
            "Banks often pass on a new card by themselves. To be sure, enter the new one on your own page when it"
            " has come."
        ),
        button=about.own_page,
    )


def _debit(about: AboutRecurring, debit: ComingDebit) -> NoticeWords:
    day = about.pages.wording.day(debit.at)
    return about.notice(
        translated("Your %(kind)s donation is taken on %(day)s", day=day, **about.words),
        translated("Your next donation"),
        translated(
            "Your %(kind)s donation of %(amount)s to %(campaign)s is taken from your bank account on or shortly"
            " after %(day)s. You need not do anything.",
            day=day,
            **about.words,
        ),
        button=about.own_page,
    )

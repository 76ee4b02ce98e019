"""Letters about a recurring gift that was changed, paused, resumed or stopped, whoever did it."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.engine import Engine

from database.instants import Clock
from database.transactions import reading, writing
from ledger.money import Money
from outbox.letters import letter_was_posted, post_letter
from outbox.worker import Handler
from payments.gifts.recurring_news import TELL_NEWS, RecurringNews
from payments.gifts.recurring_words import upcoming
from payments.letters.about_recurring import AboutRecurring, about_recurring
from payments.letters.notice import NoticeWords, write_notice
from web.language import translated
from web.pages import Pages


def recurring_letter_jobs(engine: Engine, pages: Pages, clock: Clock) -> dict[str, Handler]:
    """The worker's handler of TELL_NEWS."""

    def tell_news(payload: Any) -> None:
        news, recurring_id = RecurringNews(payload["news"]), payload["recurring"]
        key = f"recurring-{news}:{recurring_id}:{payload['at']}"
        with reading(engine) as conn:
            about = None if letter_was_posted(conn, key) else about_recurring(conn, recurring_id, pages)
        if about is None:
            return
        before = Money(payload["before"], about.recurring.amount.currency)
        with about.speaking():
            letter = write_notice(pages, key, about.addressee, _WRITERS[news](about, before))
        with writing(engine) as conn:
            post_letter(conn, letter, clock())

    return {TELL_NEWS: tell_news}


def _amount(about: AboutRecurring, before: Money) -> NoticeWords:
    return about.notice(
        translated("Your %(kind)s donation is %(amount)s now", **about.words_by_period),
        translated("The amount was changed"),
        translated(
            "Your %(kind)s donation to %(campaign)s was %(before)s. It is %(amount)s from now on.",
            before=about.pages.wording.money(before),
            **about.words,
        ),
        *_next_day(about),
        _not_you(),
        button=about.own_page,
    )


def _day(about: AboutRecurring, _before: Money) -> NoticeWords:
    """It names the rule, not the next date: Stripe is asked to move that at the same time."""
    rhythm, began = about.recurring.rhythm, about.recurring.began_at
    return about.notice(
        translated("Your %(kind)s donation is taken on another day now", **about.words),
        translated("The day was changed"),
        translated(
            "Your %(kind)s donation of %(amount)s to %(campaign)s is taken %(days)s, from the next time on.",
            days=upcoming(rhythm, began, about.pages.wording).days,
            **about.words,
        ),
        _not_you(),
        button=about.own_page,
    )


def _paused(about: AboutRecurring, _before: Money) -> NoticeWords:
    resumes_at = about.recurring.resumes_at
    until = (
        translated("It goes on by itself from %(day)s.", day=about.pages.wording.day(resumes_at))
        if resumes_at
        else translated("It goes on when you resume it.")
    )
    return about.notice(
        translated("Your %(kind)s donation is paused", **about.words),
        translated("Your donation is paused"),
        translated(
            "Your %(kind)s donation of %(amount)s to %(campaign)s is paused. Nothing is taken meanwhile, and"
            " nothing is collected later for that time.",
            **about.words,
        ),
        until,
        _not_you(),
        button=about.own_page,
    )


def _resumed(about: AboutRecurring, _before: Money) -> NoticeWords:
    return about.notice(
        translated("Your %(kind)s donation goes on", **about.words),
        translated("Your donation goes on"),
        translated("Your %(kind)s donation to %(campaign)s goes on: %(amount)s. Thank you.", **about.words_by_period),
        *_next_day(about),
        _not_you(),
        button=about.own_page,
    )


def _ending(about: AboutRecurring, _before: Money) -> NoticeWords:
    return about.notice(
        translated("Your %(kind)s donation will stop", **about.words),
        translated("Your donation will stop"),
        translated(
            "Your %(kind)s donation to %(campaign)s will stop. %(last)s Thank you for what you have given.",
            last=_last_day(about),
            **about.words,
        ),
        _not_you(),
        button=about.own_page,
    )


def _stopped(about: AboutRecurring, _before: Money) -> NoticeWords:
    return about.notice(
        translated("Your %(kind)s donation has stopped", **about.words),
        translated("Your donation has stopped"),
        translated(
            "Your %(kind)s donation of %(amount)s to %(campaign)s has stopped. No more is taken. Thank you for"
            " what you have given.",
            **about.words,
        ),
        _not_you(),
    )


def _completed(about: AboutRecurring, _before: Money) -> NoticeWords:
    return about.notice(
        translated("Your %(kind)s donation is complete", **about.words),
        translated("Your donation is complete"),
        translated(
            "Your %(kind)s donation to %(campaign)s has come to the end that you chose. No more is taken. Thank"
            " you: you gave as long as you said you would.",
            **about.words,
        ),
        button=about.try_again,
    )


def _failed(about: AboutRecurring, _before: Money) -> NoticeWords:
    return about.notice(
        translated("Your %(kind)s donation has ended", **about.words),
        translated("Your donation has ended"),
        translated(
            "Your bank did not pay your %(kind)s donation of %(amount)s to %(campaign)s, so it has ended. Nothing"
            " more is tried, and you owe nothing.",
            **about.words,
        ),
        translated("If you would like to go on, you can begin again with another card or account."),
        button=about.try_again,
    )


def _next_day(about: AboutRecurring) -> list[str]:
    next_at = about.recurring.next_at
    return [translated("The next is taken on %(day)s.", day=about.pages.wording.day(next_at))] if next_at else []


def _last_day(about: AboutRecurring) -> str:
    if about.recurring.next_at is None:
        return translated("No more is taken.")
    last = about.recurring.last_day(about.pages.wording.zone)
    if last is None:
        return ""
    return translated("The last is taken on %(day)s.", day=about.pages.wording.day(last))


def _not_you() -> str:
    return translated("If this was not what you wanted, answer this letter.")


_WRITERS: Mapping[RecurringNews, Callable[[AboutRecurring, Money], NoticeWords]] = {
    RecurringNews.AMOUNT: _amount,
    RecurringNews.DAY: _day,
    RecurringNews.PAUSED: _paused,
    RecurringNews.RESUMED: _resumed,
    RecurringNews.ENDING: _ending,
    RecurringNews.STOPPED: _stopped,
    RecurringNews.COMPLETED: _completed,
    RecurringNews.FAILED: _failed,
}

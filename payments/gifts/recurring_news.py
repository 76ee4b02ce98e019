"""What has changed in a recurring gift since Stripe was last asked, as far as its donor is told. Pure."""

from datetime import timedelta
from enum import StrEnum

from payments.gifts.recurring import RecurringStanding, RecurringState, SubscriptionStatus

# The kind of job that posts a letter about news: {"recurring": id, "news": RecurringNews, "before": minor units,
# "at": when Stripe was asked}.
TELL_NEWS = "recurring.news"

# Moving a renewal to its promised day moves a planned end by less than this.
_MOVED_END = timedelta(days=4)


class RecurringNews(StrEnum):
    """What a donor is told of a recurring gift, whoever changed it: the donor, staff, or somebody at Stripe."""

    AMOUNT = "amount"
    DAY = "day"
    PAUSED = "paused"
    RESUMED = "resumed"
    ENDING = "ending"
    STOPPED = "stopped"
    COMPLETED = "completed"
    FAILED = "failed"


def news_of(before: RecurringStanding, after: SubscriptionStatus) -> list[RecurringNews]:
    """What is new. A recurring gift that has only begun has none: its first letter is its receipt's."""
    if before.state is RecurringState.ENDED:
        return []
    if after.state is RecurringState.ENDED:
        return _end_of(before)
    if before.state is RecurringState.PENDING:
        return []
    changes = {
        RecurringNews.AMOUNT: after.amount != before.amount,
        RecurringNews.PAUSED: after.paused and not before.is_paused,
        RecurringNews.RESUMED: before.is_paused and not after.paused,
        RecurringNews.ENDING: _is_ending(before, after),
    }
    return [news for news, is_new in changes.items() if is_new]


def _end_of(before: RecurringStanding) -> list[RecurringNews]:
    if before.state in (RecurringState.PAST_DUE, RecurringState.PENDING):  # it was begun, and never paid
        return [RecurringNews.FAILED]
    if before.ends_at is None:
        return [RecurringNews.STOPPED]
    return [RecurringNews.COMPLETED] if before.ends_as_promised else []  # else its end was told before


def _is_ending(before: RecurringStanding, after: SubscriptionStatus) -> bool:
    """Whether an end was planned, or an earlier one, that is not the end which the donor chose in the form."""
    if after.ends_at is None:
        return False
    if before.ends_at is None:
        return not before.ends_as_promised
    return before.ends_at - after.ends_at > _MOVED_END

"""When instalments fall due. In UTC, as Stripe counts: on the anchor's day of the month, or the month's last day.

Pure. Source of the rule: docs.stripe.com/billing/subscriptions/billing-cycle, read 2026-11.
"""

from calendar import monthrange
from datetime import UTC, datetime, timedelta

from payments.gifts.recurring import Interval, Rhythm

_MONTHS = {Interval.MONTH: 1, Interval.QUARTER: 3, Interval.YEAR: 12}
# A recurring gift with a later end is better left open. The loop below is bounded by it as well.
LONGEST_YEARS = 5
_PER_YEAR = {Interval.WEEK: 52, Interval.MONTH: 12, Interval.QUARTER: 4, Interval.YEAR: 1}


def due(anchor: datetime, interval: Interval, steps: int, since: datetime | None = None) -> datetime:
    """The instant `steps` periods after `since`, which is a due instant (without it: after the anchor).

    The anchor's day of the month counts: a gift begun on the 31st falls due on the 28th in February, and on the 31st
    again in March. Steps may be negative.
    """
    start = (since or anchor).astimezone(UTC)
    if interval is Interval.WEEK:
        return start + timedelta(weeks=steps)
    years, month = divmod(start.month - 1 + _MONTHS[interval] * steps, 12)
    year, month = start.year + years, month + 1
    day = min(anchor.astimezone(UTC).day, monthrange(year, month)[1])
    return start.replace(year=year, month=month, day=day)


def most_instalments(interval: Interval) -> int:
    """The largest number of instalments that a donor may choose."""
    return _PER_YEAR[interval] * LONGEST_YEARS


def stop_at(rhythm: Rhythm, anchor: datetime, next_due: datetime, instalments_so_far: int) -> datetime | None:
    """When Stripe has to stop, so that exactly what was chosen is taken; None when no end was chosen.

    `next_due` is the end of the current period. The result is always the end of a period: an end inside of one makes
    Stripe charge only a part of the last instalment (docs.stripe.com/api/subscriptions/update, `cancel_at`: "will
    always cause a proration").
    """
    if rhythm.instalments is not None:
        return due(anchor, rhythm.interval, max(0, rhythm.instalments - instalments_so_far), next_due)
    if rhythm.ends_at is None:
        return None
    for steps in range(most_instalments(rhythm.interval) + 2):
        stop = due(anchor, rhythm.interval, steps, next_due)
        if stop > rhythm.ends_at:
            return stop
    raise ValueError(f"{rhythm.ends_at} is more than {LONGEST_YEARS} years away")

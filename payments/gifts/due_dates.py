"""When instalments are taken: on the promised days, which are days of the organisation's time zone.

Stripe counts in UTC: a subscription renews on its anchor's day of the month, or on the month's last day
(docs.stripe.com/billing/subscriptions/billing-cycle, read 2026-11), and its payment is collected about an hour after
that (docs.stripe.com/billing/invoices/subscription). Where this is not the promised day, the renewal is moved.

Pure.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import takewhile

from payments.gifts.recurring import Interval, Rhythm

_MONTHS = {Interval.MONTH: 1, Interval.QUARTER: 3, Interval.YEAR: 12}
# A recurring gift with a later end is better left open. The loops below are bounded by it as well.
LONGEST_YEARS = 5
_PER_YEAR = {Interval.WEEK: 52, Interval.MONTH: 12, Interval.QUARTER: 4, Interval.YEAR: 1}
# Stripe drafts an instalment's invoice when it is due, and collects it about an hour later.
TAKEN_WITHIN = timedelta(hours=2)
_WEEK, _DAY = timedelta(weeks=1), timedelta(days=1)


def most_instalments(interval: Interval) -> int:
    """The largest number of instalments that a donor may choose."""
    return _PER_YEAR[interval] * LONGEST_YEARS


def promised_day(first: date, interval: Interval, n: int) -> date:
    """The day of the n-th instalment after the first; 0 is the first's own day.

    The first's day of the month counts: after 31 January come the last day of February, and 31 March.
    """
    if interval is Interval.WEEK:
        return first + n * _WEEK
    years, month = divmod(first.month - 1 + _MONTHS[interval] * n, 12)
    year, month = first.year + years, month + 1
    return date(year, month, min(first.day, monthrange(year, month)[1]))


def counted_from(first: date, rhythm: Rhythm) -> date:
    """The day from which the promised days of a rhythm are counted: the first instalment's own, if none was chosen.

    Else the second instalment comes on the chosen day that is nearest to a month after the first, and this is the day
    one month before that. So nobody is charged twice within two weeks, nor left out for longer than seven.
    """
    if rhythm.day is None:
        return first
    month_later = promised_day(first, rhythm.interval, 1)
    about_then = month_later.replace(day=rhythm.day)
    candidates = [promised_day(about_then, rhythm.interval, n) for n in (-1, 0, 1)]
    return promised_day(min(candidates, key=lambda day: abs(day - month_later)), rhythm.interval, -1)


def last_promised_before(renewal: datetime, begun: datetime, rhythm: Rhythm, zone: tzinfo) -> date:
    """The promised day of the instalment before `renewal`; the first's, where there is none.

    `begun` is when the first was paid. A renewal that was never moved may fall a few days from its promised day, so it
    is told by Stripe's own count of periods; any other instant, such as an end that was set at Stripe, by its day.
    """
    first, day, interval = begun.astimezone(zone).date(), renewal.astimezone(zone).date(), rhythm.interval
    counted = counted_from(first, rhythm)
    n = max(0, _periods_between(counted, interval, day))
    for k in (n - 1, n, n + 1):
        if k >= 1 and abs(due(begun, interval, k) - renewal) <= TAKEN_WITHIN:
            return promised_day(counted, interval, k - 1) if k > 1 else first
    candidates = [promised_day(counted, interval, k) for k in (n + 1, n, n - 1) if k >= 1]
    return next((promised for promised in candidates if promised < day), first)


def next_promised_after(first: date, interval: Interval, day: date) -> date:
    """The first promised day after `day`, which is not before the first."""
    n = _periods_between(first, interval, day)
    candidates = (promised_day(first, interval, k) for k in (n, n + 1, n + 2) if k >= 1)
    return next(promised for promised in candidates if promised > day)


def due(anchor: datetime, interval: Interval, steps: int, since: datetime | None = None) -> datetime:
    """When Stripe renews by itself: `steps` periods after `since`, a renewal (without it: after the anchor). In UTC.

    The anchor's day of the month counts. Steps may be negative.
    """
    start, anchor_day = (since or anchor).astimezone(UTC), anchor.astimezone(UTC).day
    day = promised_day(start.date().replace(day=1), interval, steps) if interval is not Interval.WEEK else None
    if day is None:
        return start + steps * _WEEK
    return start.replace(year=day.year, month=day.month, day=min(anchor_day, monthrange(day.year, day.month)[1]))


def due_as_promised(renewal: datetime, first: date, interval: Interval, zone: tzinfo) -> datetime:
    """When a renewal that Stripe plans for `renewal` has to be due: then, or on the promised day nearest to it.

    Only the next renewal is moved. It is a few days away from its promised day at most: one where the days of UTC and
    of the zone differ, three after a short month.
    """
    day = _nearest_promised(first, interval, renewal.astimezone(zone).date())
    return renewal if _is_taken_on(day, renewal, zone) else _moment_on(day, zone)


def instalment_dues(
    anchor: datetime, renewal: datetime, first: date, interval: Interval, zone: tzinfo
) -> Iterator[datetime]:
    """When the instalments from `renewal` on are due, each on its promised day. Without end."""
    while True:
        yield renewal
        planned = due(anchor, interval, 1, renewal)
        renewal = due_as_promised(planned, first, interval, zone)
        if renewal != planned:
            anchor = renewal


def second_due(begun: datetime, rhythm: Rhythm, zone: tzinfo) -> datetime:
    """When the second instalment of a recurring gift is due whose first was paid at `begun`."""
    counted = counted_from(begun.astimezone(zone).date(), rhythm)
    return due_as_promised(due(begun, rhythm.interval, 1), counted, rhythm.interval, zone)


def stop_at(
    rhythm: Rhythm, zone: tzinfo, first: date, anchor: datetime, next_due: datetime, instalments_so_far: int
) -> datetime | None:
    """When Stripe has to stop, so that exactly what was chosen is taken; None when no end was chosen.

    `next_due` is the end of the current period. The result is always the end of a period, as Stripe counts from
    `anchor`: an end inside of one makes Stripe charge only a part of the last instalment
    (docs.stripe.com/api/subscriptions/update, `cancel_at`: "will always cause a proration"). It is worked out anew
    when a renewal is moved. An instalment that would be taken after `ends_at` is left out.
    """
    if rhythm.instalments is not None:
        return due(anchor, rhythm.interval, max(0, rhythm.instalments - instalments_so_far), next_due)
    if rhythm.ends_at is None:
        return None
    ends_at, most = rhythm.ends_at, most_instalments(rhythm.interval) + 1
    dues = instalment_dues(anchor, next_due, first, rhythm.interval, zone)
    steps = sum(1 for _ in takewhile(lambda at: at + TAKEN_WITHIN <= ends_at, dues))
    if steps > most:
        raise ValueError(f"{ends_at} is more than {LONGEST_YEARS} years away")
    return due(anchor, rhythm.interval, steps, next_due)


def _periods_between(first: date, interval: Interval, day: date) -> int:
    """How many periods lie between two days, rounded down to whole months or weeks; it may be too large by one."""
    if interval is Interval.WEEK:
        return (day - first) // _WEEK
    return ((day.year - first.year) * 12 + day.month - first.month) // _MONTHS[interval]


def _nearest_promised(first: date, interval: Interval, day: date) -> date:
    n = max(1, _periods_between(first, interval, day))
    candidates = [promised_day(first, interval, k) for k in (n - 1, n, n + 1) if k >= 1]
    return min(candidates, key=lambda promised: abs(promised - day))


def _is_taken_on(day: date, renewal: datetime, zone: tzinfo) -> bool:
    """Whether an instalment due at `renewal` is due and collected on this day in the zone."""
    return all(at.astimezone(zone).date() == day for at in (renewal, renewal + TAKEN_WITHIN))


def _moment_on(day: date, zone: tzinfo) -> datetime:
    """The middle of the hours in which it is this day both in UTC and in the zone, in summer and in winter.

    An anchor there renews on the same days by UTC's calendar as by the zone's.
    """
    midnight = datetime.combine(day, time(), UTC)
    offsets = [(midnight + days * _DAY).astimezone(zone).utcoffset() or timedelta() for days in range(0, 365, 28)]
    begins, ends = max(timedelta(), -min(offsets)), _DAY - max(timedelta(), *offsets)
    return midnight + (begins + ends) // 2 // timedelta(minutes=1) * timedelta(minutes=1)

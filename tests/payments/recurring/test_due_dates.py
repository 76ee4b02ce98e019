"""Which days are promised, when instalments are due so that they are taken on them, and when they end."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from payments.gifts.due_dates import (
    TAKEN_WITHIN,
    counted_from,
    due,
    due_as_promised,
    instalment_dues,
    last_promised_before,
    next_promised_after,
    promised_day,
    stop_at,
)
from payments.gifts.recurring import Interval, Rhythm
from payments.stripe.checkout import STRIPE_INTERVALS
from sandbox.lifecycle.periods import period_after

BEGUN = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
LONDON, AUCKLAND = ZoneInfo("Europe/London"), ZoneInfo("Pacific/Auckland")
_AROUND_THE_FIRST = st.builds(
    lambda month, hours: datetime(2024 + month // 12, 1 + month % 12, 1, tzinfo=UTC) + timedelta(hours=hours),
    st.integers(0, 131),
    st.floats(-80, 30),
)
MOMENTS = st.one_of(
    _AROUND_THE_FIRST,  # where the days of UTC and of a zone, and of long and short months, differ most
    st.datetimes(datetime(2024, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
ZONES = st.sampled_from(
    [
        *(LONDON, AUCKLAND, ZoneInfo("America/Los_Angeles"), ZoneInfo("Atlantic/Azores"), ZoneInfo("Asia/Kolkata")),
        *(ZoneInfo("UTC"), ZoneInfo("America/New_York"), ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Pacific/Niue")),
    ]
)


def dues_of(begun: datetime, interval: Interval, zone: ZoneInfo, count: int) -> list[datetime]:
    """When the `count` instalments after the first are due."""
    return list(islice(instalment_dues(begun, begun, begun.astimezone(zone).date(), interval, zone), 1, count + 1))


@given(MOMENTS, st.sampled_from(Interval), ZONES)
def test_every_instalment_is_taken_on_its_promised_day(begun: datetime, interval: Interval, zone: ZoneInfo) -> None:
    """Whatever the second and the zone: one in each period, due and collected on that day."""
    begun = begun.replace(microsecond=0)
    first = begun.astimezone(zone).date()
    dues = dues_of(begun, interval, zone, 60)
    promised = [promised_day(first, interval, n) for n in range(1, 61)]
    assert [at.astimezone(zone).date() for at in dues] == promised
    assert [(at + TAKEN_WITHIN).astimezone(zone).date() for at in dues] == promised


@given(MOMENTS, st.sampled_from(Interval), ZONES)
def test_few_renewals_have_to_be_moved(begun: datetime, interval: Interval, zone: ZoneInfo) -> None:
    """Once the hour is right Stripe's own days are: only after a short month the day is moved once more."""
    begun = begun.replace(microsecond=0)
    first = begun.astimezone(zone).date()
    anchor = renewal = begun
    moves = 0
    for _ in range(30):
        planned = due(anchor, interval, 1, renewal)
        renewal = due_as_promised(planned, first, interval, zone)
        if renewal != planned:
            anchor, moves = renewal, moves + 1
    assert moves <= (3 if interval is not Interval.WEEK else 1)


@pytest.mark.parametrize(
    ("begun", "interval", "zone", "days"),
    [
        ("2027-01-31T23:30+00:00", Interval.MONTH, LONDON, ["2027-02-28", "2027-03-31", "2027-04-30"]),
        ("2026-12-31T23:30+00:00", Interval.YEAR, LONDON, ["2027-12-31", "2028-12-31", "2029-12-31"]),
        ("2027-02-28T21:00+00:00", Interval.MONTH, AUCKLAND, ["2027-04-01", "2027-05-01", "2027-06-01"]),
        ("2027-02-01T21:00+00:00", Interval.WEEK, AUCKLAND, ["2027-02-09", "2027-02-16", "2027-02-23"]),
        ("2028-02-29T12:00+00:00", Interval.YEAR, LONDON, ["2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]),
    ],
)
def test_days_that_utc_would_miss(begun: str, interval: Interval, zone: ZoneInfo, days: list[str]) -> None:
    """Late in the evening, at the end of a month or a year, and where it is already tomorrow."""
    dues = dues_of(datetime.fromisoformat(begun), interval, zone, len(days))
    assert [at.astimezone(zone).date().isoformat() for at in dues] == days


def test_what_is_right_already_is_not_moved() -> None:
    """A gift begun at noon renews as Stripe counts."""
    assert dues_of(BEGUN, Interval.MONTH, LONDON, 13) == [due(BEGUN, Interval.MONTH, n) for n in range(1, 14)]


def test_months_keep_the_day_where_they_have_it() -> None:
    """Begun on the 31st: the last day of February, and the 31st again after it."""
    days = [due(BEGUN, Interval.MONTH, steps).day for steps in range(5)]
    assert days == [31, 28, 31, 30, 31]
    assert due(BEGUN, Interval.MONTH, -1, due(BEGUN, Interval.MONTH, 2)).day == 28


@given(MOMENTS, st.sampled_from(Interval), st.integers(0, 40))
def test_the_twin_counts_the_same(begun: datetime, interval: Interval, steps: int) -> None:
    """Period after period, from whatever second."""
    begun = begun.replace(microsecond=0)
    word, count = STRIPE_INTERVALS[interval]
    at = anchor = int(begun.timestamp())
    for _ in range(steps):
        at = period_after(anchor, {"interval": word, "interval_count": count}, at)
    assert int(due(begun, interval, steps).timestamp()) == at


@given(MOMENTS, st.sampled_from(Interval), st.integers(2, 900))
def test_the_last_promised_day_before_a_day(begun: datetime, interval: Interval, later: int) -> None:
    """As a list of them shows it, where the instant is no renewal of Stripe's."""
    at, first = begun + timedelta(days=later, hours=6), begun.astimezone(LONDON).date()
    assume(all(abs(due(begun, interval, n) - at) > TAKEN_WITHIN for n in range(200)))
    promised = [promised_day(first, interval, n) for n in range(200)]
    day = at.astimezone(LONDON).date()
    assert last_promised_before(at, begun, Rhythm(interval), LONDON) == max(known for known in promised if known < day)


@given(MOMENTS, st.sampled_from(Interval), st.integers(1, 60), ZONES)
def test_before_a_renewal_is_the_promised_day_of_the_instalment_before(
    begun: datetime, interval: Interval, n: int, zone: ZoneInfo
) -> None:
    """Wherever the days of UTC and of the zone differ."""
    first = begun.astimezone(zone).date()
    assert last_promised_before(due(begun, interval, n), begun, Rhythm(interval), zone) == promised_day(
        first, interval, n - 1
    )


@pytest.mark.parametrize(("asked", "steps"), [(1, 3), (2, 3), (3, 3)])
def test_three_instalments_end_with_the_third_period(asked: int, steps: int) -> None:
    """However far it has come when the end is worked out."""
    rhythm, next_due = Rhythm(Interval.MONTH, instalments=3), due(BEGUN, Interval.MONTH, asked)
    stop = stop_at(rhythm, LONDON, BEGUN.date(), BEGUN, next_due, asked)
    assert stop == due(BEGUN, Interval.MONTH, steps)


@given(MOMENTS, st.sampled_from(Interval), ZONES, st.integers(0, 1500))
def test_nothing_is_taken_after_the_end(begun: datetime, interval: Interval, zone: ZoneInfo, days: int) -> None:
    """Played as Stripe would, with each renewal moved and the stop worked out anew: all before it, and no part of one.

    `stop` is always the end of a period by Stripe's own count, so no instalment is cut in two.
    """
    begun = begun.replace(microsecond=0)
    first, ends = begun.astimezone(zone).date(), begun + timedelta(days=days, hours=5)
    rhythm = Rhythm(interval, ends_at=ends)
    anchor, renewal = begun, due(begun, interval, 1)
    taken: list[datetime] = []
    for _ in range(300):
        moved = due_as_promised(renewal, first, interval, zone)
        anchor = anchor if moved == renewal else moved
        renewal = moved
        stop = stop_at(rhythm, zone, first, anchor, renewal, 1 + len(taken))
        assert stop is not None
        if stop == renewal:
            break
        taken.append(renewal)
        renewal = due(anchor, interval, 1, renewal)
    assert taken == [at for at in dues_of(begun, interval, zone, 300) if at + TAKEN_WITHIN <= ends]


def test_without_an_end_there_is_none() -> None:
    """It goes on until it is cancelled."""
    next_due = due(BEGUN, Interval.MONTH, 1)
    assert stop_at(Rhythm(Interval.MONTH), LONDON, BEGUN.date(), BEGUN, next_due, 1) is None


def test_two_ends_are_none() -> None:
    """A value that says both cannot be made."""
    with pytest.raises(ValueError, match="not both"):
        Rhythm(Interval.MONTH, ends_at=BEGUN, instalments=3)


@given(first=st.dates(date(2024, 1, 1), date(2035, 1, 1)), chosen=st.integers(1, 28))
def test_a_chosen_day_comes_about_a_month_after_the_first(first: date, chosen: int) -> None:
    """The second instalment is on that day, two to seven weeks after the first; the others follow month by month."""
    counted = counted_from(first, Rhythm(Interval.MONTH, day=chosen))
    second, third = (promised_day(counted, Interval.MONTH, n) for n in (1, 2))
    assert (second.day, third.day) == (chosen, chosen)
    assert timedelta(days=13) <= second - first <= timedelta(days=47)
    assert next_promised_after(counted, Interval.MONTH, first) == second


def test_the_last_day_of_an_end_is_told_where_a_day_was_chosen() -> None:
    """First on 28 November, then on the 1st: before 1 January there is only the first."""
    begun, rhythm = datetime(2026, 11, 28, 12, tzinfo=UTC), Rhythm(Interval.MONTH, day=1)
    renewals = [datetime(2027, month, 1, 12, tzinfo=UTC) for month in (1, 2, 3)]
    days = [last_promised_before(renewal, begun, rhythm, LONDON) for renewal in renewals]
    assert days == [date(2026, 11, 28), date(2027, 1, 1), date(2027, 2, 1)]

"""When instalments fall due and when they end: counted as the twin counts them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.gifts.due_dates import due, stop_at
from payments.gifts.recurring import Interval, Rhythm
from payments.stripe.checkout import STRIPE_INTERVALS
from sandbox.lifecycle.periods import period_after

BEGUN = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_months_keep_the_day_where_they_have_it() -> None:
    """Begun on the 31st: the last day of February, and the 31st again after it."""
    days = [due(BEGUN, Interval.MONTH, steps).day for steps in range(5)]
    assert days == [31, 28, 31, 30, 31]
    assert due(BEGUN, Interval.MONTH, -1, due(BEGUN, Interval.MONTH, 2)).day == 28


def test_a_leap_day_comes_once_in_four_years() -> None:
    """In the others its gift is taken on the 28th."""
    leap = datetime(2028, 2, 29, tzinfo=UTC)
    assert [due(leap, Interval.YEAR, steps).day for steps in range(5)] == [29, 28, 28, 28, 29]


@given(MOMENTS, st.sampled_from(Interval), st.integers(0, 40))
def test_the_twin_counts_the_same(begun: datetime, interval: Interval, steps: int) -> None:
    """Period after period, from whatever second."""
    begun = begun.replace(microsecond=0)
    word, count = STRIPE_INTERVALS[interval]
    at = anchor = int(begun.timestamp())
    for _ in range(steps):
        at = period_after(anchor, {"interval": word, "interval_count": count}, at)
    assert int(due(begun, interval, steps).timestamp()) == at


@pytest.mark.parametrize(("asked", "steps"), [(1, 3), (2, 3), (3, 3)])
def test_three_instalments_end_with_the_third_period(asked: int, steps: int) -> None:
    """However far it has come when the end is worked out."""
    rhythm, next_due = Rhythm(Interval.MONTH, instalments=3), due(BEGUN, Interval.MONTH, asked)
    assert stop_at(rhythm, BEGUN, next_due, asked) == due(BEGUN, Interval.MONTH, steps)


@given(MOMENTS, st.sampled_from(Interval), st.integers(0, 1500))
def test_a_last_day_ends_with_the_period_of_the_last_instalment(begun: datetime, interval: Interval, days: int) -> None:
    """What falls due by then is taken, what falls due later is not, and nothing is cut in two."""
    begun = begun.replace(microsecond=0)
    ends = begun + timedelta(days=days)
    stop = stop_at(Rhythm(interval, ends_at=ends), begun, due(begun, interval, 1), 1)
    assert stop is not None
    dues = [due(begun, interval, steps) for steps in range(1, 300)]
    assert stop in dues
    assert [day for day in dues if day < stop] == [day for day in dues if day <= ends and day < stop]
    assert stop > ends or stop == dues[0]


def test_without_an_end_there_is_none() -> None:
    """It goes on until it is cancelled."""
    assert stop_at(Rhythm(Interval.MONTH), BEGUN, due(BEGUN, Interval.MONTH, 1), 1) is None


def test_two_ends_are_none() -> None:
    """A value that says both cannot be made."""
    with pytest.raises(ValueError, match="not both"):
        Rhythm(Interval.MONTH, ends_at=BEGUN, instalments=3)

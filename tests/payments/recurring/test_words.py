"""A recurring gift in words, as the form and the thank-you page say it."""

from datetime import UTC, date, datetime

import pytest

from payments.gifts.recurring import Interval, Rhythm
from payments.gifts.recurring_words import day_of_month, due_days, lasting, upcoming
from web.wording import Wording

WORDS = Wording("en_GB", "Europe/London")


def test_a_day_of_the_month_is_said_as_people_say_it() -> None:
    """With English endings."""
    days = (1, 2, 3, 4, 11, 12, 13, 21, 22, 28, 31)
    words = "1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 28th 31st"

    assert [day_of_month(date(2026, 1, day)) for day in days] == [f"the {word}" for word in words.split()]


@pytest.mark.parametrize(
    ("interval", "day", "words"),
    [
        (Interval.WEEK, date(2026, 11, 22), "each Sunday"),
        (Interval.MONTH, date(2026, 11, 22), "on the 22nd of each month"),
        (Interval.MONTH, date(2026, 1, 31), "on the 31st (or the last day) of each month"),
        (Interval.QUARTER, date(2026, 11, 22), "on the 22nd of every third month"),
        (Interval.YEAR, date(2026, 11, 22), "on 22 November each year"),
        (
            Interval.YEAR,
            date(2028, 2, 29),
            "on 29 February each year, or the last day of February in other years",
        ),
    ],
)
def test_a_rhythm_names_its_days(interval: Interval, day: date, words: str) -> None:
    """A short month has no 31st, and the words say so."""
    assert due_days(interval, day, WORDS) == words


def test_an_end_is_said_as_it_was_chosen() -> None:
    """A day is the day here, whatever it is in UTC."""
    last = datetime(2027, 5, 6, 22, 59, 59, tzinfo=UTC)
    assert lasting(Rhythm(Interval.MONTH, ends_at=last), WORDS) == "until 6 May 2027"
    assert lasting(Rhythm(Interval.MONTH, instalments=12), WORDS) == "12 times in all"
    assert lasting(Rhythm(Interval.MONTH), WORDS) == "until you stop it"


def test_what_follows_the_first_gift_is_said_from_its_day() -> None:
    """Given late in the evening of UTC it is the next day in summer's London."""
    ahead = upcoming(Rhythm(Interval.MONTH), datetime(2026, 6, 21, 23, 30, tzinfo=UTC), WORDS)
    assert (ahead.days, ahead.next_on) == ("on the 22nd of each month", date(2026, 7, 22))

"""How often and until when: read strictly, refused with what to do, and filled in again as it was."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from payments.gifts.due_dates import stop_at
from payments.gifts.recurring import Interval, Rhythm
from payments.giving.rhythm_form import IntervalOffer, UnclearRhythm, fields_of_rhythm, read_rhythm

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CLOSES = datetime(2027, 5, 6, 21, tzinfo=UTC)
POLLING_DAY = datetime(2027, 5, 6, 22, 59, 59, tzinfo=UTC)  # the last second of that day in London's summer
OFFER = IntervalOffer((Interval.MONTH, Interval.YEAR), NOW, LONDON, lambda day: f"{day:%-d %B %Y}", CLOSES)
MONTHLY = Rhythm(Interval.MONTH)


@pytest.mark.parametrize(
    ("typed", "rhythm"),
    [
        ({}, None),
        ({"interval": "once"}, None),
        ({"interval": "once", "end": "day", "until": "nonsense"}, None),
        ({"interval": "month"}, MONTHLY),
        ({"interval": "year", "end": "open"}, Rhythm(Interval.YEAR)),
        ({"interval": "month", "end": "closing"}, Rhythm(Interval.MONTH, ends_at=CLOSES)),
        ({"interval": "month", "end": "day", "until": "2027-05-06"}, Rhythm(Interval.MONTH, ends_at=POLLING_DAY)),
        ({"interval": "month", "until": "6 Mai 2027"}, Rhythm(Interval.MONTH, ends_at=POLLING_DAY)),
        ({"interval": "month", "until": " 2027-05-06 "}, Rhythm(Interval.MONTH, ends_at=POLLING_DAY)),
        ({"interval": "month", "end": "number", "instalments": "12"}, Rhythm(Interval.MONTH, instalments=12)),
        ({"interval": "month", "day": " 5 "}, Rhythm(Interval.MONTH, day=5)),
        ({"interval": "month", "day": "1", "end": "number", "instalments": "3"}, Rhythm(Interval.MONTH, None, 3, 1)),
        ({"interval": "year", "day": "5"}, Rhythm(Interval.YEAR)),
        ({"interval": "month", "instalments": "2"}, Rhythm(Interval.MONTH, instalments=2)),
        ({"interval": "month", "end": "number", "instalments": "3", "until": "x"}, Rhythm(Interval.MONTH, None, 3)),
    ],
)
def test_a_choice_is_read_as_it_is_meant(typed: dict[str, str], rhythm: Rhythm | None) -> None:
    """A day or a number speaks for itself; what belongs to a choice that was not made is left alone."""
    assert read_rhythm(typed, OFFER) == rhythm


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"interval": "week"}, "interval", "Choose how often"),
        ({"interval": "day"}, "interval", "Choose how often"),
        ({"day": "29"}, "day", "from 1 to 28"),
        ({"day": "0"}, "day", "from 1 to 28"),
        ({"day": "first"}, "day", "from 1 to 28"),
        ({"day": "1", "end": "day", "until": "2026-12-31"}, "until", "Choose 1 January 2027 or later"),
        ({"end": "never"}, "end", "Choose when"),
        ({"until": "2027-05-06", "instalments": "3"}, "end", "Choose when"),
        ({"end": "open", "until": "2027-05-06"}, "end", "Choose one"),
        ({"end": "open", "instalments": "3"}, "end", "Choose one"),
        ({"end": "day"}, "until", "Enter the last day"),
        ({"end": "day", "until": "6 May"}, "until", "like 6 May 2027"),
        ({"end": "day", "until": "2027-02-30"}, "until", "like 6 May 2027"),
        ({"end": "day", "until": "0001-01-01"}, "until", "like 6 May 2027"),
        ({"end": "day", "until": "20270506"}, "until", "like 6 May 2027"),
        ({"end": "day", "until": "2026-12-20"}, "until", "Choose 21 December 2026 or later"),
        ({"end": "day", "until": "9999-12-31"}, "until", "within 4 years"),
        ({"interval": "year", "end": "closing"}, "end", "Choose 21 November 2027 or later"),
        ({"end": "number"}, "instalments", "from 2 to 60"),
        ({"end": "number", "instalments": "1"}, "instalments", "from 2 to 60"),
        ({"end": "number", "instalments": "61"}, "instalments", "from 2 to 60"),
        ({"end": "number", "instalments": "-3"}, "instalments", "from 2 to 60"),
        ({"end": "number", "instalments": "٣"}, "instalments", "from 2 to 60"),
        ({"interval": "year", "end": "number", "instalments": "6"}, "instalments", "from 2 to 5"),
    ],
)
def test_what_is_unclear_is_asked_about(typed: dict[str, str], field: str, words: str) -> None:
    """Each sentence says what to do, beside its field."""
    with pytest.raises(UnclearRhythm, match=words) as mistake:
        read_rhythm({"interval": "month"} | typed, OFFER)
    assert mistake.value.field == field


@pytest.mark.parametrize(
    "rhythm",
    [
        None,
        MONTHLY,
        Rhythm(Interval.YEAR, instalments=3),
        Rhythm(Interval.MONTH, ends_at=CLOSES),
        Rhythm(Interval.MONTH, ends_at=POLLING_DAY),
    ],
)
def test_who_turns_back_finds_the_choice_as_it_was(rhythm: Rhythm | None) -> None:
    """What is filled in again reads as the same."""
    assert read_rhythm(fields_of_rhythm(rhythm, CLOSES, LONDON), OFFER) == rhythm


def test_the_closing_day_is_offered_only_where_a_second_gift_comes_before_it() -> None:
    """Else it would be a gift given once with more words."""
    assert OFFER.closing_day == date(2027, 5, 6)
    assert replace(OFFER, closes_at=NOW + timedelta(days=20)).closing_day is None
    assert replace(OFFER, closes_at=None).closing_day is None
    assert replace(OFFER, intervals=()).closing_day is None


@pytest.mark.parametrize("interval", Interval)
def test_the_latest_day_that_can_be_chosen_can_be_kept(interval: Interval) -> None:
    """Whatever the form takes, the end can be worked out."""
    offer = replace(OFFER, intervals=tuple(Interval))
    rhythm = read_rhythm({"interval": interval.value, "end": "day", "until": "2030-12-31"}, offer)
    assert rhythm is not None
    assert stop_at(rhythm, LONDON, NOW.date(), NOW, offer.second(Rhythm(interval)), 1) is not None


def test_a_second_donation_after_the_campaign_closes_is_not_offered() -> None:
    """It is due on that evening, and would be taken half an hour after the end: so it is taken earlier on that day."""
    late = replace(OFFER, now=datetime(2027, 1, 31, 23, 30, tzinfo=UTC))
    closes = datetime(2027, 2, 28, 23, 59, 59, tzinfo=UTC)
    assert late.second(Rhythm(Interval.MONTH)).astimezone(LONDON).date() == date(2027, 2, 28)
    assert replace(late, closes_at=closes).closing_day == date(2027, 2, 28)
    assert replace(late, closes_at=datetime(2027, 2, 28, 9, tzinfo=UTC)).closing_day is None

"""A recurring gift in words: how often, on which day, until when."""

from dataclasses import dataclass
from datetime import date, datetime

from payments.gifts.due_dates import counted_from, promised_day
from payments.gifts.recurring import Interval, Rhythm
from web.language import to_translate, translated, translated_plural
from web.wording import Wording

# Translated where they are shown.
EVERY = {
    Interval.WEEK: to_translate("every week"),
    Interval.MONTH: to_translate("every month"),
    Interval.QUARTER: to_translate("every three months"),
    Interval.YEAR: to_translate("every year"),
}
PER = {
    Interval.WEEK: to_translate("a week"),
    Interval.MONTH: to_translate("a month"),
    Interval.QUARTER: to_translate("a quarter"),
    Interval.YEAR: to_translate("a year"),
}
ADJECTIVE = {
    Interval.WEEK: to_translate("Weekly"),
    Interval.MONTH: to_translate("Monthly"),
    Interval.QUARTER: to_translate("Quarterly"),
    Interval.YEAR: to_translate("Yearly"),
}
# Before "donation": other languages bend it there.
KIND = {
    Interval.WEEK: to_translate("weekly"),
    Interval.MONTH: to_translate("monthly"),
    Interval.QUARTER: to_translate("quarterly"),
    Interval.YEAR: to_translate("yearly"),
}
_EACH_WEEKDAY = (
    to_translate("each Monday"), to_translate("each Tuesday"), to_translate("each Wednesday"),
    to_translate("each Thursday"), to_translate("each Friday"), to_translate("each Saturday"),
    to_translate("each Sunday"),
)  # fmt: skip
# Each with its article, which other languages bend.
_DAYS_OF_MONTH = (
    to_translate("the 1st"), to_translate("the 2nd"), to_translate("the 3rd"), to_translate("the 4th"),
    to_translate("the 5th"), to_translate("the 6th"), to_translate("the 7th"), to_translate("the 8th"),
    to_translate("the 9th"), to_translate("the 10th"), to_translate("the 11th"), to_translate("the 12th"),
    to_translate("the 13th"), to_translate("the 14th"), to_translate("the 15th"), to_translate("the 16th"),
    to_translate("the 17th"), to_translate("the 18th"), to_translate("the 19th"), to_translate("the 20th"),
    to_translate("the 21st"), to_translate("the 22nd"), to_translate("the 23rd"), to_translate("the 24th"),
    to_translate("the 25th"), to_translate("the 26th"), to_translate("the 27th"), to_translate("the 28th"),
    to_translate("the 29th"), to_translate("the 30th"), to_translate("the 31st"),
)  # fmt: skip
UNTIL_STOPPED = to_translate("until you stop it")
_SHORTEST_MONTH, _LEAP_DAY = 28, (2, 29)


def due_days(interval: Interval, day: date, wording: Wording) -> str:
    """The days of instalments, when the first was on `day`: "on the 22nd of each month"."""
    match interval:
        case Interval.WEEK:
            return translated(_EACH_WEEKDAY[day.weekday()])
        case Interval.YEAR:
            return _each_year(day, wording.day_and_month(day))
        case Interval.MONTH:
            return _each_month(day)
        case Interval.QUARTER:
            return _every_third_month(day)


def _each_year(day: date, words: str) -> str:
    if (day.month, day.day) == _LEAP_DAY:
        return translated("on %(day)s each year, or the last day of February in other years", day=words)
    return translated("on %(day)s each year", day=words)


def _each_month(day: date) -> str:
    if day.day > _SHORTEST_MONTH:
        return translated("on %(day)s (or the last day) of each month", day=day_of_month(day))
    return translated("on %(day)s of each month", day=day_of_month(day))


def _every_third_month(day: date) -> str:
    if day.day > _SHORTEST_MONTH:
        return translated("on %(day)s (or the last day) of every third month", day=day_of_month(day))
    return translated("on %(day)s of every third month", day=day_of_month(day))


def day_of_month(day: date) -> str:
    """A day in its month: "the 22nd"."""
    return translated(_DAYS_OF_MONTH[day.day - 1])


def lasting(rhythm: Rhythm, wording: Wording, otherwise: str = UNTIL_STOPPED) -> str:
    """How long it lasts: "until 6 May 2027", "12 times in all"; `otherwise` where no end was chosen."""
    if rhythm.ends_at is not None:
        return translated("until %(day)s", day=wording.day(rhythm.ends_at))
    if rhythm.instalments is not None:
        count = rhythm.instalments
        return translated_plural("%(count)s time in all", "%(count)s times in all", count, count=wording.number(count))
    return translated(otherwise)


@dataclass(frozen=True, slots=True)
class Upcoming:
    """What follows the first instalment: "monthly", "every month", "on the 22nd of each month", "until …"."""

    interval: str
    kind: str
    every: str
    days: str
    until: str
    next_on: date


def upcoming(rhythm: Rhythm, began: datetime, wording: Wording) -> Upcoming:
    """What follows when the first instalment was taken at `began`."""
    interval, first = rhythm.interval, counted_from(wording.local_day(began), rhythm)
    days = due_days(interval, first, wording)
    kind, every = translated(KIND[interval]), translated(EVERY[interval])
    return Upcoming(interval.value, kind, every, days, lasting(rhythm, wording), promised_day(first, interval, 1))

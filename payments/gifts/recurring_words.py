"""A recurring gift in words: how often, on which day, until when."""

from dataclasses import dataclass
from datetime import date, datetime

from payments.gifts.due_dates import counted_from, promised_day
from payments.gifts.recurring import Interval, Rhythm
from web.wording import Wording

EVERY = {
    Interval.WEEK: "every week",
    Interval.MONTH: "every month",
    Interval.QUARTER: "every three months",
    Interval.YEAR: "every year",
}
PER = {Interval.WEEK: "a week", Interval.MONTH: "a month", Interval.QUARTER: "a quarter", Interval.YEAR: "a year"}
ADJECTIVE = {
    Interval.WEEK: "Weekly",
    Interval.MONTH: "Monthly",
    Interval.QUARTER: "Quarterly",
    Interval.YEAR: "Yearly",
}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}
_SHORTEST_MONTH, _LEAP_DAY = 28, (2, 29)


def ordinal(number: int) -> str:
    """1st, 2nd, 11th, 22nd."""
    ending = "th" if number % 100 // 10 == 1 else _ENDINGS.get(number % 10, "th")
    return f"{number}{ending}"


def due_days(interval: Interval, day: date, wording: Wording) -> str:
    """The days of instalments, when the first was on `day`: "on the 22nd of each month"."""
    match interval:
        case Interval.WEEK:
            return f"each {_WEEKDAYS[day.weekday()]}"
        case Interval.YEAR:
            return f"on {_day_and_month(day, wording)} each year{_in_other_years(day)}"
        case Interval.MONTH | Interval.QUARTER:
            each = "each month" if interval is Interval.MONTH else "every third month"
            return f"{_day_of_month(day)} of {each}"


def lasting(rhythm: Rhythm, wording: Wording, otherwise: str = "until you stop it") -> str:
    """How long it lasts: "until 6 May 2027", "12 times in all"; `otherwise` where no end was chosen."""
    if rhythm.ends_at is not None:
        return f"until {wording.day(rhythm.ends_at)}"
    if rhythm.instalments is not None:
        return f"{wording.number(rhythm.instalments)} times in all"
    return otherwise


def _day_of_month(day: date) -> str:
    if day.day > _SHORTEST_MONTH:
        return f"on the {ordinal(day.day)} (or the last day)"
    return f"on the {ordinal(day.day)}"


def _day_and_month(day: date, wording: Wording) -> str:
    return wording.day(day).rsplit(" ", 1)[0]


def _in_other_years(day: date) -> str:
    leap_day = (day.month, day.day) == _LEAP_DAY
    return ", or the last day of February in other years" if leap_day else ""


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
    interval, first = rhythm.interval, counted_from(began.astimezone(wording.zone).date(), rhythm)
    days = due_days(interval, first, wording)
    kind, every = ADJECTIVE[interval].lower(), EVERY[interval]
    return Upcoming(interval.value, kind, every, days, lasting(rhythm, wording), promised_day(first, interval, 1))

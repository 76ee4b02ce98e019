"""Reads a day as people type it: "6 May 2027", "2027-05-06", "06/05/2027", in English or Welsh. Pure."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date

from web.typed import compact

MONTHS = {
    month: number
    for months in (
        "january february march april may june july august september october november december",
        "ionawr chwefror mawrth ebrill mai mehefin gorffennaf awst medi hydref tachwedd rhagfyr",
    )
    for number, month in enumerate(months.split(), 1)
}
_LEAP_YEARS_APART = 8  # at most: 29 February 1896 was followed by that of 1904
_THIS_CENTURY = 2000
_ISO = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")
# A day stands before its month, as everywhere but in America.
_FIGURES = re.compile(r"(?P<day>[0-9]{1,2})([/.-])(?P<month>[0-9]{1,2})\2(?P<year>[0-9]{4}|[0-9]{2})")
_WORDY_DAY, _WORDY_MONTH = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?", r"(?P<month>[a-z]{3,10})\.?"
_MAYBE_YEAR = r"(?:,? (?P<year>[0-9]{4}))?"
_DAY_FIRST = re.compile(f"{_WORDY_DAY} (?:of )?{_WORDY_MONTH}{_MAYBE_YEAR}")
_MONTH_FIRST = re.compile(f"{_WORDY_MONTH} {_WORDY_DAY}{_MAYBE_YEAR}")


def typed_day(text: str, today: date | None = None) -> date | None:
    """The day that a text says; None for any other text.

    A day without its year is the last such day up to `today`, and no day where there is no `today`.
    """
    plain = " ".join(text.lower().split())
    for way in (_ISO, _FIGURES, _DAY_FIRST, _MONTH_FIRST):
        if match := way.fullmatch(plain):
            month = _month(match["month"])
            return _day(match["year"], month, int(match["day"]), today) if month else None
    return None


def read_day_field(typed: Mapping[str, str], field: str, errors: dict[str, str]) -> date | None:
    """The day in a field of one of the desk's forms, with its year; else what to enter, among the errors."""
    day = typed_day(compact(typed.get(field, "")))
    if day is None:
        errors[field] = "Enter a day like 6 May 2027."
    return day


def _month(word: str) -> int | None:
    if word.isdecimal():
        return int(word)
    return next((number for month, number in MONTHS.items() if month.startswith(word)), None)


def _day(year: str | None, month: int, day: int, today: date | None) -> date | None:
    if year is not None:
        return _date(int(year) + _THIS_CENTURY * (len(year) == len("27")), month, day)
    if today is None:
        return None
    days = (_date(today.year - ago, month, day) for ago in range(_LEAP_YEARS_APART + 1))
    return next((each for each in days if each is not None and each <= today), None)


def _date(year: int, month: int, day: int) -> date | None:
    with suppress(ValueError):
        return date(year, month, day)
    return None

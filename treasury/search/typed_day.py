"""Reads a day as people type it into the search: "3 March", "2026-03-03", "03/03/2026". Pure."""

import re
from contextlib import suppress
from datetime import date

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_FIRST_TWO_DIGITS = 2000
_ISO = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})")
# A day stands before its month, as everywhere but in America.
_FIGURES = re.compile(r"(?P<day>[0-9]{1,2})([/.-])(?P<month>[0-9]{1,2})\2(?P<year>[0-9]{4}|[0-9]{2})")
_WORDY_DAY, _WORDY_MONTH = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?", r"(?P<month>[a-z]{3,9})\.?"
_MAYBE_YEAR = r"(?:,? (?P<year>[0-9]{4}))?"
_DAY_FIRST = re.compile(f"{_WORDY_DAY} (?:of )?{_WORDY_MONTH}{_MAYBE_YEAR}")
_MONTH_FIRST = re.compile(f"{_WORDY_MONTH} {_WORDY_DAY}{_MAYBE_YEAR}")


def typed_day(text: str, today: date) -> date | None:
    """The day that a text says; without a year, the last such day up to today. None for any other text."""
    plain = " ".join(text.lower().split())
    for way in (_ISO, _FIGURES, _DAY_FIRST, _MONTH_FIRST):
        if match := way.fullmatch(plain):
            month = _month(match["month"])
            return _day(match["year"], month, int(match["day"]), today) if month else None
    return None


def _month(word: str) -> int | None:
    if word.isdecimal():
        return int(word)
    return next((number for number, month in enumerate(MONTHS, 1) if month.startswith(word)), None)


def _day(year: str | None, month: int, day: int, today: date) -> date | None:
    if year:
        years = [int(year) + _FIRST_TWO_DIGITS * (len(year) == len("26"))]
    else:
        years = list(range(today.year, today.year - 9, -1))  # 29 February was at most eight years ago
    for each in years:
        with suppress(ValueError):
            typed = date(each, month, day)
            if year or typed <= today:
                return typed
    return None

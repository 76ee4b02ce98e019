"""Amounts and days as banks and spreadsheets write them in a file. Pure.

A day is read day first, never month first: what would be another day the other way is shown to whoever imports it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ledger.money import Currency, Money
from ledger.typed_money import NumberStyle, read_typed_money

_MONTHS = {
    name: n
    for n, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"), 1)
    for name in names.split()
}  # fmt: skip
_TIME = r"(?:[T ]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:Z|UTC|[+-]\d{2}:?\d{2}|[ap]m)?)?"
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + _TIME, re.IGNORECASE)
_FIGURES = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})" + _TIME, re.IGNORECASE)
_WORDS = re.compile(r"(?:[a-z]+,? )?(\d{1,2})(?:st|nd|rd|th)?[ -]([a-z]+)\.?,?[ -](\d{4}|\d{2})" + _TIME, re.IGNORECASE)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MINUS = "-\u2212\u2013"
_LONGEST = 40


class BadCsvDay(ValueError):
    """A cell that holds no day; the message says what to write."""


@dataclass(frozen=True, slots=True)
class DayReadBothWays:
    """A day that a reader could take month first, and how it was read."""

    written: str
    read: date


def read_csv_day(text: str) -> date:
    """The day in a cell: `28/11/2026`, `28-11-26`, `2026-11-28`, `28 Nov 2026`; a time behind it is not looked at.

    Raises BadCsvDay.
    """
    text = text.strip()[: _LONGEST + 1]
    if not text:
        raise BadCsvDay("The day is missing.")
    day, month, year = _parts(text)
    if not 1 <= month <= 12:
        raise BadCsvDay(f"“{text}” has no month {month}: days are read day first, like 28/11/2026.")
    try:
        return date(year, month, day)
    except ValueError:
        raise BadCsvDay(f"“{text}” is no day of the calendar.") from None


def _parts(text: str) -> tuple[int, int, int]:
    """Day, month and year."""
    if match := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        year, month, day = map(int, match.groups())
        return day, month, year
    if match := _FIGURES.fullmatch(text):
        return int(match[1]), int(match[2]), _year(match[3])
    if (match := _WORDS.fullmatch(text)) and match[2].casefold() in _MONTHS:
        return int(match[1]), _MONTHS[match[2].casefold()], _year(match[3])
    raise BadCsvDay(f"“{text}” is not read as a day. Write it like 28/11/2026 or 2026-11-28.")


def _year(written: str) -> int:
    return int(written) if len(written) == 4 else 2000 + int(written)


def days_read_both_ways(cells: Iterable[str]) -> DayReadBothWays | None:
    """The first day that is another one month first; None where every day can be read one way only."""
    for cell in cells:
        match = _FIGURES.fullmatch(cell.strip())
        if match and int(match[1]) <= 12 and match[1].zfill(2) != match[2].zfill(2):
            try:
                return DayReadBothWays(cell.strip(), read_csv_day(cell))
            except BadCsvDay:
                continue
    return None


def read_csv_amount(text: str, of: Currency, style: NumberStyle) -> Money:
    """The amount in a cell, below zero for `-12.00`, `12.00-`, `(12.00)` and `12.00 DR`. Raises BadAmount."""
    figures, is_negative = _unsigned(text[: _LONGEST + 1])
    amount = read_typed_money(figures, of, style)
    return -amount if is_negative else amount


def _unsigned(text: str) -> tuple[str, bool]:
    text = text.strip()
    if len(text) > 2 and text[0] == "(" and text[-1] == ")":
        return text[1:-1].strip(), True
    if text[-2:].upper() in ("CR", "DR"):
        return text[:-2].strip(), text[-2:].upper() == "DR"
    if text[-1:] and text[-1] in _MINUS:
        return text[:-1].strip(), True
    match = re.fullmatch(rf"(\W?)\s*([{re.escape(_MINUS)}+])\s*(.+)", text)
    if match is None:
        return text, False
    return match[1] + match[3], match[2] != "+"


def is_like_day(text: str) -> bool:
    """Whether a cell holds a day."""
    try:
        read_csv_day(text)
    except BadCsvDay:
        return False
    return True


def is_like_amount(text: str) -> bool:
    """Whether a cell holds figures with decimals, in whatever currency."""
    figures, _ = _unsigned(text[: _LONGEST + 1])
    return bool(re.fullmatch(r"\W?\s*\d[\d,. ]*[.,]\d{2}\s*\W?", figures))

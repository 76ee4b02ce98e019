"""A list as CSV, for Excel and its kin: amounts as plain numbers, days as 2026-11-21, and no cell a formula."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, tzinfo
from functools import lru_cache
from io import StringIO
from typing import Any

from ledger.money import Money
from treasury.lists.desk_list import CellValue, ColumnKind, ListColumn
from web.spreadsheets import FORMULA_BEGINS, harmless

MARK_OF_UTF8 = "\ufeff"  # without it Excel reads names in the machine's own old alphabet


def csv_parts(columns: Sequence[ListColumn[Any]], batches: Iterable[Sequence[Any]], zone: tzinfo) -> Iterator[bytes]:
    """The file, part by part: its headings, then the rows of each batch. Instants are written in this time zone."""
    write = [(column.value, _writer(column.kind, zone)) for column in columns]
    yield (MARK_OF_UTF8 + _lines([[column.heading for column in columns]])).encode()
    for rows in batches:
        # Column by column: that way a cell costs two calls and no loop of ours.
        cells = [map(text, map(value, rows)) for value, text in write]
        yield _lines(zip(*cells, strict=True)).encode()


def plain_amount(amount: Money) -> str:
    """An amount in figures alone, as spreadsheets read it: "-1234.50"."""
    places = amount.currency.exponent
    if not places:
        return str(amount.minor)
    whole, part = divmod(abs(amount.minor), 10**places)
    return f"{'-' if amount.minor < 0 else ''}{whole}.{part:0{places}}"


def _lines(rows: Iterable[Sequence[str]]) -> str:
    file = StringIO()
    csv.writer(file, lineterminator="\r\n").writerows(rows)
    return file.getvalue()


def _writer(kind: ColumnKind, zone: tzinfo) -> Callable[[CellValue], str]:
    @lru_cache(maxsize=1024)  # rows that follow each other are of the same days
    def day(value: CellValue) -> str:
        return str(local_day(value, zone)) if isinstance(value, date) else ""

    def instant(value: CellValue) -> str:
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else day(value)

    match kind:
        case ColumnKind.MONEY:
            return lambda value: plain_amount(value) if isinstance(value, Money) else ""
        case ColumnKind.COUNT:
            return lambda value: "" if value is None else str(value)
        case ColumnKind.DAY:
            return day
        case ColumnKind.INSTANT:
            return instant
        case _:
            return _harmless_text


def _harmless_text(value: CellValue) -> str:
    """As `harmless`, which would be a second call for each of a million rows' cells."""
    text = str(value) if value else ""
    return harmless(text) if text[:1] in FORMULA_BEGINS else text


def local_day(value: date, zone: tzinfo) -> date:
    """A day, or the day of an instant in this time zone."""
    return value.astimezone(zone).date() if isinstance(value, datetime) else value

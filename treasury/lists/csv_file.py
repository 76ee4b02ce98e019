"""A list as CSV, for Excel and its kin: amounts as plain numbers, days as 2026-11-21, and no cell a formula."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, tzinfo
from io import StringIO
from typing import Any

from ledger.money import Money
from treasury.lists.desk_list import CellValue, ColumnKind, ListColumn
from web.spreadsheets import harmless

MARK_OF_UTF8 = "\ufeff"  # without it Excel reads names in the machine's own old alphabet


def csv_parts(columns: Sequence[ListColumn[Any]], batches: Iterable[Sequence[Any]], zone: tzinfo) -> Iterator[bytes]:
    """The file, part by part: its headings, then the rows of each batch. Instants are written in this time zone."""
    write = [(column.value, _writer(column.kind, zone)) for column in columns]
    yield (MARK_OF_UTF8 + _lines([[column.heading for column in columns]])).encode()
    for rows in batches:
        yield _lines([text(value(row)) for value, text in write] for row in rows).encode()


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
            return lambda value: harmless(str(value)) if value else ""


def local_day(value: date, zone: tzinfo) -> date:
    """A day, or the day of an instant in this time zone."""
    return value.astimezone(zone).date() if isinstance(value, datetime) else value

"""A list as a workbook of Excel, row by row into a file: the memory that it takes does not grow with the list."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Any

from ledger.money import Money
from treasury.lists.csv_file import local_day
from treasury.lists.desk_list import CellValue, ColumnKind, ListColumn

MOST_ROWS = 1_048_575  # of a sheet, besides its headings; what is more goes on in the next sheet
WIDTH = {ColumnKind.TEXT: 24, ColumnKind.MONEY: 12, ColumnKind.COUNT: 8, ColumnKind.DAY: 11, ColumnKind.INSTANT: 16}


def write_workbook(
    path: Path, title: str, columns: Sequence[ListColumn[Any]], batches: Iterable[Sequence[Any]], zone: tzinfo
) -> None:
    """Write the rows of these batches into a new file. Texts are texts: none is read as a formula or a link."""
    # XlsxWriter takes 0.13 s to import and is needed only here.
    from xlsxwriter import Workbook  # noqa: PLC0415

    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "tmpdir": str(path.parent),
    }  # fmt: skip
    with Workbook(str(path), options) as book:
        formats = {
            ColumnKind.MONEY: book.add_format({"num_format": "#,##0.00"}),
            ColumnKind.DAY: book.add_format({"num_format": "yyyy-mm-dd"}),
            ColumnKind.INSTANT: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        }
        bold, sheet, n, sheets = book.add_format({"bold": True}), None, 0, 0
        for row in (row for rows in batches for row in rows):
            if sheet is None or n == MOST_ROWS:
                sheets, n = sheets + 1, 0
                sheet = _sheet(book, f"{title} {sheets}" if sheets > 1 else title, columns, bold)
            n += 1
            for place, column in enumerate(columns):
                value = _plain(column.value(row), column.kind, zone)
                if value not in (None, ""):
                    sheet.write(n, place, value, formats.get(column.kind))
        if sheet is None:
            _sheet(book, title, columns, bold)


def _sheet(book: Any, title: str, columns: Sequence[ListColumn[Any]], bold: Any) -> Any:
    sheet = book.add_worksheet(title)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, WIDTH[column.kind])
        sheet.write_string(0, place, column.heading, bold)
    sheet.freeze_panes(1, 0)
    return sheet


def _plain(value: CellValue, kind: ColumnKind, zone: tzinfo) -> Any:
    """What XlsxWriter is given: a number for an amount, a day without its time zone, which Excel does not know."""
    match value:
        case Money():
            return value.decimal
        case datetime() if kind is ColumnKind.INSTANT:
            return value.astimezone(zone).replace(tzinfo=None)
        case date():
            return local_day(value, zone)
        case _:
            return value

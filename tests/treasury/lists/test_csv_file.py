"""The files of a list: what spreadsheets read."""

import csv
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest

from ledger.money import GBP, JPY, Money, currency
from treasury.lists.csv_file import csv_parts, plain_amount
from treasury.lists.desk_list import CellValue, ColumnKind, ListColumn
from treasury.lists.xlsx_file import write_workbook
from web.spreadsheets import harmless

LONDON = ZoneInfo("Europe/London")
Row = tuple[CellValue, ...]
COLUMNS: list[ListColumn[Row]] = [
    ListColumn("Name", lambda row: row[0]),
    ListColumn("Amount", lambda row: row[1], ColumnKind.MONEY),
    ListColumn("Day", lambda row: row[2], ColumnKind.DAY),
    ListColumn("At", lambda row: row[3], ColumnKind.INSTANT),
    ListColumn("Count", lambda row: row[4], ColumnKind.COUNT),
]
LATE = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)  # 2 July in London
ROWS: list[Row] = [
    ('=HYPERLINK("http://x")', Money(-123_450, GBP), date(2026, 11, 21), LATE, 0),
    ('Zoë, "the" Ünal\nof Leeds', None, LATE, None, None),
]


def test_a_file_opens_in_a_spreadsheet_as_it_was_meant() -> None:
    """Names in UTF-8 with its mark, amounts as numbers, days in the organisation's zone, and no formula."""
    text = b"".join(csv_parts(COLUMNS, [ROWS[:1], ROWS[1:], []], LONDON)).decode()

    assert text.startswith("\ufeffName,Amount,Day,At,Count\r\n")
    assert list(csv.reader(StringIO(text[1:], newline="")))[1:] == [
        ['\'=HYPERLINK("http://x")', "-1234.50", "2026-11-21", "2026-07-02 00:30", "0"],
        ['Zoë, "the" Ünal\nof Leeds', "", "2026-07-02", "", ""],
    ]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_no_text_is_a_formula(begin: str) -> None:
    """However it begins; an amount below zero is a number and stays one."""
    assert (harmless(f"{begin}1"), harmless("a=1")) == (f"'{begin}1", "a=1")


def test_amounts_have_the_decimals_of_their_currency() -> None:
    """None for yen, three for dinars."""
    amounts = [Money(5, GBP), Money(-5, GBP), Money(2500, JPY), Money(-12_340, currency("KWD"))]

    assert [plain_amount(amount) for amount in amounts] == ["0.05", "-0.05", "2500", "-12.340"]


def test_a_workbook_holds_numbers_days_and_texts(tmp_path: Path) -> None:
    """A text that looks like a formula is a text in it."""
    path = tmp_path / "list.xlsx"
    write_workbook(path, "Gifts", COLUMNS, [ROWS], LONDON)
    with ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        formulas, texts = "<f>" in sheet, sheet.count('t="inlineStr"')

    assert (formulas, "<v>-1234.5" in sheet, texts) == (False, True, 7)
    assert "HYPERLINK" in sheet

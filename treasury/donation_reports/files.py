"""A report as rows for files: the Commission's columns in their order, whose texts are never formulas."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, tzinfo
from pathlib import Path
from tempfile import TemporaryDirectory

from compliance.report_line import COLUMNS, ReportedGift
from compliance.report_words import cell_words
from ledger.money import GBP, Money
from treasury.lists.csv_file import csv_parts
from treasury.lists.desk_list import CellValue, ColumnKind, ListColumn
from treasury.lists.xlsx_file import write_workbook

OTHERS = "All other donations above the threshold, in one sum"
_DAYS = frozenset({"received_on", "accepted_on", "returned_on"})
_NOTHING = ReportedGift(*[""] * len(fields(ReportedGift)))


@dataclass(frozen=True, slots=True)
class ReportRows:
    """What a file of a report holds: its lines, then what went back, then the sum of all others."""

    lines: Sequence[ReportedGift]
    returned: Sequence[ReportedGift]
    others: Money

    def __iter__(self) -> Iterator[ReportedGift]:
        yield from self.lines
        yield from self.returned
        if self.others:
            yield replace(_NOTHING, donor=OTHERS, value=str(self.others.decimal))


def report_csv(rows: Iterable[ReportedGift], zone: tzinfo) -> bytes:
    """The rows as CSV for Excel and its kin."""
    return b"".join(csv_parts(FILE_COLUMNS, [list(rows)], zone))


def report_xlsx(rows: Iterable[ReportedGift], title: str, zone: tzinfo) -> bytes:
    """The rows as a workbook: amounts are numbers, and days are days."""
    with TemporaryDirectory(prefix="farthing-export-") as folder:
        path = Path(folder) / "report.xlsx"
        write_workbook(path, title, FILE_COLUMNS, [list(rows)], zone)
        return path.read_bytes()


def _column(name: str, heading: str) -> ListColumn[ReportedGift]:
    kind = ColumnKind.DAY if name in _DAYS else ColumnKind.MONEY if name == "value" else ColumnKind.TEXT
    return ListColumn(heading, _value(name), kind)


def _value(name: str) -> Callable[[ReportedGift], CellValue]:
    def cell(line: ReportedGift) -> CellValue:
        text: str = getattr(line, name)
        if name == "value":
            return Money.parse(text, GBP)
        if name in _DAYS:
            return date.fromisoformat(text) if text else None
        return cell_words(name, text)

    return cell


FILE_COLUMNS: Sequence[ListColumn[ReportedGift]] = [_column(name, heading) for name, heading in COLUMNS.items()]

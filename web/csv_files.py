"""Reads a CSV file that a bank or a spreadsheet made: its encoding, delimiter, header and lines. Pure.

Nothing is executed and nothing is guessed by the file's name. What cannot be read is said by its line number, as an
editor or a spreadsheet counts lines.
"""

import codecs
import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from web.csv_values import is_like_amount, is_like_day
from web.spreadsheets import FORMULA_BEGINS

MOST_BYTES = 2 * 1024 * 1024
MOST_LINES = 10_000
MOST_COLUMNS = 60
LONGEST_ROW_LINES = 20  # a quoted cell that goes on longer was never closed
PREAMBLE_LINES = 40  # banks print the account's name and number above the header
DELIMITERS = (",", ";", "\t")
_OTHER_FILES = {
    b"PK\x03\x04": "an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
}


class UnreadableFile(ValueError):
    """A file that is no table of text lines; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class CsvLine:
    """One line below the header. `fault` says why it cannot be read as cells; then `cells` is what was understood."""

    number: int
    cells: tuple[str, ...]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A file that was read: the names of its columns, and the lines that hold something.

    `skipped` is how many lines stand above the header. `shape` is the same for all files with the same header.
    """

    names: tuple[str, ...]
    lines: tuple[CsvLine, ...]
    skipped: int
    encoding: str
    delimiter: str
    has_header: bool = True

    @property
    def shape(self) -> str:
        """The hash of the header's names, by which the choice of columns is remembered."""
        kind = "header" if self.has_header else "none"
        words = "\n".join([kind, *map(plain_name, self.names)])
        return hashlib.sha256(words.encode()).hexdigest()

    @property
    def examples(self) -> tuple[CsvLine, ...]:
        """The first three lines, for whoever picks the columns."""
        return tuple(islice((line for line in self.lines if not line.fault), 3))


def read_csv(content: bytes, known_names: Sequence[str] = ()) -> CsvTable:
    """The table in a file. `known_names`: usual names of its columns, by which its header is recognised.

    Raises UnreadableFile for what is too large, no text, or no table.
    """
    if len(content) > MOST_BYTES:
        raise UnreadableFile("The file is larger than 2 MB. Divide it into several, each with the header.")
    text, encoding = _text(content)
    if text.count("\n") + text.count("\r") - text.count("\r\n") > MOST_LINES + PREAMBLE_LINES:
        raise UnreadableFile(f"The file has more than {MOST_LINES:,} lines. Divide it into several.")
    names = {plain_name(name) for name in known_names}
    delimiter, text, first = _delimiter(text, names)
    rows = [row for row in _rows(text, delimiter, first) if any(row.cells) or row.fault]
    if not rows:
        raise UnreadableFile("The file has no lines. Choose the file that holds the table.")
    return _table(rows, names, encoding, delimiter)


def plain_name(name: str) -> str:
    """A column's name without capitals, signs and what stands in brackets: `Amount (GBP)` is `amount`."""
    words = re.sub(r"\([^)]*\)", " ", name).casefold()
    return " ".join(re.findall(r"\w+", words))


def _text(content: bytes) -> tuple[str, str]:
    for begins, kind in _OTHER_FILES.items():
        if content.startswith(begins):
            raise UnreadableFile(f"This is {kind}. Open it, save it as CSV, and choose that file.")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, encoding
    raise UnreadableFile("This is no text file. Save the table as CSV, in UTF-8, and choose that file.")


def _delimiter(text: str, names: set[str]) -> tuple[str, str, int]:
    """The delimiter, the text without Excel's own line about it, and the number of its first line."""
    if match := re.match(r"\s*sep=([,;\t])[^\S\r\n]*(?:\r\n|\r|\n)", text):
        return match[1], text[match.end() :], 2
    start = text[:20_000]
    return max(DELIMITERS, key=lambda delimiter: _fitness(start, delimiter, names)), text, 1


def _fitness(start: str, delimiter: str, names: set[str]) -> tuple[int, int, int]:
    """How well a delimiter divides the first lines: by known names, then by how many lines have as many columns."""
    rows: list[tuple[str, ...]] = []
    with suppress(UnreadableFile):  # the start may end inside quotation marks
        rows.extend(row.cells for row in islice(_rows(start, delimiter, 1), PREAMBLE_LINES))
    known = max((_known(cells, names) for cells in rows), default=0)
    widths = Counter(len(cells) for cells in rows if len(cells) > 1)
    width, lines = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    return known, lines, width


def _known(cells: Sequence[str], names: set[str]) -> int:
    return len(names & set(map(plain_name, cells)))


def _rows(text: str, delimiter: str, first: int) -> Iterator[CsvLine]:
    """Every row, with the number of the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        number = first + reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if first + reader.line_num - number > LONGEST_ROW_LINES:
                raise UnreadableFile(_open_quote(number)) from None
            yield CsvLine(number, (), _fault(str(error), number))
            continue
        if first + reader.line_num - number > LONGEST_ROW_LINES:
            raise UnreadableFile(_open_quote(number))
        yield CsvLine(number, tuple(map(_cell, cells)))


def _fault(error: str, number: int) -> str:
    if "unexpected end" in error or "field limit" in error:
        raise UnreadableFile(_open_quote(number))
    return "A quotation mark stands inside a cell. Write it twice, or take it out."


def _open_quote(number: int) -> str:
    return f"A quotation mark is opened on line {number} and never closed. Close it or take it out."


def _cell(text: str) -> str:
    """A cell without spaces around it, and without the apostrophe that keeps spreadsheets from reading a formula."""
    text = text.strip()
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA_BEGINS and len(text) > 1 else text


def _table(rows: Sequence[CsvLine], names: set[str], encoding: str, delimiter: str) -> CsvTable:
    header = _header(rows, names)
    if header is None:
        width = max(len(row.cells) for row in rows)
        columns, lines, skipped = tuple(f"Column {n}" for n in range(1, width + 1)), rows, 0
    else:
        row = rows[header]
        columns, lines, skipped = _without_empty_end(row.cells), rows[header + 1 :], row.number - 1
    if not columns:
        raise UnreadableFile("The file has no table that can be read. Save it as CSV anew.")
    if len(columns) > MOST_COLUMNS:
        raise UnreadableFile(f"The file has more than {MOST_COLUMNS} columns. Take out those that are not needed.")
    if len(lines) > MOST_LINES:
        raise UnreadableFile(f"The file has more than {MOST_LINES:,} lines. Divide it into several.")
    fitted = tuple(_fitted(line, len(columns)) for line in lines)
    return CsvTable(columns, fitted, skipped, encoding, delimiter, header is not None)


def _header(rows: Sequence[CsvLine], names: set[str]) -> int | None:
    """Which row is the header: the one with most known names; else the first that has three cells. None: no row."""
    start = rows[:PREAMBLE_LINES]
    known, place = max((_known(row.cells, names), -n) for n, row in enumerate(start))
    if known >= 2:
        return -place
    filled = [sum(map(bool, row.cells)) for row in start]
    least = min(3, max(filled))  # what banks print above a header are pairs
    first = next(n for n, cells in enumerate(filled) if cells >= least)
    cells = start[first].cells
    is_data = any(map(is_like_day, cells)) and any(map(is_like_amount, cells))
    return None if is_data and first == 0 else first


def _without_empty_end(cells: tuple[str, ...]) -> tuple[str, ...]:
    while len(cells) > 1 and not cells[-1]:
        cells = cells[:-1]
    return cells


def _fitted(line: CsvLine, width: int) -> CsvLine:
    """A line with as many cells as there are columns."""
    if line.fault:
        return line
    if any(line.cells[width:]):
        return CsvLine(
            line.number,
            line.cells,
            f"This line has {len(line.cells)} cells, the header {width}."
            " Put quotation marks around a cell that has a delimiter in it.",
        )
    return CsvLine(line.number, (line.cells + ("",) * width)[:width])

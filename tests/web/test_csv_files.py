"""CSV files as banks and spreadsheets make them: what is read, and why a line or a file is not."""

from datetime import date

import pytest

from ledger.money import GBP, BadAmount, Money
from ledger.typed_money import NumberStyle
from web.csv_columns import CsvField, cells_of, fits, guess_columns, names_of, read_columns
from web.csv_files import MOST_BYTES, UnreadableFile, read_csv
from web.csv_values import BadCsvDay, days_read_both_ways, read_csv_amount, read_csv_day

FIELDS = (
    CsvField("day", "Day", ("date", "transaction date"), is_needed=True),
    CsvField("amount", "Amount", ("value", "paid in"), is_needed=True),
    CsvField("reference", "Reference", ("note", "description")),
)
NAMES = names_of(FIELDS)
POUNDS = NumberStyle(names=frozenset({"£", "GBP"}))
PLAIN = "Date,Amount,Description\n28/11/2026,12.00,Zoë\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (PLAIN.encode(), "utf-8-sig"),
        (PLAIN.encode("utf-8-sig"), "utf-8-sig"),
        (PLAIN.encode("cp1252"), "cp1252"),
        (PLAIN.replace(",", "\t").encode("utf-16"), "utf-16"),
        (PLAIN.replace(",", ";").replace("\n", "\r\n").encode(), "utf-8-sig"),
        (("sep=;\n" + PLAIN.replace(",", ";")).encode(), "utf-8-sig"),
        (PLAIN.replace("\n", "\r").encode(), "utf-8-sig"),
    ],
)
def test_encodings_delimiters_and_line_ends_are_found(content: bytes, encoding: str) -> None:
    """UTF-8, Windows-1252 and Excel's UTF-16; commas, semicolons and tabs; three kinds of line ends."""
    table = read_csv(content, NAMES)
    assert table.encoding == encoding
    assert table.names == ("Date", "Amount", "Description")
    assert [line.cells for line in table.lines] == [("28/11/2026", "12.00", "Zoë")]


def test_lines_above_the_header_are_skipped_and_numbers_are_those_of_the_file() -> None:
    """Banks print the account above the header; a quoted cell may span lines."""
    preamble = '"Account Name:","Current ****1234"\n"Account Balance:","£1,234.00"\n\n'
    text = preamble + 'Date,Amount,Description\n28/11/2026,"1,000.00","two\nlines"\n\n27/11/2026,2.00,last\n'
    table = read_csv(text.encode(), NAMES)
    assert (table.skipped, [line.number for line in table.lines]) == (3, [5, 8])
    assert table.lines[0].cells == ("28/11/2026", "1,000.00", "two\nlines")
    other = read_csv(text.encode())  # nobody says which names are usual
    assert other.names == table.names


def test_a_file_without_a_header_has_numbered_columns() -> None:
    """Its first line is data, and its shape is no header's."""
    table = read_csv(b"28/11/2026,12.00,x\n27/11/2026,13.00,y\n", NAMES)
    assert (table.has_header, table.names[0], len(table.lines)) == (False, "Column 1", 2)
    assert table.shape != read_csv(b"Column 1,Column 2,Column 3\n1,2,3\n").shape


def test_a_semicolon_file_with_decimal_commas_is_divided_by_semicolons() -> None:
    """A comma inside amounts and texts divides nothing."""
    assert read_csv(b"Datum;Betrag;Zweck\n28.11.2026;1,50;a, b\n1.1.2026;2,50;c, d\n").names[1] == "Betrag"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"x" * (MOST_BYTES + 1), "2 MB"),
        (b"Date,Amount\n" + b"1/1/2026,1\n" * 10_041, "10,000"),
        (b"Date,Amount\n" + b"1/1/2026,1\n" * 10_001, "10,000"),
        (b"", "no lines"),
        (b"PK\x03\x04rest", "Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"Date\0,Amount\n", "no text file"),
        (b'Date,Amount\n1/1/2026,"1.00\n2/1/2026,2.00\n', "line 2"),
        (b'Date,Amount\n1/1/2026,"1.00\n' + b"2/1/2026,2.00\n" * 30 + b'2/1/2026,"2"\n', "line 2"),
        (b'Date,Amount\n1/1/2026,"' + b"x" * 140_000, "line 2"),
        (b",".join([b"name"] * 61) + b"\n", "60 columns"),
    ],
)
def test_a_file_that_is_no_table_says_why(content: bytes, says: str) -> None:
    """The reason says what to do, and where."""
    with pytest.raises(UnreadableFile, match=says):
        read_csv(content, NAMES)


def test_a_bad_line_has_its_number_and_a_reason_and_the_others_are_read() -> None:
    """One bad line does not keep the others from being read."""
    table = read_csv(b'Date,Amount\n1/1/2026,1,000.00\n2/1/2026,"a"b\n3/1/2026\n4/1/2026,1.00,,\n', NAMES)
    assert [(line.number, bool(line.fault)) for line in table.lines] == [(2, True), (3, True), (4, False), (5, False)]
    assert table.lines[2].cells == ("3/1/2026", "")


def test_a_formula_is_only_text_and_our_own_apostrophe_is_taken_off() -> None:
    """Nothing is computed, and a file of ours comes back as it was."""
    cells = read_csv(b"Date,Amount,Note\n1/1/2026,'-1.00,=SUM(A1)\n", NAMES).lines[0].cells
    assert cells == ("1/1/2026", "-1.00", "=SUM(A1)")


def test_columns_are_found_by_their_usual_names_and_picked_by_hand() -> None:
    """A column serves one field; what was remembered is checked against the file."""
    table = read_csv(b"Transaction Date,Type,Paid In (GBP),Note\n1/1/2026,x,1.00,n\n", NAMES)
    assert guess_columns(table, FIELDS) == {"day": 0, "amount": 2, "reference": 3}
    typed = {"column-day": "0", "column-amount": "0", "column-reference": "9"}
    columns, errors = read_columns(typed, table, FIELDS)
    assert set(errors) == {"column-amount"}
    columns, errors = read_columns(typed | {"column-amount": "2"}, table, FIELDS)
    assert (errors, cells_of(table.lines[0], columns)) == ({}, {"day": "1/1/2026", "amount": "1.00"})
    assert set(read_columns({}, table, FIELDS)[1]) == {"column-day", "column-amount"}
    assert fits(columns, table, FIELDS)
    assert not fits({"day": 0, "amount": 4}, table, FIELDS)
    assert not fits({"day": 0}, table, FIELDS)


def test_the_shape_is_that_of_the_header_alone() -> None:
    """Capitals, brackets, delimiters and lines do not change it."""
    shapes = {read_csv(text, NAMES).shape for text in (b"Date,Amount\n1/1/2026,1\n", b"x\n DATE ;amount (GBP)\n2;3\n")}
    assert len(shapes) == 1


@pytest.mark.parametrize(
    "text",
    [
        "05/04/2026", "5/4/26", "05-04-2026", "5.4.2026", "2026-04-05", "20260405", "5 Apr 2026", "05-Apr-26",
        "5th April 2026", "Sun, 5 April 2026", "2026-04-05T10:11:12Z", "05/04/2026 10:11",
    ],
)  # fmt: skip
def test_days_are_read_day_first(text: str) -> None:
    """The fifth of April, never the fourth of May."""
    assert read_csv_day(text) == date(2026, 4, 5)


@pytest.mark.parametrize(
    ("text", "says"),
    [("", "missing"), ("04/13/2026", "no month 13"), ("31/02/2026", "calendar"), ("46000", "not read"), ("May", "not")],
)
def test_what_is_no_day_says_what_to_write(text: str, says: str) -> None:
    """A month 13 says that days come first; a spreadsheet's number for a day is none."""
    with pytest.raises(BadCsvDay, match=says):
        read_csv_day(text)


def test_a_day_that_could_be_read_month_first_is_named() -> None:
    """So that the page can say how it was read."""
    both = days_read_both_ways(["2026-04-05", "04/04/2026", "13/04/2026", "3/4/2026"])
    assert both is not None
    assert (both.written, both.read) == ("3/4/2026", date(2026, 4, 3))
    assert days_read_both_ways(["28/11/2026"]) is None


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("£1,234.50", 123450), ("1234.5", 123450), ("(12.00)", -1200), ("12.00-", -1200), ("-12.00", -1200),
        ("-£12.00", -1200), ("£-12.00", -1200), ("+12", 1200), ("\u221212.00", -1200), ("12.00 DR", -1200),
        ("12.00CR", 1200), ("GBP 12.00", 1200), ("(£1,000.00)", -100000), ("0.00", 0),
    ],
)  # fmt: skip
def test_amounts_are_read_with_their_sign(text: str, minor: int) -> None:
    """Brackets, a sign before or behind, and a bank's CR and DR."""
    assert read_csv_amount(text, GBP, POUNDS) == Money(minor, GBP)


@pytest.mark.parametrize("text", ["", "1,50", "--1", "(-1)", "€5", "=1+1", "1e3", "nothing", "12.345"])
def test_what_could_be_another_amount_is_refused(text: str) -> None:
    """Nothing is guessed about money."""
    with pytest.raises(BadAmount):
        read_csv_amount(text, GBP, POUNDS)

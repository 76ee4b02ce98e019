"""Reads the file of a bank's statement, whatever its format: OFX, camt.053, or CSV once its columns are known. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.money import BadAmount, Currency, Money
from ledger.typed_money import NumberStyle
from payments.bank.camt_file import is_camt, read_camt
from payments.bank.line import BankStatementLine, NotAStatement, Statement, StatementFormat, UnreadLine
from payments.bank.ofx_file import is_ofx, read_ofx
from payments.bank.statement_values import BadLine, statement_line
from web.csv_columns import Columns, CsvField, cells_of, names_of
from web.csv_files import CsvLine, CsvTable, UnreadableFile, read_csv
from web.csv_values import BadCsvDay, DayReadBothWays, days_read_both_ways, read_csv_amount, read_csv_day

# The usual names in the files of Barclays, HSBC, Lloyds, NatWest, Nationwide, Metro, Monzo, Starling, Tide, CAF Bank,
# Unity Trust and the Co-operative Bank.
AMOUNT, CAME, WENT = "amount", "came", "went"
FIELDS = (
    CsvField(
        "day", "Day",
        ("Date", "Transaction date", "Posting date", "Booking date", "Value date", "Completed date", "Date completed"),
        is_needed=True,
    ),
    CsvField(AMOUNT, "Amount, below zero for what went out", ("Amount", "Value", "Net amount", "Transaction amount")),
    CsvField(CAME, "Paid in", ("Money in", "Credit", "Credit amount", "Credits", "In", "Receipts", "Deposits")),
    CsvField(WENT, "Paid out", ("Money out", "Debit", "Debit amount", "Debits", "Out", "Payments", "Withdrawals")),
    CsvField(
        "description", "Description",
        ("Transaction description", "Details", "Transaction details", "Narrative", "Memo", "Counter party", "Name"),
        is_needed=True,
    ),
    CsvField("more", "More words", ("Name", "Counter party", "Payee", "Notes and #tags", "Notes", "Memo")),
    CsvField("reference", "Reference", ("Payment reference", "Payer reference", "Customer reference")),
    CsvField("currency", "Currency", ("Account currency",)),
    CsvField("file_id", "Number that the bank gives a line", ("Transaction ID", "Transaction number", "FITID")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A statement; `both_ways` is a day in it that could be read month first."""

    statement: Statement
    both_ways: DayReadBothWays | None = None


def csv_statement_table(content: bytes) -> CsvTable | None:
    """The table of a CSV file; None for another format. Raises NotAStatement."""
    if is_ofx(content) or is_camt(content):
        return None
    try:
        return read_csv(content, names_of(FIELDS))
    except UnreadableFile as why:
        raise NotAStatement(str(why)) from why


def read_other_statement(content: bytes) -> ReadFile:
    """An OFX or camt.053 file. Raises NotAStatement."""
    return ReadFile(read_ofx(content) if is_ofx(content) else read_camt(content))


def have_amount(columns: Columns) -> bool:
    """Whether the columns say what came and what went: one column with signs, or one for each."""
    return AMOUNT in columns or CAME in columns or WENT in columns


def read_csv_statement(table: CsvTable, columns: Columns, of: Currency, style: NumberStyle) -> ReadFile:
    """The lines of a CSV file by its columns. `of`: where no column says the currency."""
    lines: list[BankStatementLine] = []
    unread: list[UnreadLine] = []
    for row in table.lines:
        try:
            lines.append(_line(row, columns, of, style))
        except (BadLine, BadAmount, BadCsvDay) as why:
            unread.append(UnreadLine(row.number, " ".join(filter(None, row.cells))[:60], str(why)))
    days = (row.cells[columns["day"]] for row in table.lines if not row.fault)
    return ReadFile(Statement(StatementFormat.CSV, tuple(lines), tuple(unread)), days_read_both_ways(days))


def _line(row: CsvLine, columns: Columns, of: Currency, style: NumberStyle) -> BankStatementLine:
    if row.fault:
        raise BadLine(row.fault)
    cells = cells_of(row, columns)
    if (code := cells.get("currency", "").upper()) and code != of.code:
        raise BadLine(f"It is in {code[:3]}, and this account was said to be in {of.code}.")
    words = " ".join(dict.fromkeys(filter(None, (cells.get("description", ""), cells.get("more", "")))))
    return statement_line(
        row.number, read_csv_day(cells["day"]), _amount(cells, of, style), words, cells.get("reference", ""),
        cells.get("file_id"),
    )  # fmt: skip


def _amount(cells: Mapping[str, str], of: Currency, style: NumberStyle) -> Money:
    if cells.get(AMOUNT):
        return read_csv_amount(cells[AMOUNT], of, style)
    came, went = (_side(cells.get(name, ""), of, style) for name in (CAME, WENT))
    if came is None and went is None:
        raise BadLine("It has no amount.")
    nothing = Money(0, of)
    return (came or nothing) - (went or nothing)


def _side(written: str, of: Currency, style: NumberStyle) -> Money | None:
    """What stands in a column of its own for paid in or paid out: some banks write a minus there, some do not."""
    if not written:
        return None
    amount = read_csv_amount(written, of, style)
    return max(amount, -amount)

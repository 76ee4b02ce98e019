"""Lists of addresses for other mailing tools: an export of who agreed, and the opt-outs that come back. Values only."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO

from donors.donor import NotAnAddress, address_key
from web.spreadsheets import harmless

# The names under which mailing tools (Mailchimp, Brevo, Action Network) look for an address.
ADDRESS_COLUMNS = ("email address", "email", "e-mail", "email_address")
HEADINGS = ("Email Address", "Tags", "Consent", "Consent Version", "Confirmed", "Source")
MOST_LINES = 50_000


class UnreadableAddresses(ValueError):
    """A file that is no list of addresses; the message says what to do."""


@dataclass(frozen=True, slots=True)
class ExportLine:
    """One address on the list. `confirmed` is the instant in ISO 8601; `tag` names what it is about."""

    email: str
    tag: str
    words: str
    words_version: str
    confirmed: str
    source: str


@dataclass(frozen=True, slots=True)
class OptOuts:
    """The addresses of a file, each once, and the lines that are none, by number."""

    addresses: tuple[str, ...]
    unreadable: tuple[int, ...]


def export_text(lines: Iterable[ExportLine]) -> str:
    """The list as CSV. A field that a spreadsheet would take for a formula gets an apostrophe."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for line in lines:
        fields = (line.email, line.tag, line.words, line.words_version, line.confirmed, line.source)
        writer.writerow(map(harmless, fields))
    return text.getvalue()


def read_opt_outs(content: bytes) -> OptOuts:
    """The addresses of a CSV file with a column for them, or of a plain list of one address a line."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableAddresses("Save the file as CSV in UTF-8, and choose it again. Nothing was changed.") from None
    rows = [row for row in csv.reader(StringIO(text)) if row]
    if not rows:
        raise UnreadableAddresses("The file is empty. Nothing was changed.")
    if len(rows) > MOST_LINES:
        raise UnreadableAddresses(f"Split the file: {MOST_LINES:,} lines are the most. Nothing was changed.")
    column, first = _address_column(rows[0])
    return _addresses(rows[first:], column, first + 1)


def _address_column(heading: Sequence[str]) -> tuple[int, int]:
    """Which column has the addresses, and in which row they begin."""
    names = [name.strip().lower() for name in heading]
    for name in ADDRESS_COLUMNS:
        if name in names:
            return names.index(name), 1
    if any("@" in field for field in heading):
        return next(n for n, field in enumerate(heading) if "@" in field), 0
    raise UnreadableAddresses("Name the column of the addresses “Email Address”. Nothing was changed.")


def _addresses(rows: Sequence[Sequence[str]], column: int, first_line: int) -> OptOuts:
    addresses: dict[str, str] = {}
    unreadable = []
    for number, row in enumerate(rows, first_line):
        try:
            typed = row[column].strip()
            addresses.setdefault(address_key(typed), typed)
        except (IndexError, NotAnAddress):
            unreadable.append(number)
    return OptOuts(tuple(addresses.values()), tuple(unreadable))

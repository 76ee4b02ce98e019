"""Lines of a bank statement: as they were read, which of them are the same line, and what an import does. Pure."""

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from database.columns import canonical_json
from ledger.kinds import EntryKind
from ledger.money import Money

LONGEST_ACCOUNT, LONGEST_DESCRIPTION, LONGEST_REFERENCE, LONGEST_FILE_ID = 60, 300, 100, 100
MOST_LINES = 20_000


class StatementFormat(StrEnum):
    """How a bank writes its statement down."""

    CSV = "csv"
    OFX = "ofx"
    CAMT = "camt"


class MatchKind(StrEnum):
    """What a line of the bank is in our books."""

    PAYOUT = EntryKind.PAYOUT.value
    GIFT = EntryKind.GIFT.value
    DEPOSIT = EntryKind.DEPOSIT.value
    NOT_GIFT = "not_gift"


class NotAStatement(ValueError):
    """The file cannot be read as a bank statement; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class BankStatementLine:
    """A line as the file has it: `number` is its place there; money that left the account is negative.

    `file_id` is what the bank calls it (FITID, AcctSvcrRef); None where the file has no such thing.
    """

    number: int
    day: date
    amount: Money
    description: str
    reference: str
    file_id: str | None = None


@dataclass(frozen=True, slots=True)
class UnreadLine:
    """A line that cannot be read: why, in a sentence for the treasurer, and its beginning."""

    number: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A file that was read."""

    format: StatementFormat
    lines: tuple[BankStatementLine, ...]
    unread: tuple[UnreadLine, ...]


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A line that can be read, its key, and whether it is new."""

    line: BankStatementLine
    key: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import of a statement does with each of its lines, in the order of the file."""

    account: str
    statement: Statement
    planned: tuple[PlannedLine, ...]

    @property
    def new(self) -> list[PlannedLine]:
        """The lines that will be kept."""
        return [each for each in self.planned if each.is_new]

    @property
    def here(self) -> list[PlannedLine]:
        """The lines that are here already."""
        return [each for each in self.planned if not each.is_new]


def plan_import(account: str, statement: Statement, known: Collection[str]) -> ImportPlan:
    """What to do with each line; `known` are the keys that are kept."""
    keys = line_keys(account, statement.lines)
    planned = (PlannedLine(line, key, key not in known) for line, key in zip(statement.lines, keys, strict=True))
    return ImportPlan(account, statement, tuple(planned))


def line_keys(account: str, lines: Sequence[BankStatementLine]) -> list[str]:
    """Which line of the bank each is: by the file's own id, else by what it says.

    Of lines that are equal in all of it, it also counts the how-manyth of them this is: two equal payments of one day
    are two, and the same file twice adds nothing. A digest, so that nothing is left of a name that was erased.
    """
    counts: Counter[str] = Counter()
    keys = []
    for line in lines:
        says = [account.casefold(), line.day.isoformat(), line.amount.minor, line.amount.currency.code]
        says += ["id", line.file_id] if line.file_id else ["text", line.reference, line.description]
        content = canonical_json(says)
        counts[content] += 1
        keys.append(hashlib.sha256(f"{content}{counts[content]}".encode()).hexdigest())
    return keys

"""An account's statement: its entries in order, what each left it with, and the columns of its file. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.accounts import Account
from ledger.money import Money
from payments.gifts.entry_list_views import EntryListRow
from treasury.books.account_words import PLAIN_WORDS
from treasury.lists.desk_list import ColumnKind, ListColumn
from treasury.lists.entries_list import ENTRY_LIST

OPENING, CLOSING = "Opening balance", "Closing balance"


@dataclass(frozen=True, slots=True)
class AccountLine:
    """A line of a statement: an entry, or what the account held at one end. `balance` is debits less credits."""

    day: date
    what: str
    balance: Money
    entry: EntryListRow | None = None
    other: Account | None = None
    debit: Money | None = None
    credit: Money | None = None
    address: str = ""


def statement_lines(account: Account, before: Money, entries: Iterable[EntryListRow]) -> list[AccountLine]:
    """The lines of these entries of an account that held so much before them."""
    lines, balance = [], before
    for entry in entries:
        balance += entry.amount
        is_debit = entry.debit is account
        lines.append(
            AccountLine(
                entry.day,
                _what(entry),
                balance,
                entry,
                entry.credit if is_debit else entry.debit,
                entry.amount if is_debit else None,
                None if is_debit else -entry.amount,
                _address(entry),
            )
        )
    return lines


def statement_batches(
    account: Account, opening: AccountLine, batches: Iterable[Sequence[EntryListRow]], last: date
) -> Iterator[Sequence[AccountLine]]:
    """The whole statement, so many lines at a time: its opening, its entries, its closing."""
    yield [opening]
    balance = opening.balance
    for entries in batches:
        lines = statement_lines(account, balance, entries)
        yield lines
        balance = lines[-1].balance if lines else balance
    yield [AccountLine(last, CLOSING, balance)]


def _other_side(line: AccountLine) -> str | None:
    return PLAIN_WORDS[line.other] if line.other else None


STATEMENT_COLUMNS: Sequence[ListColumn[AccountLine]] = (
    ListColumn("Day", lambda line: line.day, ColumnKind.DAY),
    ListColumn("What", lambda line: line.what),
    ListColumn("Donor", lambda line: line.entry.donor if line.entry else None),
    ListColumn("For", lambda line: line.entry.campaign if line.entry else None),
    ListColumn("Other side", _other_side),
    ListColumn("Debit", lambda line: line.debit, ColumnKind.MONEY),
    ListColumn("Credit", lambda line: line.credit, ColumnKind.MONEY),
    ListColumn("Balance", lambda line: line.balance, ColumnKind.MONEY),
    ListColumn("Currency", lambda line: line.balance.currency.code),
    ListColumn("Subject", lambda line: line.entry.subject if line.entry else None),
    ListColumn("Gift", lambda line: line.entry.gift if line.entry else None),
    ListColumn("Key", lambda line: line.entry.key if line.entry else None),
)
# An entry is called here what the list of entries calls it, and leads to the same page.
_LISTED = next(column for column in ENTRY_LIST.columns if column.is_main)


def _what(entry: EntryListRow) -> str:
    return str(_LISTED.value(entry))


def _address(entry: EntryListRow) -> str:
    return (_LISTED.address(entry) if _LISTED.address else None) or ""

"""A month as one journal for Xero and for QuickBooks Online, in the columns that they document. Pure.

Xero: manual journals by CSV, help.xero.com "Enter multiple manual journals using an import template" (read 2026-11):
a positive amount is a debit; lines of one narration and date are one journal; dates are dd/mm/yyyy; at most 300 lines.
QuickBooks Online: quickbooks.intuit.com "Import journal entries" (read 2026-11): account names as they stand there, a
sub-account after its parent and a colon; debits and credits in columns of their own.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from io import StringIO

from ledger.accounts import Account
from ledger.entry import NO_CAMPAIGN
from ledger.journal_views import AccountSum
from ledger.money import Money
from ledger.periods import month_after
from treasury.lists.csv_file import plain_amount
from web.spreadsheets import harmless

XERO_COLUMNS = (
    "*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount", "TrackingName1", "TrackingOption1",
    "TrackingName2", "TrackingOption2",
)  # fmt: skip
QUICKBOOKS_COLUMNS = (
    "JournalNo", "JournalDate", "AccountName", "Debits", "Credits", "Description", "Name", "Currency", "Location",
    "Class",
)  # fmt: skip
XERO_MOST_LINES = 300


class AccountingProgram(StrEnum):
    """A program that takes a month as one journal."""

    XERO = "xero"
    QUICKBOOKS = "quickbooks"

    @property
    def label(self) -> str:
        """Its name."""
        return {"xero": "Xero", "quickbooks": "QuickBooks Online"}[self.value]

    @property
    def field(self) -> str:
        """What it knows an account by."""
        return {"xero": "account code", "quickbooks": "account name"}[self.value]


class UnmappedAccounts(ValueError):
    """Accounts that moved and have no code or name in the other program yet."""

    def __init__(self, accounts: Sequence[Account]) -> None:
        super().__init__(", ".join(account.value for account in accounts))
        self.accounts = tuple(accounts)


@dataclass(frozen=True, slots=True)
class AccountingMonth:
    """A month in one currency to be written: what each account and campaign moved, and the campaigns' titles."""

    month: date
    sums: Sequence[AccountSum]
    titles: Mapping[int, str]

    @property
    def last_day(self) -> date:
        """The month's last day, on which its journal is dated."""
        return month_after(self.month) - timedelta(days=1)


def xero_csv(of: AccountingMonth, codes: Mapping[Account, str], tax_rate: str) -> str:
    """The month for Xero; without its campaigns where they would be more lines than Xero takes.

    Raises UnmappedAccounts.
    """
    _require_mapped(of.sums, codes)
    return _csv(XERO_COLUMNS, _xero_rows(of, codes, tax_rate))


def quickbooks_csv(of: AccountingMonth, names: Mapping[Account, str]) -> str:
    """The month for QuickBooks Online. Raises UnmappedAccounts."""
    _require_mapped(of.sums, names)
    return _csv(QUICKBOOKS_COLUMNS, _quickbooks_rows(of, names))


def _xero_rows(of: AccountingMonth, codes: Mapping[Account, str], tax_rate: str) -> Iterator[Sequence[str]]:
    narration, day = f"Farthing {of.month:%B %Y}", f"{of.last_day:%d/%m/%Y}"
    for row in of.sums if len(of.sums) <= XERO_MOST_LINES else _without_campaigns(of.sums):
        title = harmless(of.titles.get(row.campaign, ""))
        tracking = ("Campaign", title) if title else ("", "")
        yield (
            f"{narration} {row.moved.currency}", day, row.account.value.replace("_", " "),
            harmless(codes[row.account]), tax_rate, plain_amount(row.moved), *tracking, "", "",
        )  # fmt: skip


def _quickbooks_rows(of: AccountingMonth, names: Mapping[Account, str]) -> Iterator[Sequence[str]]:
    for row in of.sums:
        amount = plain_amount(row.moved if row.moved.minor > 0 else -row.moved)
        debit, credit = (amount, "") if row.moved.minor > 0 else ("", amount)
        yield (
            f"FARTHING-{of.month:%Y-%m}-{row.moved.currency}", f"{of.last_day:%d/%m/%Y}",
            harmless(names[row.account]), debit, credit, f"{of.month:%B %Y}", "", row.moved.currency.code, "",
            harmless(of.titles.get(row.campaign, "")),
        )  # fmt: skip


def _without_campaigns(sums: Iterable[AccountSum]) -> list[AccountSum]:
    moved: dict[tuple[Account, str], Money] = {}
    for row in sums:
        key = row.account, row.moved.currency.code
        moved[key] = moved.get(key, Money(0, row.moved.currency)) + row.moved
    return [AccountSum(account, NO_CAMPAIGN, amount) for (account, _), amount in moved.items() if amount]


def _require_mapped(sums: Iterable[AccountSum], mapped: Mapping[Account, str]) -> None:
    missing = sorted({row.account for row in sums} - {account for account, code in mapped.items() if code})
    if missing:
        raise UnmappedAccounts(missing)


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    file = StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return file.getvalue()

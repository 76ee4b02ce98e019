"""A month for Xero and QuickBooks, field by field as their documentation asks for it."""

import csv
from datetime import date
from io import StringIO

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from ledger.accounts import Account
from ledger.journal_views import AccountSum
from ledger.money import GBP, JPY, Money
from staff.role import Role
from tests.clock import FixedClock
from tests.proof.books import Desk
from tests.staff.signing_in import sign_in_as
from tests.web.samples import pages
from treasury.books.accounting_csv import (
    QUICKBOOKS_COLUMNS,
    XERO_COLUMNS,
    XERO_MOST_LINES,
    AccountingMonth,
    UnmappedAccounts,
    quickbooks_csv,
    xero_csv,
)
from treasury.routes import treasury_routes
from web.errors import install_errors

SUMS = [
    AccountSum(Account.GIFTS, 1, Money(-250000, GBP)),
    AccountSum(Account.GIFTS, 2, Money(-1, GBP)),
    AccountSum(Account.FEES, 1, Money(3001, GBP)),
    AccountSum(Account.STRIPE, 0, Money(247000, GBP)),
]
OCTOBER = AccountingMonth(date(2026, 10, 1), SUMS, {1: "=Libraries", 2: "-1+2"})
CODES = {Account.GIFTS: "200", Account.FEES: "404", Account.STRIPE: "610"}
EXPORTS = "/desk/books/exports"


def rows_of(text: str) -> list[list[str]]:
    """The cells of a CSV."""
    return list(csv.reader(StringIO(text)))


def test_xero_gets_one_journal_of_signed_lines_with_campaigns_as_tracking() -> None:
    """A debit is positive; the day is the month's last, as dd/mm/yyyy; a title is no formula."""
    columns, *rows = rows_of(xero_csv(OCTOBER, CODES, "No VAT"))
    assert columns == list(XERO_COLUMNS)
    journal = ["Farthing October 2026 GBP", "31/10/2026"]
    assert rows == [
        [*journal, "gifts", "200", "No VAT", "-2500.00", "Campaign", "'=Libraries", "", ""],
        [*journal, "gifts", "200", "No VAT", "-0.01", "Campaign", "'-1+2", "", ""],
        [*journal, "fees", "404", "No VAT", "30.01", "Campaign", "'=Libraries", "", ""],
        [*journal, "stripe", "610", "No VAT", "2470.00", "", "", "", ""],
    ]
    assert sum(float(row[5]) for row in rows) == pytest.approx(0)


def test_xero_gets_no_more_lines_than_it_takes() -> None:
    """The accounts are added up without campaigns then, and nothing is lost."""
    many = [AccountSum(Account.GIFTS, n, Money(-1, GBP)) for n in range(XERO_MOST_LINES)]
    of = AccountingMonth(OCTOBER.month, [*many, AccountSum(Account.STRIPE, 0, Money(XERO_MOST_LINES, GBP))], {})
    assert [row[5] for row in rows_of(xero_csv(of, CODES, "No VAT"))[1:]] == ["-3.00", "3.00"]


def test_quickbooks_gets_debits_and_credits_apart_and_names() -> None:
    """One journal number; the campaign is the class. Yen have no decimals."""
    columns, *rows = rows_of(quickbooks_csv(OCTOBER, {**CODES, Account.GIFTS: "Income:Donations"}))
    assert columns == list(QUICKBOOKS_COLUMNS)
    assert rows[0] == [
        "FARTHING-2026-10-GBP", "31/10/2026", "Income:Donations", "", "2500.00", "October 2026", "", "GBP", "",
        "'=Libraries",
    ]  # fmt: skip
    assert rows[2][2:5] == ["404", "30.01", ""]
    yen = AccountingMonth(OCTOBER.month, [AccountSum(Account.STRIPE, 0, Money(500, JPY))], {})
    assert rows_of(quickbooks_csv(yen, CODES))[1][3] == "500"


def test_an_account_without_a_code_is_named_before_anything_is_written() -> None:
    """Not a file that the other program refuses."""
    with pytest.raises(UnmappedAccounts) as refused:
        xero_csv(OCTOBER, {Account.GIFTS: "200"}, "No VAT")
    assert set(refused.value.accounts) == {Account.FEES, Account.STRIPE}
    with pytest.raises(UnmappedAccounts):
        quickbooks_csv(OCTOBER, {})


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_treasurer_maps_accounts_and_downloads(engine: Engine, clock: FixedClock, desk: Desk) -> None:
    """An auditor downloads too, but maps nothing."""
    site, app = pages("test", "http://127.0.0.1"), FastAPI()
    app.router.routes += treasury_routes(engine, clock, site).routes
    install_errors(app, site)
    desk.give(1, 2500)
    clients = {role: TestClient(app, base_url="http://127.0.0.1", follow_redirects=False) for role in (
        Role.TREASURER, Role.AUDITOR)}  # fmt: skip
    for role, client in clients.items():
        sign_in_as(client, engine, clock(), role, f"{role.value}@example.org")
    treasurer, auditor = clients.values()
    month = f"{EXPORTS}/month/xero?month=2026-11"

    assert "does not know these accounts yet" in treasurer.get(month).text
    codes = {"gifts": "200", "clearing": "611"}
    assert auditor.post(f"{EXPORTS}/xero/accounts", data=codes).status_code == 403
    assert treasurer.post(f"{EXPORTS}/xero/accounts", data=codes).status_code == 303
    assert [row[3] for row in rows_of(auditor.get(month).text)[1:]] == ["611", "200"]
    journal = auditor.get(f"{EXPORTS}/journal/beancount?from=2026-11&to=2026-11")
    assert "Income:Gifts:1-libraries  -25.00 GBP" in journal.text
    assert "attachment" in journal.headers["content-disposition"]
    assert auditor.get(f"{EXPORTS}/journal/hledger?from=2026-12&to=2026-11").status_code == 404

"""Questions about one month of the books: its trial balance, what each campaign got, what reached the bank."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger import tables
from ledger.accounts import Account
from ledger.income_views import campaign_incomes
from ledger.money import CURRENCIES, Currency, Money
from ledger.periods import month_after
from ledger.total_views import kept_totals

_e = tables.entry.c


@dataclass(frozen=True, slots=True)
class AccountMovement:
    """One account in a month: what it held before, what came to its debit and credit, all in one currency.

    `opening` is debits less credits, as an accountant writes it: positive for money that is held.
    """

    account: Account
    opening: Money
    debit: Money
    credit: Money

    @property
    def closing(self) -> Money:
        """What it holds at the month's end."""
        return self.opening + self.debit - self.credit


@dataclass(frozen=True, slots=True)
class CampaignMonth:
    """What one campaign got in a month, in one currency. What was given back and fees are positive amounts here."""

    campaign: int
    gifts: int
    given: Money
    given_back: Money
    fees: Money

    @property
    def net(self) -> Money:
        """Given, less what went back, less fees."""
        return self.given - self.given_back - self.fees


@dataclass(frozen=True, slots=True)
class BankMovement:
    """A payout that reached the bank on a day; its amount is negative when the bank gave it back."""

    payout: str
    day: date
    amount: Money


def trial_balance(conn: Connection, month: date) -> list[AccountMovement]:
    """Every account that holds or moved anything up to this month's end, by currency."""
    return account_movements(conn, month, month_after(month) - timedelta(days=1))


def account_movements(conn: Connection, first: date, last: date) -> list[AccountMovement]:
    """Every account that held anything before these days or moved in them, by currency and in the chart's order."""
    before, within = _sides(conn, None, first - timedelta(days=1)), _sides(conn, first, last)
    movements = []
    for code, account in before.keys() | within.keys():
        debit_before, credit_before = before.get((code, account), (0, 0))
        sums = (debit_before - credit_before, *within.get((code, account), (0, 0)))
        if any(sums):
            movements.append(AccountMovement(Account(account), *(Money(minor, CURRENCIES[code]) for minor in sums)))
    order = list(Account)
    return sorted(movements, key=lambda movement: (movement.opening.currency.code, order.index(movement.account)))


def _sides(conn: Connection, first: date | None, last: date) -> dict[tuple[str, str], tuple[int, int]]:
    """What came to the debit and to the credit of each account, by currency and account."""
    kept = kept_totals(first, last).c
    rows = conn.execute(
        sa.select(kept.currency, kept.account, sa.func.sum(kept.debit_minor), sa.func.sum(kept.credit_minor)).group_by(
            kept.currency, kept.account
        )
    )
    return {(code, account): (int(debit), int(credit)) for code, account, debit, credit in rows}


def campaign_months(conn: Connection, month: date) -> list[CampaignMonth]:
    """What each campaign got in this month, by currency and campaign."""
    incomes = campaign_incomes(conn, month, month_after(month) - timedelta(days=1))
    return [
        CampaignMonth(campaign, income.gifts, income.given, income.given_back, income.fees)
        for (_, campaign), income in incomes.items()
    ]


def bank_movements(conn: Connection, month: date) -> list[BankMovement]:
    """The payouts that reached the bank in this month, in the order of their days."""
    rows = conn.execute(
        sa.select(_e.subject, _e.book_date, _e.currency, _e.amount_minor, _e.debit)
        .where(tables.AT_THE_BANK, _e.book_date >= month, _e.book_date < month_after(month))
        .order_by(_e.book_date, _e.id)
    )
    return [
        BankMovement(payout, day, Money(minor if debit == Account.BANK.value else -minor, CURRENCIES[code]))
        for payout, day, code, minor, debit in rows
    ]


def currencies_in(movements: Sequence[AccountMovement]) -> list[Currency]:
    """The currencies of these accounts, the one with the largest movements first."""
    moved = dict[str, int]()
    for movement in movements:
        code = movement.debit.currency.code
        moved[code] = moved.get(code, 0) + movement.debit.minor
    return [CURRENCIES[code] for code in sorted(moved, key=lambda code: (-moved[code], code))]

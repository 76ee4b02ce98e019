"""The desk's sums, and the entries behind them. Writes nothing."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.accounts import Account
from ledger.kinds import EntryKind
from ledger.money import Money, currency
from ledger.tables import entry, total
from payments.gifts.tables import gift
from receipts.receipt import printed_number
from receipts.tables import receipt
from treasury.overview.figures import SHOWN, Choice, MonthlySum


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry as a list shows it: positive when money came in, negative when it went out."""

    entry: int
    book_date: date
    kind: EntryKind
    campaign: int
    amount: Money
    donor: str | None
    subject: str
    receipt: str | None

    @property
    def noun(self) -> str:
        """What it is, where it is not a gift."""
        return "" if self.kind is EntryKind.GIFT else self.kind.rules.noun


def monthly_sums(conn: Connection) -> list[MonthlySum]:
    """The books' totals of the accounts that the desk shows, by campaign and month."""
    t, month = total.c, _month(conn, total.c.book_date)
    rows = conn.execute(
        sa.select(
            t.account,
            t.currency,
            t.campaign_id,
            month.label("month"),
            sa.func.sum(t.credit_minor - t.debit_minor).label("minor"),
            sa.func.sum(sa.case((t.account == Account.GIFTS.value, t.credits - t.debits), else_=0)).label("gifts"),
        )
        .where(t.account.in_([account.value for account in SHOWN]))
        .group_by(t.account, t.currency, t.campaign_id, month)
    )
    return [
        MonthlySum(
            Account(row.account),
            row.campaign_id,
            date.fromisoformat(f"{row.month}-01"),
            Money(int(row.minor), currency(row.currency)),
            int(row.gifts),
        )
        for row in rows
    ]


def totals_of(conn: Connection, choice: Choice) -> list[Money]:
    """The sum of the chosen entries, in each currency."""
    query = (
        sa.select(entry.c.currency, sa.func.sum(_signed(choice)))
        .where(*_chosen(choice))
        .group_by(entry.c.currency)
        .order_by(entry.c.currency)
    )
    return [Money(int(minor), currency(code)) for code, minor in conn.execute(query)]


def movements(conn: Connection, choice: Choice, limit: int, before: int | None = None) -> list[Movement]:
    """The chosen entries, newest first; only those older than the entry `before`, if it is named."""
    # The receipt belongs to the gift's own payment; a second payment for the gift has none.
    first_receipt = sa.and_(
        receipt.c.gift_id == entry.c.gift_id, receipt.c.edition == 1, gift.c.payment == entry.c.subject
    )
    query = (
        sa.select(entry, _signed(choice).label("minor"), gift.c.donor_name, receipt.c.year, receipt.c.number)
        .outerjoin(gift, gift.c.id == entry.c.gift_id)
        .outerjoin(receipt, first_receipt)
        .where(*_chosen(choice))
        .order_by(entry.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(entry.c.id < before)
    return [_movement(row) for row in conn.execute(query)]


def _month(conn: Connection, day: sa.Column[date]) -> sa.ColumnElement[str]:
    """A day's month as text, such as 2026-11, in each database's SQL."""
    if conn.dialect.name == "sqlite":
        return sa.func.substr(day, 1, 7, type_=sa.Text)
    return sa.func.to_char(day, "YYYY-MM", type_=sa.Text)


def _signed(choice: Choice) -> sa.ColumnElement[int]:
    credited = entry.c.credit.in_([account.value for account in choice.figure.accounts])
    return sa.case((credited, entry.c.amount_minor), else_=-entry.c.amount_minor)


def _chosen(choice: Choice) -> list[sa.ColumnElement[bool]]:
    accounts = [account.value for account in choice.figure.accounts]
    conditions = [sa.or_(entry.c.credit.in_(accounts), entry.c.debit.in_(accounts))]
    if choice.campaign is not None:
        conditions.append(entry.c.campaign_id == choice.campaign)
    if choice.month is not None:
        conditions.append(entry.c.book_date >= choice.month)
        conditions.append(entry.c.book_date < choice.first_day_after)
    if choice.currency is not None:
        conditions.append(entry.c.currency == choice.currency)
    return conditions


def _movement(row: sa.Row[Any]) -> Movement:
    number = None if row.number is None else printed_number(row.year, row.number)
    amount = Money(row.minor, currency(row.currency))
    return Movement(
        row.id, row.book_date, EntryKind(row.kind), row.campaign_id, amount, row.donor_name, row.subject, number
    )

"""What an account held before one of its entries: where a page of its statement begins. Writes nothing."""

from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger import tables
from ledger.accounts import Account
from ledger.money import Currency, Money
from ledger.total_views import kept_totals

_e = tables.entry.c


def held_before(conn: Connection, account: Account, of: Currency, day: date, entry: int = 0) -> Money:
    """What the account held before this day's entry of this number: debits less credits.

    Whole months and days come from the kept totals; only the entries of one day are read.
    """
    kept = kept_totals(None, day - timedelta(days=1)).c
    days = sa.select(sa.func.sum(kept.debit_minor - kept.credit_minor)).where(
        kept.account == account.value, kept.currency == of.code
    )
    held = int(conn.scalar(days) or 0)
    if entry:
        minor = sa.case((_e.debit == account.value, _e.amount_minor), else_=-_e.amount_minor)
        earlier = sa.select(sa.func.sum(minor)).where(
            _e.book_date == day, _e.id < entry, _e.currency == of.code,
            sa.or_(_e.debit == account.value, _e.credit == account.value),
        )  # fmt: skip
        held += int(conn.scalar(earlier) or 0)
    return Money(held, of)

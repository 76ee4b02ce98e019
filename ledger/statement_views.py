"""What an account held before one of its entries: where a page of its statement begins. Writes nothing."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger import tables
from ledger.accounts import Account
from ledger.money import Currency, Money

_e, _t = tables.entry.c, tables.total.c


def held_before(conn: Connection, account: Account, of: Currency, day: date, entry: int = 0) -> Money:
    """What the account held before this day's entry of this number: debits less credits.

    Whole days come from the kept totals; only the entries of one day are read.
    """
    days = sa.select(sa.func.sum(_t.debit_minor - _t.credit_minor)).where(
        _t.account == account.value, _t.currency == of.code, _t.book_date < day
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

"""Questions over all of the books: balances of an account, open subjects, and the share of money that is verified."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger import tables
from ledger.accounts import Account
from ledger.money import CURRENCIES, Money
from ledger.store import Uncleared

_e, _t, _u = tables.entry.c, tables.total.c, tables.uncleared.c


@dataclass(frozen=True, slots=True)
class VerifiedShare:
    """Of the money in one currency that Stripe reported: how much its balance shows as well.

    `total` passed through clearing; `met` of it has been booked from both sides.
    """

    met: Money
    total: Money

    @property
    def percent(self) -> int:
        """Whole percent, rounded down: 100 only when every penny has met."""
        return 100 * self.met.minor // self.total.minor if self.total.minor else 100


def verified_shares(conn: Connection) -> list[VerifiedShare]:
    """The share of money that is verified, by currency. It is read from the kept totals, not from the entries.

    Money that has met was booked in clearing twice, money that waits once. With `passed` for all that was booked
    there and `waits` for what is uncleared, the total is `(passed + waits) / 2`, and `(passed - waits) / 2` has met.
    """
    sides = sa.func.sum(_t.debit_minor + _t.credit_minor)
    passed = conn.execute(
        sa.select(_t.currency, sides).where(_t.account == Account.CLEARING.value).group_by(_t.currency)
    )
    amount = sa.func.sum(sa.func.abs(_u.balance_minor))
    waits = {row[0]: int(row[1]) for row in conn.execute(sa.select(_u.currency, amount).group_by(_u.currency))}
    return [
        _share(code, int(minor), waits.get(code, 0))
        for code, minor in sorted(tuple(row) for row in passed)
        if code in CURRENCIES
    ]


def _share(code: str, passed: int, waits: int) -> VerifiedShare:
    of = CURRENCIES[code]
    return VerifiedShare(Money(max(passed - waits, 0) // 2, of), Money((passed + waits) // 2, of))


def balances(conn: Connection, account: Account) -> dict[str, int]:
    """The account's balance by currency, in minor units. A currency without entries is left out."""
    balance = sa.func.sum(_t.debit_minor - _t.credit_minor)
    rows = conn.execute(
        sa.select(_t.currency, balance).where(_t.account == account.value).group_by(_t.currency).order_by(_t.currency)
    )
    return {row[0]: int(row[1]) for row in rows}


def open_subjects(conn: Connection, account: Account) -> list[Uncleared]:
    """Subjects whose entries in an account do not add up to zero, oldest first; `since` is their first instant.

    It reads every entry of the account. Use it for accounts that have few.
    """
    minor = sa.func.sum(sa.case((_e.debit == account.value, _e.amount_minor), else_=-_e.amount_minor))
    since = sa.func.min(_e.occurred_at, type_=_e.occurred_at.type)
    rows = conn.execute(
        sa.select(_e.subject, _e.currency, minor, since)
        .where(sa.or_(_e.debit == account.value, _e.credit == account.value))
        .group_by(_e.subject, _e.currency)
        .having(minor != 0)
        .order_by(since, _e.subject)
    )
    return [Uncleared(row[0], Money(int(row[2]), CURRENCIES[row[1]]), row[3]) for row in rows if row[1] in CURRENCIES]


def oldest_uncleared(conn: Connection) -> datetime | None:
    """The instant since when the oldest uncleared subject waits; None when nothing waits."""
    oldest: datetime | None = conn.scalar(sa.select(sa.func.min(_u.since)))
    return oldest

"""How much of the money is proved: standing balances, and what has met in clearing."""

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
class Proof:
    """Of the money that passed through clearing in one currency: how much of it has been seen from both sides."""

    met: Money
    told: Money

    @property
    def percent(self) -> int:
        """Whole percent, rounded down: 100 only when every penny has met."""
        return 100 * self.met.minor // self.told.minor if self.told.minor else 100


def proofs(conn: Connection) -> list[Proof]:
    """The share of money verified, by currency; from the kept totals, so it costs no walk through the entries.

    A pound that has met passed through clearing twice, one that waits once. With `passed` for all that passed
    and `waits` for what is uncleared, `(passed + waits) / 2` was told and `(passed - waits) / 2` has met.
    """
    sides = sa.func.sum(_t.debit_minor + _t.credit_minor)
    passed = conn.execute(
        sa.select(_t.currency, sides).where(_t.account == Account.CLEARING.value).group_by(_t.currency)
    )
    amount = sa.func.sum(sa.func.abs(_u.balance_minor))
    waits = {row[0]: int(row[1]) for row in conn.execute(sa.select(_u.currency, amount).group_by(_u.currency))}
    return [
        _proof(code, int(minor), waits.get(code, 0))
        for code, minor in sorted(tuple(row) for row in passed)
        if code in CURRENCIES
    ]


def _proof(code: str, passed: int, waits: int) -> Proof:
    of = CURRENCIES[code]
    return Proof(Money(max(passed - waits, 0) // 2, of), Money((passed + waits) // 2, of))


def balances(conn: Connection, account: Account) -> dict[str, int]:
    """The account's balance by currency, in minor units; a currency that it never saw is left out."""
    balance = sa.func.sum(_t.debit_minor - _t.credit_minor)
    rows = conn.execute(
        sa.select(_t.currency, balance).where(_t.account == account.value).group_by(_t.currency).order_by(_t.currency)
    )
    return {row[0]: int(row[1]) for row in rows}


def standing(conn: Connection, account: Account) -> list[Uncleared]:
    """Subjects of an account that do not come to zero in it, oldest first; `since` is their first instant.

    Walks all of the account's entries: for accounts that few entries touch.
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
    """Since when the oldest money waits in clearing."""
    oldest: datetime | None = conn.scalar(sa.select(sa.func.min(_u.since)))
    return oldest

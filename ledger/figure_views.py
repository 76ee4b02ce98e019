"""What accounts moved for campaigns in some days, with the number of gifts. Writes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.accounts import Account
from ledger.money import Money, currency
from ledger.tables import total

_t = total.c


@dataclass(frozen=True, slots=True)
class FigureSum:
    """One account's credits less debits for one campaign, and the gifts among them. Campaign 0: of none."""

    account: Account
    campaign: int
    amount: Money
    gifts: int


def figure_sums(
    conn: Connection,
    accounts: Iterable[Account],
    days: tuple[date | None, date | None],
    campaigns: Sequence[int] | None = None,
) -> list[FigureSum]:
    """The sums from the first to the last of these days, both included; of these campaigns, or of all money.

    A gift that is shared between campaigns counts once for each.
    """
    first, last = days
    conditions: list[sa.ColumnElement[bool]] = [_t.account.in_([account.value for account in accounts])]
    conditions += [] if first is None else [_t.book_date >= first]
    conditions += [] if last is None else [_t.book_date <= last]
    conditions += [] if campaigns is None else [_t.campaign_id.in_(campaigns)]
    gifts = sa.func.sum(sa.case((_t.account == Account.GIFTS.value, _t.credits - _t.debits), else_=0))
    rows = conn.execute(
        sa.select(_t.account, _t.campaign_id, _t.currency, sa.func.sum(_t.credit_minor - _t.debit_minor), gifts)
        .where(*conditions)
        .group_by(_t.campaign_id, _t.currency, _t.account)
        .order_by(_t.campaign_id, _t.currency, _t.account)
    )
    return [
        FigureSum(Account(account), campaign, Money(int(minor), currency(code)), int(count))
        for account, campaign, code, minor, count in rows
    ]

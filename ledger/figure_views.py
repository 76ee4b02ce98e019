"""What accounts moved for campaigns in some days, with the number of gifts. Writes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.accounts import Account
from ledger.money import Money, currency
from ledger.total_views import kept_totals


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
    kept = kept_totals(*days).c
    conditions: list[sa.ColumnElement[bool]] = [kept.account.in_([account.value for account in accounts])]
    conditions += [] if campaigns is None else [kept.campaign_id.in_(campaigns)]
    gifts = sa.func.sum(sa.case((kept.account == Account.GIFTS.value, kept.credits - kept.debits), else_=0))
    rows = conn.execute(
        sa.select(
            kept.account, kept.campaign_id, kept.currency, sa.func.sum(kept.credit_minor - kept.debit_minor), gifts
        )
        .where(*conditions)
        .group_by(kept.campaign_id, kept.currency, kept.account)
        .order_by(kept.campaign_id, kept.currency, kept.account)
    )
    return [
        FigureSum(Account(account), campaign, Money(int(minor), currency(code)), int(count))
        for account, campaign, code, minor, count in rows
    ]

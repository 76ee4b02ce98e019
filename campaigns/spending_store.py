"""What was spent of a campaign's money, as a treasurer says it; never removed, only withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from campaigns.tables import spending
from ledger.money import CURRENCIES, Money

_s = spending.c
LONGEST_WORDS = 200


@dataclass(frozen=True, slots=True)
class Spending:
    """One sum that was spent for a campaign, on which day and on what."""

    id: str
    campaign: int
    amount: Money
    spent_on: date
    words: str
    withdrawn_at: datetime | None = None


def add_spending(conn: Connection, spent: Spending, now: datetime) -> bool:
    """Note it; False when the same form was sent before."""
    if conn.scalar(sa.select(_s.id).where(_s.id == spent.id)) is not None:
        return False
    conn.execute(
        sa.insert(spending).values(
            id=spent.id, campaign_id=spent.campaign, currency=spent.amount.currency.code,
            amount_minor=spent.amount.minor, spent_on=spent.spent_on, words=spent.words, noted_at=now,
        )
    )  # fmt: skip
    return True


def withdraw_spending(conn: Connection, campaign: int, spending_id: str, now: datetime) -> bool:
    """Take a note back; False when there is none that still counts."""
    still = sa.update(spending).where(_s.id == spending_id, _s.campaign_id == campaign, _s.withdrawn_at.is_(None))
    return conn.execute(still.values(withdrawn_at=now)).rowcount == 1


def spending_of(conn: Connection, campaigns: Sequence[int]) -> list[Spending]:
    """What was spent of these campaigns' money, newest first; notes that were taken back are among them."""
    rows = conn.execute(
        sa.select(spending).where(_s.campaign_id.in_(campaigns)).order_by(_s.spent_on.desc(), _s.noted_at.desc(), _s.id)
    )
    return [
        Spending(
            row.id, row.campaign_id, Money(row.amount_minor, CURRENCIES[row.currency]), row.spent_on, row.words,
            row.withdrawn_at,
        )
        for row in rows
    ]  # fmt: skip

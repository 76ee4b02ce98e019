"""The journal, read for other programs: every entry of some days in order, and what each account and campaign moved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger import tables
from ledger.accounts import Account
from ledger.kinds import EntryKind
from ledger.money import CURRENCIES, Money
from ledger.total_views import kept_totals

BATCH = 5000
_e = tables.entry.c


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """An entry as other programs read it: no person, only keys, accounts and the amount."""

    id: int
    key: str
    kind: EntryKind
    debit: Account
    credit: Account
    amount: Money
    subject: str
    campaign: int
    day: date


@dataclass(frozen=True, slots=True)
class AccountSum:
    """What came to one account for one campaign in some days: debits less credits, in one currency."""

    account: Account
    campaign: int
    moved: Money


def journal_entries(conn: Connection, first: date, after: date) -> Iterator[JournalEntry]:
    """The entries of these days, in the order in which they were posted; a few thousand in memory at a time."""
    question = (
        sa.select(
            _e.id, _e.key, _e.kind, _e.debit, _e.credit, _e.amount_minor, _e.currency, _e.subject, _e.campaign_id,
            _e.book_date,
        )
        .where(_e.id > sa.bindparam("last"), _e.book_date >= first, _e.book_date < after)
        .order_by(_e.id)
        .limit(BATCH)
    )  # fmt: skip
    last = -1
    while rows := conn.execute(question, {"last": last}).all():
        for number, key, kind, debit, credit, minor, code, subject, campaign, day in rows:
            amount = Money(minor, CURRENCIES[code])
            yield JournalEntry(
                number, key, EntryKind(kind), Account(debit), Account(credit), amount, subject, campaign, day
            )
        last = rows[-1][0]


def account_sums(conn: Connection, first: date | None, after: date) -> list[AccountSum]:
    """What each account moved for each campaign from the first of these days on; None: from the beginning."""
    kept = kept_totals(first, after - timedelta(days=1)).c
    moved = sa.func.sum(kept.debit_minor - kept.credit_minor)
    question = (
        sa.select(kept.account, kept.campaign_id, kept.currency, moved)
        .group_by(kept.currency, kept.account, kept.campaign_id)
        .having(moved != 0)
        .order_by(kept.currency, kept.account, kept.campaign_id)
    )
    return [
        AccountSum(Account(account), campaign, Money(int(minor), CURRENCIES[code]))
        for account, campaign, code, minor in conn.execute(question)
    ]


def sums_of_campaign(conn: Connection, campaign: int) -> list[AccountSum]:
    """What each account has moved for one campaign, up to now."""
    kept = kept_totals().c
    moved = sa.func.sum(kept.debit_minor - kept.credit_minor)
    question = (
        sa.select(kept.account, kept.currency, moved)
        .where(kept.campaign_id == campaign)
        .group_by(kept.account, kept.currency)
    )
    return [
        AccountSum(Account(account), campaign, Money(int(minor), CURRENCIES[code]))
        for account, code, minor in conn.execute(question)
    ]

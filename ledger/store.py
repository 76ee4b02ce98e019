"""Post entries, and read what campaigns have raised, balances and uncleared subjects."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import add_to_rows, change_rows, insert_rows
from database.questions import fetch, look_up
from ledger import tables
from ledger.accounts import ACCOUNT_TYPES, RAISED, Account
from ledger.entry import ConflictingEntry, Entry, by_unique_key
from ledger.money import CURRENCIES, Currency, Money, currency
from ledger.period_store import OPEN_FROM
from ledger.periods import moved_day

_e = tables.entry.c
_FACT = (
    _e.key, _e.kind, _e.debit, _e.credit, _e.currency, _e.amount_minor, _e.subject, _e.campaign_id,
    _e.gift_id,
)  # fmt: skip
_LAST_AND_OPEN_DAY = sa.select(sa.func.max(_e.id), OPEN_FROM.scalar_subquery())
_u = tables.uncleared.c
_UNCLEARED = (_u.subject, _u.currency, _u.balance_minor, _u.since)
_MET = sa.delete(tables.uncleared).where(_u.subject == sa.bindparam("met"), _u.currency == sa.bindparam("of"))
_Sums = defaultdict[tuple[Any, ...], list[int]]
_SIDES = ("debit_minor", "credit_minor", "debits", "credits")


@dataclass(frozen=True, slots=True)
class Raised:
    """What a campaign has raised, and the number of gifts in it."""

    amount: Money
    gifts: int

    def __add__(self, other: "Raised") -> "Raised":
        return Raised(self.amount + other.amount, self.gifts + other.gifts)


@dataclass(frozen=True, slots=True)
class Total:
    """One account's movements for one campaign on one book date."""

    account: Account
    campaign: int
    book_date: date
    debit: Money
    credit: Money
    debits: int
    credits: int


@dataclass(frozen=True, slots=True)
class Uncleared:
    """A subject of which Stripe has reported one thing and its balance shows another."""

    subject: str
    balance: Money
    since: datetime


def open_accounts(conn: Connection) -> None:
    """Write the chart of accounts for every currency. Accounts that are there are left alone.

    Call it only inside `database.transactions.booking`: two starts at once would write the same accounts.
    """
    t, currencies = tables.account.c, set(conn.scalars(sa.select(tables.currency.c.code)))
    accounts = {(row[0], row[1]) for row in conn.execute(sa.select(t.code, t.currency))}
    missing = [new for new in CURRENCIES.values() if new.code not in currencies]
    insert_rows(conn, tables.currency, [{"code": new.code, "exponent": new.exponent} for new in missing])
    insert_rows(
        conn,
        tables.account,
        [
            {"code": account.value, "currency": code, "kind": kind}
            for code in CURRENCIES
            for account, kind in ACCOUNT_TYPES.items()
            if (account.value, code) not in accounts
        ],
    )


def post(conn: Connection, entries: Iterable[Entry], now: datetime) -> list[Entry]:
    """Post the entries whose keys are not in the books, with totals and clearing; returns those, as they are booked.

    An entry whose day is in a closed month is booked on the first open day, and is listed as late.
    Raises ConflictingEntry, before anything is written, when a key is in the books with other contents.
    Call it only inside `database.transactions.booking`.
    """
    by_key = by_unique_key(entries)
    if not by_key:
        return []
    new = _unposted(by_key, look_up(conn, _FACT, _e.key, list(by_key)))
    if not new:
        return []
    [(last_id, open_day)] = fetch(conn, _LAST_AND_OPEN_DAY)
    last = last_id or 0
    booked = [replace(entry, book_date=moved_day(entry.book_date, open_day)) for entry in new]
    _add_clearing(conn, booked)  # first, because it asks: an answer waits for what was written before
    _insert(conn, booked, last + 1, now)
    _add_late(conn, new, booked, last + 1)
    _add_totals(conn, booked)
    return booked


def _unposted(by_key: dict[str, Entry], posted: Sequence[tuple[Any, ...]]) -> list[Entry]:
    """The entries that are not posted yet, in the order in which they are written."""
    for key, *fact in posted:
        if by_key.pop(key).fact() != tuple(fact):
            raise ConflictingEntry(f"{key} is in the books with different contents")
    # A reversal is written after the entry that it reverses, which may be new as well.
    return sorted(by_key.values(), key=lambda entry: (entry.reverses is not None, entry.key))


def is_posted(conn: Connection, key: str) -> bool:
    """Whether an entry of this key is in the books."""
    return conn.scalar(sa.select(_e.id).where(_e.key == key)) is not None


def raised(conn: Connection, campaign: int, of: Currency) -> Raised:
    """Gifts less refunds and dispute losses of one campaign, and the number of gifts."""
    return raised_by_campaign(conn, [campaign], of)[campaign]


def raised_by_campaign(conn: Connection, campaigns: Sequence[int], of: Currency) -> dict[int, Raised]:
    """What each of these campaigns has raised in this currency; zero where nothing was given."""
    t = tables.month_total.c
    rows = conn.execute(
        sa.select(
            t.campaign_id,
            sa.func.sum(t.credit_minor - t.debit_minor),
            # A reversal debits the account and takes the gift out of the count; a refunded gift stays in it.
            sa.func.sum(sa.case((t.account == Account.GIFTS.value, t.credits - t.debits), else_=0)),
        )
        .where(t.account.in_([account.value for account in RAISED]), t.currency == of.code)
        .where(t.campaign_id.in_(campaigns))
        .group_by(t.campaign_id)
    )
    sums = {row[0]: Raised(Money(int(row[1]), of), int(row[2])) for row in rows}
    return {campaign: sums.get(campaign, Raised(Money(0, of), 0)) for campaign in campaigns}


def totals(conn: Connection, accounts: Sequence[Account] = tuple(Account)) -> list[Total]:
    """Every kept total of these accounts, by campaign and day."""
    t = tables.total.c
    rows = conn.execute(
        sa.select(tables.total)
        .where(t.account.in_([account.value for account in accounts]))
        .order_by(t.book_date, t.campaign_id, t.account, t.currency)
    )
    return [_total(row) for row in rows]


def balance(conn: Connection, account: Account, of: Currency) -> Money:
    """An account's balance: debits less credits over all days."""
    t = tables.month_total.c
    minor = conn.scalar(
        sa.select(sa.func.sum(t.debit_minor - t.credit_minor)).where(t.account == account.value, t.currency == of.code)
    )
    return Money(int(minor or 0), of)


def uncleared(conn: Connection, older_than: datetime | None = None) -> list[Uncleared]:
    """Subjects whose clearing is not zero, oldest first."""
    t = tables.uncleared.c
    question = sa.select(tables.uncleared).order_by(t.since, t.subject)
    if older_than is not None:
        question = question.where(t.since < older_than)
    return [
        Uncleared(row.subject, Money(row.balance_minor, currency(row.currency)), row.since)
        for row in conn.execute(question)
    ]


def _insert(conn: Connection, entries: Sequence[Entry], first: int, now: datetime) -> None:
    insert_rows(
        conn,
        tables.entry,
        [
            {
                "id": first + n,
                "key": entry.key,
                "kind": entry.kind.value,
                "debit": entry.debit.value,
                "credit": entry.credit.value,
                "currency": entry.amount.currency.code,
                "amount_minor": entry.amount.minor,
                "subject": entry.subject,
                "campaign_id": entry.campaign,
                "gift_id": entry.gift,
                "occurred_at": entry.occurred_at,
                "book_date": entry.book_date,
                "posted_at": now,
                "cause": entry.cause,
                "reverses": entry.reverses,
            }
            for n, entry in enumerate(entries)
        ],
    )


def _add_late(conn: Connection, own: Sequence[Entry], booked: Sequence[Entry], first: int) -> None:
    pairs = enumerate(zip(own, booked, strict=True))
    moved = [(first + n, entry.book_date) for n, (entry, kept) in pairs if entry.book_date != kept.book_date]
    insert_rows(conn, tables.late_entry, [{"entry_id": number, "own_day": day} for number, day in moved])


def _add_totals(conn: Connection, entries: Sequence[Entry]) -> None:
    """Add the entries to the totals of their days and of their months."""
    days: _Sums = defaultdict(lambda: [0, 0, 0, 0])
    months: _Sums = defaultdict(lambda: [0, 0, 0, 0])
    for entry in entries:
        minor, rest = entry.amount.minor, (entry.amount.currency.code, entry.campaign)
        day, month = entry.book_date, f"{entry.book_date:%Y-%m}"
        for account, side in ((entry.debit.value, 0), (entry.credit.value, 1)):
            for sides in (days[account, *rest, day], months[account, *rest, month]):
                sides[side] += minor
                sides[side + 2] += 1
    for table, last_key, sums in ((tables.total, "book_date", days), (tables.month_total, "month", months)):
        names = ("account", "currency", "campaign_id", last_key, *_SIDES)
        add_to_rows(conn, table, [dict(zip(names, (*key, *sides), strict=True)) for key, sides in sums.items()], _SIDES)


def _add_clearing(conn: Connection, entries: Sequence[Entry]) -> None:
    """Change the uncleared balance of each subject. A subject that comes to zero is deleted from the list."""
    moved = _clearing_of(entries)
    rows = look_up(conn, _UNCLEARED, _u.subject, sorted({subject for subject, _ in moved}))
    balances = {(subject, code): (minor, since) for subject, code, minor, since in rows}
    met, changed, new = list[dict[str, str]](), list[dict[str, Any]](), list[dict[str, Any]]()
    for key, (minor, since) in moved.items():
        before, since_before = balances.get(key, (0, since))
        row = {
            "subject": key[0], "currency": key[1], "balance_minor": before + minor,
            "since": min(since, since_before),
        }  # fmt: skip
        if before + minor == 0:
            met += [{"met": key[0], "of": key[1]}] if key in balances else []
        else:
            (changed if key in balances else new).append(row)
    insert_rows(conn, tables.uncleared, new)
    change_rows(conn, tables.uncleared, changed)
    if met:
        conn.execute(_MET, met)


def _clearing_of(entries: Sequence[Entry]) -> dict[tuple[str, str], tuple[int, datetime]]:
    """What these entries add to clearing, by subject and currency, and the first instant of each."""
    moved: dict[tuple[str, str], tuple[int, datetime]] = {}
    for entry in entries:
        for account, sign in ((entry.debit, 1), (entry.credit, -1)):
            if account is Account.CLEARING:
                key = entry.subject, entry.amount.currency.code
                minor, since = moved.get(key, (0, entry.occurred_at))
                moved[key] = minor + sign * entry.amount.minor, min(since, entry.occurred_at)
    return moved


def _total(row: sa.Row[Any]) -> Total:
    of = currency(row.currency)
    return Total(
        Account(row.account), row.campaign_id, row.book_date, Money(row.debit_minor, of),
        Money(row.credit_minor, of), row.debits, row.credits,
    )  # fmt: skip

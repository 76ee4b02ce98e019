"""Questions over all of the books: balances, monthly sums, chosen entries, open subjects, the verified share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger import tables
from ledger.accounts import HOLDING, INCOME, Account, Figure
from ledger.gift_sums import GiftSums
from ledger.kinds import EntryKind
from ledger.money import CURRENCIES, Currency, Money, currency
from ledger.store import Uncleared
from ledger.total_views import kept_totals

_e, _t, _m, _u = tables.entry.c, tables.total.c, tables.month_total.c, tables.uncleared.c


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


@dataclass(frozen=True, slots=True)
class MonthlySum:
    """One account's credits less debits for one campaign in one month, and the number of gifts among them.

    A gift that is shared between campaigns counts once for each.
    """

    account: Account
    campaign: int
    month: date
    amount: Money
    gifts: int


@dataclass(frozen=True, slots=True)
class EntryChoice:
    """A choice of entries: those of a figure, and of one campaign, month or currency where these are not None."""

    figure: Figure = Figure.RAISED
    campaign: int | None = None
    month: date | None = None
    currency: str | None = None


def verified_shares(conn: Connection) -> list[VerifiedShare]:
    """The share of money that is verified, by currency. It is read from the kept totals, not from the entries.

    Money that has met was booked in clearing twice, money that waits once. With `passed` for all that was booked
    there and `waits` for what is uncleared, the total is `(passed + waits) / 2`, and `(passed - waits) / 2` has met.
    """
    sides = sa.func.sum(_m.debit_minor + _m.credit_minor)
    passed = conn.execute(
        sa.select(_m.currency, sides).where(_m.account == Account.CLEARING.value).group_by(_m.currency)
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


def gave_back(conn: Connection, gift: str, of: Currency) -> Money:
    """What went back of a gift by refunds, disputes and failed payments, in this currency."""
    lost = [Account.REFUNDS.value, Account.DISPUTE_LOSSES.value]
    minor = sa.case((_e.debit.in_(lost), _e.amount_minor), else_=-_e.amount_minor)
    went_back = conn.scalar(
        sa.select(sa.func.coalesce(sa.func.sum(minor), 0)).where(
            _e.gift_id == gift, _e.currency == of.code, sa.or_(_e.debit.in_(lost), _e.credit.in_(lost))
        )
    )
    return Money(int(went_back or 0), of)


def currencies_of_gift(conn: Connection, gift: str) -> set[str]:
    """The currencies in which this gift was charged: one, unless it was paid twice."""
    return set(conn.scalars(sa.select(_e.currency).where(_e.gift_id == gift, _e.kind == EntryKind.GIFT).distinct()))


@dataclass(frozen=True, slots=True)
class GiftReturn:
    """What a refund gave back of one gift, and when it was agreed. `subject` is the refund."""

    subject: str
    gift: str
    amount: Money
    at: datetime


def returned_by(conn: Connection, refund: str) -> list[GiftReturn]:
    """What this refund gives back of each gift; nothing once it has failed."""
    failed = sa.select(_e.id).where(_e.subject == refund, _e.kind == EntryKind.REFUND_FAILED)
    if conn.scalar(failed.limit(1)) is not None:
        return []
    sums = (
        sa.select(_e.gift_id, _e.currency, sa.func.sum(_e.amount_minor), sa.func.min(_e.occurred_at))
        .where(_e.subject == refund, _e.kind == EntryKind.REFUND, _e.gift_id.is_not(None))
        .group_by(_e.gift_id, _e.currency)
    )
    return [
        GiftReturn(refund, gift, Money(int(minor), currency(code)), at) for gift, code, minor, at in conn.execute(sums)
    ]


def given_on_days(conn: Connection, campaigns: Sequence[int], of: Currency, days: tuple[date, date]) -> int:
    """What was given to these campaigns from the first to the last of these days, in minor units; none of it back."""
    accounts = [account.value for account in INCOME]
    kept = kept_totals(*days).c
    minor = sa.select(sa.func.sum(kept.credit_minor - kept.debit_minor)).where(
        kept.account.in_(accounts), kept.currency == of.code, kept.campaign_id.in_(campaigns)
    )
    return int(conn.scalar(minor) or 0)


def gifts_given_back(
    conn: Connection, campaigns: Sequence[int], of: Currency, days: tuple[date, date], also: Sequence[str] = ()
) -> list[GiftSums]:
    """The gifts to these campaigns of which anything ever went back, and those that are named in `also`."""
    income, lost = [account.value for account in INCOME], [Account.REFUNDS.value, Account.DISPUTE_LOSSES.value]
    came = sa.case((_e.credit.in_(income), _e.amount_minor), (_e.debit.in_(income), -_e.amount_minor), else_=0)
    back = sa.case((_e.debit.in_(lost), _e.amount_minor), (_e.credit.in_(lost), -_e.amount_minor), else_=0)
    gone = sa.select(_e.gift_id).where(
        tables.BACK_OR_MOVED, tables.GIVEN_BACK, _e.campaign_id.in_(campaigns), _e.gift_id.is_not(None)
    )
    within = sa.case((_e.book_date.between(*days), came), else_=0)
    rows = conn.execute(
        sa.select(_e.gift_id, sa.func.sum(within), sa.func.sum(came), sa.func.sum(back))
        .where(sa.or_(_e.gift_id.in_(gone), _e.gift_id.in_(also)), _e.campaign_id.in_(campaigns))
        .where(_e.currency == of.code)
        .group_by(_e.gift_id)
        .order_by(_e.gift_id)
    )
    return [GiftSums(row[0], int(row[1]), int(row[2]), int(row[3])) for row in rows]


def first_movement(conn: Connection, account: Account, of: Currency) -> date | None:
    """The first day on which this account moved money of this currency; None where it never did."""
    day: date | None = conn.scalar(
        sa.select(sa.func.min(_t.book_date)).where(_t.account == account.value, _t.currency == of.code)
    )
    return day


def balances(conn: Connection, account: Account) -> dict[str, int]:
    """The account's balance by currency, in minor units. A currency without entries is left out."""
    balance = sa.func.sum(_m.debit_minor - _m.credit_minor)
    rows = conn.execute(
        sa.select(_m.currency, balance).where(_m.account == account.value).group_by(_m.currency).order_by(_m.currency)
    )
    return {row[0]: int(row[1]) for row in rows}


@dataclass(frozen=True, slots=True)
class MoneyPath:
    """All money of one currency, from where it came to where it is: debits less credits of every account that moved.

    The parts add up to zero: what is held (positive) is what was given less what went back and fees, and what came from
    or went to `others`: reserves and adjustments, money that is no gift, of unknown kind, from before our books.
    """

    currency: Currency
    figures: dict[Figure, Money]
    others: dict[Account, Money]
    held: dict[Account, Money]


def money_paths(conn: Connection) -> list[MoneyPath]:
    """Gross less fees less what is held, followed to zero in each currency; accounts at zero are left out."""
    in_figures = {account: figure for figure in (Figure.GIVEN, Figure.GIVEN_BACK, Figure.FEES)
                  for account in figure.accounts}  # fmt: skip
    balance = sa.func.sum(_m.debit_minor - _m.credit_minor)
    rows = conn.execute(sa.select(_m.currency, _m.account, balance).group_by(_m.currency, _m.account))
    paths: dict[str, MoneyPath] = {}
    order = list(Account)
    for code, name, minor in sorted((tuple(row) for row in rows), key=lambda row: (row[0], order.index(row[1]))):
        of, account = CURRENCIES[code], Account(name)
        path = paths.setdefault(code, MoneyPath(of, {}, {}, {}))
        amount = Money(int(minor), of)
        if figure := in_figures.get(account):
            path.figures[figure] = path.figures.get(figure, Money(0, of)) + amount
        elif amount:
            (path.held if account in HOLDING else path.others)[account] = amount
    return list(paths.values())


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


def currencies_kept(conn: Connection) -> list[str]:
    """The codes of the currencies that anything was ever booked in."""
    a = tables.account.c
    moved = sa.exists().where(_m.account == a.code, _m.currency == a.currency)
    return list(conn.scalars(sa.select(a.currency).where(moved).distinct().order_by(a.currency)))


def oldest_uncleared(conn: Connection) -> datetime | None:
    """The instant since when the oldest uncleared subject waits; None when nothing waits."""
    oldest: datetime | None = conn.scalar(sa.select(sa.func.min(_u.since)))
    return oldest


def uncleared_since(conn: Connection, before: datetime, limit: int) -> tuple[list[Uncleared], int]:
    """The subjects that have waited in clearing since before then, the oldest first, and how many there are."""
    waits = _u.since < before
    rows = conn.execute(sa.select(tables.uncleared).where(waits).order_by(_u.since, _u.subject).limit(limit))
    first = [Uncleared(row.subject, Money(row.balance_minor, currency(row.currency)), row.since) for row in rows]
    count = conn.scalar(sa.select(sa.func.count()).select_from(tables.uncleared).where(waits))
    return first, count or 0


def monthly_sums(conn: Connection, accounts: Iterable[Account], since: date | None = None) -> list[MonthlySum]:
    """The books' totals of these accounts, by currency, campaign and month; those of a month and later."""
    later = [] if since is None else [_m.month >= f"{since:%Y-%m}"]
    rows = conn.execute(
        sa.select(tables.month_total).where(_m.account.in_([account.value for account in accounts]), *later)
    )
    return [
        MonthlySum(
            Account(row.account),
            row.campaign_id,
            date.fromisoformat(f"{row.month}-01"),
            Money(row.credit_minor - row.debit_minor, currency(row.currency)),
            row.credits - row.debits if row.account == Account.GIFTS.value else 0,
        )
        for row in rows
    ]


def last_entry_id(conn: Connection) -> int:
    """The number of the last entry in the books; 0 when there is none."""
    return conn.scalar(sa.select(sa.func.max(_e.id))) or 0


def posted_since(conn: Connection, after: int, cause: str) -> dict[str, tuple[int, int]]:
    """What this cause has posted after that entry: by kind, how many entries, and for how many gifts."""
    rows = conn.execute(
        sa.select(_e.kind, sa.func.count(), sa.func.count(_e.gift_id.distinct()))
        .where(_e.id > after, _e.cause == cause)
        .group_by(_e.kind)
        .order_by(_e.kind)
    )
    return {row[0]: (int(row[1]), int(row[2])) for row in rows}

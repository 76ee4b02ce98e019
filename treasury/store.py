"""What the desk asks of the database: sums, the entries behind them, things to do, and who may sit there.

Reads the tables of every package below, and writes none but its own two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.accounts import Account
from ledger.kinds import EntryKind
from ledger.money import Money, currency
from ledger.tables import entry, total
from payments.tables import charge, discrepancy, gift, settled_discrepancy
from receipts.receipt import printed_number
from receipts.tables import receipt
from treasury.figures import SHOWN, Choice, Sum
from treasury.tables import sign_in_link, treasurer


@dataclass(frozen=True, slots=True)
class Treasurer:
    """Somebody who may sit at the desk."""

    id: str
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry as a list shows it: positive when money came, negative when it went."""

    entry: int
    book_date: date
    kind: EntryKind
    campaign: int
    amount: Money
    donor: str | None
    subject: str
    receipt: str | None

    @property
    def noun(self) -> str:
        """What it is, where it is not a gift."""
        return "" if self.kind is EntryKind.GIFT else self.kind.rules.noun


@dataclass(frozen=True, slots=True)
class Homeless:
    """A charge that names a gift which this database does not hold."""

    charge: str
    payment: str
    amount: Money
    at: datetime


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A charge that is not what was asked for: `why` is amount, currency or second_payment."""

    charge: str
    gift: str
    donor: str
    asked: Money
    charged: Money
    why: str
    noted_at: datetime


def sums(conn: Connection) -> list[Sum]:
    """The books' totals of the accounts that the desk shows, by campaign and month."""
    t, month = total.c, _month(conn, total.c.book_date)
    rows = conn.execute(
        sa.select(
            t.account,
            t.currency,
            t.campaign_id,
            month.label("month"),
            sa.func.sum(t.credit_minor - t.debit_minor).label("minor"),
            sa.func.sum(sa.case((t.account == Account.GIFTS.value, t.credits - t.debits), else_=0)).label("gifts"),
        )
        .where(t.account.in_([account.value for account in SHOWN]))
        .group_by(t.account, t.currency, t.campaign_id, month)
    )
    return [
        Sum(
            Account(row.account),
            row.campaign_id,
            date.fromisoformat(f"{row.month}-01"),
            Money(int(row.minor), currency(row.currency)),
            int(row.gifts),
        )
        for row in rows
    ]


def totals_of(conn: Connection, choice: Choice) -> list[Money]:
    """What the chosen entries themselves add up to, in each currency."""
    question = (
        sa.select(entry.c.currency, sa.func.sum(_signed(choice)))
        .where(*_chosen(choice))
        .group_by(entry.c.currency)
        .order_by(entry.c.currency)
    )
    return [Money(int(minor), currency(code)) for code, minor in conn.execute(question)]


def movements(conn: Connection, choice: Choice, limit: int, before: int | None = None) -> list[Movement]:
    """The chosen entries, newest first, `before` one of them if that is named."""
    # The receipt is for the gift's own payment: what pays a gift again stands without one.
    first_receipt = sa.and_(
        receipt.c.gift_id == entry.c.gift_id, receipt.c.edition == 1, gift.c.payment == entry.c.subject
    )
    question = (
        sa.select(entry, _signed(choice).label("minor"), gift.c.donor_name, receipt.c.year, receipt.c.number)
        .outerjoin(gift, gift.c.id == entry.c.gift_id)
        .outerjoin(receipt, first_receipt)
        .where(*_chosen(choice))
        .order_by(entry.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        question = question.where(entry.c.id < before)
    return [_movement(row) for row in conn.execute(question)]


def discrepancies(conn: Connection, limit: int, page: int = 1) -> list[Discrepancy]:
    """Charges that are not what was asked for and that nobody has dealt with, newest first."""
    d = discrepancy.c
    rows = conn.execute(
        sa.select(discrepancy, gift.c.donor_name)
        .join(gift, gift.c.id == d.gift_id)
        .where(_open())
        .order_by(d.noted_at.desc(), d.charge)
        .limit(limit)
        .offset((page - 1) * (limit - 1))
    )
    return [
        Discrepancy(
            row.charge,
            row.gift_id,
            row.donor_name,
            Money(row.asked_minor, currency(row.asked_currency)),
            Money(row.charged_minor, currency(row.charged_currency)),
            row.why,
            row.noted_at,
        )
        for row in rows
    ]


def discrepancy_count(conn: Connection) -> int:
    """How many discrepancies nobody has dealt with."""
    return conn.scalar(sa.select(sa.func.count()).select_from(discrepancy).where(_open())) or 0


def _open() -> sa.ColumnElement[bool]:
    return ~sa.exists().where(settled_discrepancy.c.charge == discrepancy.c.charge)


def homeless(conn: Connection, limit: int) -> list[Homeless]:
    """Charges that name a gift which is not here, newest first."""
    c = charge.c
    rows = conn.execute(
        sa.select(c.id, c.payment, c.currency, c.amount_minor, c.succeeded_at)
        .where(c.gift_id.is_(None), c.gift_hint.is_not(None))
        .order_by(c.succeeded_at.desc(), c.id)
        .limit(limit)
    )
    return [Homeless(row[0], row[1], Money(row[3], currency(row[2])), row[4]) for row in rows]


def add_treasurer(conn: Connection, new: Treasurer, now: datetime) -> None:
    """Let somebody sit at the desk."""
    conn.execute(sa.insert(treasurer).values(id=new.id, email=new.email, name=new.name, created_at=now))


def treasurer_by_email(conn: Connection, email: str) -> Treasurer | None:
    """Who has this address, in lower case."""
    return _treasurer(conn, treasurer.c.email == email)


def treasurer_by_id(conn: Connection, treasurer_id: str) -> Treasurer | None:
    """Who this is."""
    return _treasurer(conn, treasurer.c.id == treasurer_id)


def add_link(conn: Connection, token_hash: bytes, whose: Treasurer, until: datetime, now: datetime) -> None:
    """Keep a new link's hash, and forget links that have run out."""
    conn.execute(sa.delete(sign_in_link).where(sign_in_link.c.expires_at <= now))
    conn.execute(sa.insert(sign_in_link).values(token_hash=token_hash, treasurer_id=whose.id, expires_at=until))


def treasurer_of_link(conn: Connection, token_hash: bytes, now: datetime) -> Treasurer | None:
    """Whom a link would let in; None when it is unknown, used or run out."""
    of_link = sa.select(sign_in_link.c.treasurer_id).where(*_works(token_hash, now))
    return _treasurer(conn, treasurer.c.id == of_link.scalar_subquery())


def use_link(conn: Connection, token_hash: bytes, now: datetime) -> bool:
    """Mark a link as used; False when it does not work (any more). Of two at once, one gets True."""
    marked = conn.execute(sa.update(sign_in_link).where(*_works(token_hash, now)).values(used_at=now))
    return marked.rowcount == 1


def _works(token_hash: bytes, now: datetime) -> Sequence[sa.ColumnElement[bool]]:
    link = sign_in_link.c
    return link.token_hash == token_hash, link.used_at.is_(None), link.expires_at > now


def _treasurer(conn: Connection, condition: sa.ColumnElement[bool]) -> Treasurer | None:
    t = treasurer.c
    row = conn.execute(sa.select(t.id, t.email, t.name).where(condition)).one_or_none()
    return None if row is None else Treasurer(*row)


def _month(conn: Connection, day: sa.Column[date]) -> sa.ColumnElement[str]:
    """A day's month as text, 2026-11, in each database's words."""
    if conn.dialect.name == "sqlite":
        return sa.func.substr(day, 1, 7, type_=sa.Text)
    return sa.func.to_char(day, "YYYY-MM", type_=sa.Text)


def _signed(choice: Choice) -> sa.ColumnElement[int]:
    gives = entry.c.credit.in_([account.value for account in choice.figure.accounts])
    return sa.case((gives, entry.c.amount_minor), else_=-entry.c.amount_minor)


def _chosen(choice: Choice) -> list[sa.ColumnElement[bool]]:
    accounts = [account.value for account in choice.figure.accounts]
    conditions = [sa.or_(entry.c.credit.in_(accounts), entry.c.debit.in_(accounts))]
    if choice.campaign is not None:
        conditions.append(entry.c.campaign_id == choice.campaign)
    if choice.month is not None:
        conditions.append(entry.c.book_date >= choice.month)
        conditions.append(entry.c.book_date < choice.first_day_after)
    if choice.currency is not None:
        conditions.append(entry.c.currency == choice.currency)
    return conditions


def _movement(row: sa.Row[Any]) -> Movement:
    number = None if row.number is None else printed_number(row.year, row.number)
    amount = Money(row.minor, currency(row.currency))
    return Movement(
        row.id, row.book_date, EntryKind(row.kind), row.campaign_id, amount, row.donor_name, row.subject, number
    )

"""Check the books. Each check is one SQL statement, so it sees one state of them while others post."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.instants import Clock, utc_now
from ledger import tables
from ledger.audit_clearing import audit_clearing
from ledger.finding import LISTED, RESTORE, Finding, amount_text, checked
from ledger.money import LARGEST_MINOR
from ledger.total_views import month_text

_e, _t, _m, _a = tables.entry.c, tables.total.c, tables.month_total.c, tables.account.c


def audit(conn: Connection, clock: Clock = utc_now) -> list[Finding]:
    """Every invariant that needs only the ledger's own tables; the clock decides what in clearing is old."""
    return [
        *_journal(conn),
        _accounts(conn),
        _reversals(conn),
        _totals(conn),
        _balanced(conn),
        *audit_clearing(conn, clock()),
    ]


def _journal(conn: Connection) -> list[Finding]:
    """Entries are numbered without gaps, have a cause and a possible amount."""
    impossible = sa.or_(_e.amount_minor <= 0, _e.amount_minor > LARGEST_MINOR, _e.debit == _e.credit)
    count, first, last, causeless, unsound = conn.execute(
        sa.select(
            sa.func.count(),
            sa.func.coalesce(sa.func.min(_e.id), 1),
            sa.func.coalesce(sa.func.max(_e.id), 0),
            sa.func.count(sa.case((sa.func.trim(_e.cause) == "", 1))),
            sa.func.count(sa.case((impossible, 1))),
        ).select_from(tables.entry)
    ).one()
    missing = abs(last - first + 1 - count) + abs(first - 1)
    return [
        checked("numbers", missing, {"entries": count, "last": last}, RESTORE),
        checked("causes", causeless, {"entries": count}, RESTORE),
        checked("amounts", unsound, {"entries": count}, RESTORE),
    ]


def _accounts(conn: Connection) -> Finding:
    """Every entry moves money between two accounts of its own currency."""
    used = sa.select(_e.debit, _e.credit, _e.currency, sa.func.count().label("n"))
    used_by = used.group_by(_e.debit, _e.credit, _e.currency).subquery()
    there = sa.select(_a.code).where(_a.currency == used_by.c.currency)
    strange = sa.or_(used_by.c.debit.not_in(there), used_by.c.credit.not_in(there))
    wrong = conn.scalar(sa.select(sa.func.sum(used_by.c.n)).where(strange))
    return checked("accounts", int(wrong or 0), {}, RESTORE)


def _reversals(conn: Connection) -> Finding:
    """A reversal has the accounts of the entry that it reverses, swapped, and its amount."""
    undone = tables.entry.alias()
    mirror = sa.and_(
        undone.c.debit == _e.credit,
        undone.c.credit == _e.debit,
        undone.c.currency == _e.currency,
        undone.c.amount_minor == _e.amount_minor,
        undone.c.campaign_id == _e.campaign_id,
    )
    count, mirrored = conn.execute(
        sa.select(sa.func.count(), sa.func.count(sa.case((mirror, 1))))
        .select_from(tables.entry.outerjoin(undone, undone.c.key == _e.reverses))
        .where(_e.reverses.is_not(None))
    ).one()
    return checked("reversals", count - mirrored, {"reversals": count}, RESTORE)


def _totals(conn: Connection) -> Finding:
    """Each kept total is the sum of its entries, by account, currency, campaign and day or month: amounts, counts."""
    sums = sa.select(
        _e.debit, _e.credit, _e.currency, _e.campaign_id, _e.book_date,
        sa.func.sum(_e.amount_minor).label("minor"), sa.func.count().label("n"),
    )  # fmt: skip
    of = sums.group_by(_e.debit, _e.credit, _e.currency, _e.campaign_id, _e.book_date).cte("of").c
    where, none = (of.currency, of.campaign_id, of.book_date), sa.literal(0, sa.BigInteger)
    kept = (_t.debit_minor, _t.credit_minor, _t.debits, _t.credits)
    both = sa.union_all(
        sa.select(
            of.debit.label("account"), *where, of.minor.label("a"), none.label("b"), of.n.label("c"), none.label("d")
        ),
        sa.select(of.credit, *where, none, of.minor, none, of.n),
        sa.select(_t.account, _t.currency, _t.campaign_id, _t.book_date, *(-column for column in kept)),
    ).subquery()
    key = (both.c.account, both.c.currency, both.c.campaign_id, both.c.book_date)
    differs = sa.or_(*(sa.func.sum(both.c[side]) != 0 for side in "abcd"))
    wrong = [*conn.execute(sa.select(*key).group_by(*key).having(differs).order_by(*key)), *_months_unlike_days(conn)]
    listed = {f"{row[0]} {row[1]} campaign {row[2]}": f"{row[3]}" for row in wrong[:LISTED]}
    return checked("totals", len(wrong), listed, "Totals differ from the entries, which are the truth: " + RESTORE)


def _months_unlike_days(conn: Connection) -> Sequence[sa.Row[Any]]:
    """The kept totals of months that are not the sum of their days."""
    sides = ("debit_minor", "credit_minor", "debits", "credits")
    month = month_text(conn, _t.book_date).label("month")
    both = sa.union_all(
        sa.select(_t.account, _t.currency, _t.campaign_id, month, *(_t[side] for side in sides)),
        sa.select(_m.account, _m.currency, _m.campaign_id, _m.month, *(-_m[side] for side in sides)),
    ).subquery()
    key = [both.c[name] for name in ("account", "currency", "campaign_id", "month")]
    differs = sa.or_(*(sa.func.sum(both.c[side]) != 0 for side in sides))
    return conn.execute(sa.select(*key).group_by(*key).having(differs).order_by(*key)).all()


def _balanced(conn: Connection) -> Finding:
    """In every currency debits equal credits."""
    rows = conn.execute(
        sa.select(_t.currency, sa.func.sum(_t.debit_minor), sa.func.sum(_t.credit_minor))
        .group_by(_t.currency)
        .order_by(_t.currency)
    ).all()
    wrong = sum(row[1] != row[2] for row in rows)
    figures = {row[0]: f"{amount_text(row[1], row[0])} = {amount_text(row[2], row[0])}" for row in rows}
    return checked("balanced", wrong, figures, RESTORE)

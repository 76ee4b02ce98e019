"""Prove the books. Each check is one question, so that it sees one moment of them even while they are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.instants import Clock, utc_now
from ledger import tables
from ledger.accounts import Account
from ledger.money import CURRENCIES, LARGEST_MINOR, Money

# What Stripe told us shows in its balance within minutes; what has not met after this is looked into.
PATIENCE = timedelta(hours=6)
LISTED = 20

_e, _t, _u, _a = tables.entry.c, tables.total.c, tables.uncleared.c, tables.account.c


class Status(Enum):
    """What a check came to. What cannot be checked yet is never called passed."""

    PASSED = "passed"
    FAILED = "failed"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Finding:
    """One invariant: whether it holds, the figures behind that, and what to do when it does not."""

    name: str
    status: Status
    figures: Mapping[str, object]
    advice: str = ""

    @property
    def has_failed(self) -> bool:
        """Whether something is known to be wrong."""
        return self.status is Status.FAILED

    def as_json(self) -> dict[str, object]:
        """Plain values, for `farthing audit --json`."""
        return {
            "name": self.name,
            "status": self.status.value,
            "figures": dict(self.figures),
            "advice": self.advice,
        }


def audit(conn: Connection, clock: Clock = utc_now) -> list[Finding]:
    """Every invariant that the ledger alone can speak of; the clock says what in clearing is old."""
    return [
        *_journal(conn),
        _accounts(conn),
        _reversals(conn),
        _totals(conn),
        _balanced(conn),
        _clearing(conn),
        _suspense(conn),
        _old_clearing(conn, clock),
        *_unsettled(conn),
    ]


def _found(name: str, wrong: int, figures: Mapping[str, object], advice: str) -> Finding:
    """Passed when nothing is wrong; the advice is for when something is."""
    status = Status.FAILED if wrong else Status.PASSED
    return Finding(name, status, dict(figures) | {"wrong": wrong}, advice if wrong else "")


def _journal(conn: Connection) -> list[Finding]:
    """Numbers without gaps, a cause for each entry, amounts that can be: one reading of all entries."""
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
        _found("numbers", missing, {"entries": count, "last": last}, _RESTORE),
        _found("causes", causeless, {"entries": count}, _RESTORE),
        _found("amounts", unsound, {"entries": count}, _RESTORE),
    ]


def _accounts(conn: Connection) -> Finding:
    """Every entry moves money between two accounts of its own currency."""
    used = sa.select(_e.debit, _e.credit, _e.currency, sa.func.count().label("n"))
    used_by = used.group_by(_e.debit, _e.credit, _e.currency).subquery()
    there = sa.select(_a.code).where(_a.currency == used_by.c.currency)
    strange = sa.or_(used_by.c.debit.not_in(there), used_by.c.credit.not_in(there))
    wrong = conn.scalar(sa.select(sa.func.sum(used_by.c.n)).where(strange))
    return _found("accounts", int(wrong or 0), {}, _RESTORE)


def _reversals(conn: Connection) -> Finding:
    """A reversal is the mirror of an entry that is there."""
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
    return _found("reversals", count - mirrored, {"reversals": count}, _RESTORE)


def _totals(conn: Connection) -> Finding:
    """Kept totals are the entries, summed: by account, currency, campaign and day, both sides and both counts."""
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
    wrong = conn.execute(sa.select(*key).group_by(*key).having(differs).order_by(*key)).all()
    listed = {f"{row[0]} {row[1]} campaign {row[2]}": f"{row[3]}" for row in wrong[:LISTED]}
    return _found("totals", len(wrong), listed, "Totals differ from the entries, which are the truth: " + _RESTORE)


def _balanced(conn: Connection) -> Finding:
    """In every currency debits are credits."""
    rows = conn.execute(
        sa.select(_t.currency, sa.func.sum(_t.debit_minor), sa.func.sum(_t.credit_minor))
        .group_by(_t.currency)
        .order_by(_t.currency)
    ).all()
    wrong = sum(row[1] != row[2] for row in rows)
    return _found(
        "balanced", wrong, {row[0]: f"{_said(row[1], row[0])} = {_said(row[2], row[0])}" for row in rows}, _RESTORE
    )


def _clearing(conn: Connection) -> Finding:
    """What is listed as uncleared is what does not cancel out in the entries, by subject; nothing stands at zero."""
    clearing, zero = Account.CLEARING.value, sa.literal(0, sa.BigInteger)
    sides = sa.union_all(
        sa.select(
            _e.subject,
            _e.currency,
            sa.case((_e.debit == clearing, _e.amount_minor), else_=-_e.amount_minor).label("minor"),
            zero.label("idle"),
        ).where(sa.or_(_e.debit == clearing, _e.credit == clearing)),
        sa.select(_u.subject, _u.currency, -_u.balance_minor, sa.case((_u.balance_minor == 0, 1), else_=0)),
    ).subquery()
    key, minor = (sides.c.subject, sides.c.currency), sa.func.sum(sides.c.minor)
    differs = sa.or_(minor != 0, sa.func.sum(sides.c.idle) != 0)
    wrong = conn.execute(sa.select(*key, minor).group_by(*key).having(differs).order_by(*key)).all()
    listed = {f"{row[0]} in {row[1]}": _said(row[2], row[1]) for row in wrong[:LISTED]}
    return _found("clearing", len(wrong), listed, "Uncleared subjects differ from the entries: " + _RESTORE)


def _suspense(conn: Connection) -> Finding:
    """Nothing lies in suspense."""
    wrong = {code: minor for code, minor in _balances(conn, Account.SUSPENSE).items() if minor}
    listed = {code: _said(minor, code) for code, minor in wrong.items()}
    return _found(
        "suspense", len(wrong), listed, "Stripe moved money in a way that this version does not know: report it."
    )


def _old_clearing(conn: Connection, clock: Clock) -> Finding:
    """What has waited in clearing for longer than it should, oldest first.

    Until something has settled in Stripe's balance nothing can have met, and nothing is proved.
    """
    old = sa.select(_u.subject, _u.currency, _u.balance_minor, _u.since).where(_u.since < clock() - PATIENCE)
    rows = conn.execute(old.order_by(_u.since, _u.subject)).all()
    figures: dict[str, object] = {"subjects": len(rows)}
    figures |= {
        f"{row[0]} in {row[1]}": f"{_said(row[2], row[1])} since {row[3]:%Y-%m-%d %H:%M}" for row in rows[:LISTED]
    }
    if not _balances(conn, Account.STRIPE):
        return Finding("old clearing", Status.UNCHECKED, figures, _NO_SETTLEMENT)
    return _found(
        "old clearing", len(rows), figures, "These payments and Stripe's balance do not agree: run reconcile."
    )


def _unsettled(conn: Connection) -> list[Finding]:
    """What can be proved only against Stripe's own balance, with our side of it."""
    ours = {
        "stripe balance": _balances(conn, Account.STRIPE),
        "balance transactions": {},
        "payouts": _balances(conn, Account.IN_TRANSIT),
    }
    return [
        Finding(name, Status.UNCHECKED, {code: _said(minor, code) for code, minor in side.items()}, _NO_SETTLEMENT)
        for name, side in ours.items()
    ]


def _balances(conn: Connection, account: Account) -> dict[str, int]:
    """The account's balance by currency; a currency that it never saw is left out."""
    balance = sa.func.sum(_t.debit_minor - _t.credit_minor)
    rows = conn.execute(
        sa.select(_t.currency, balance).where(_t.account == account.value).group_by(_t.currency).order_by(_t.currency)
    )
    return {row[0]: int(row[1]) for row in rows}


def _said(minor: Any, code: str) -> str:
    """An amount in words, also of a currency that should not be in the books."""
    of = CURRENCIES.get(code)
    return str(Money(int(minor), of)) if of else f"{code} {minor} in minor units"


_RESTORE = "somebody changed the database by hand. Stop, keep a copy, restore the last sound backup, reconcile."
_NO_SETTLEMENT = "Not checked: this version does not read Stripe's balance yet."

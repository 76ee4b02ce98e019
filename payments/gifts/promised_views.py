"""Money that is promised: forms that are being paid, and recurring gifts that ended or whose payment failed."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.money import Money, currency
from payments.gifts.gift import GiftState
from payments.gifts.recurring import RecurringState
from payments.gifts.recurring_changes import ChangeKind
from payments.gifts.tables import PROMISED, gift, recurring, recurring_act

_g, _r, _a = gift.c, recurring.c, recurring_act.c
_ENDS = (ChangeKind.END_NOW.value, ChangeKind.END_LATER.value)


@dataclass(frozen=True, slots=True)
class PromisedSum:
    """Gifts in one state that are not paid yet, in one currency."""

    state: GiftState
    gifts: int
    amount: Money


class EndCause(StrEnum):
    """Why a recurring gift ended."""

    ASKED = "asked"
    FAILED = "failed"
    COMPLETED = "completed"
    AT_STRIPE = "at Stripe"


@dataclass(frozen=True, slots=True)
class FailingRecurring:
    """A recurring gift whose instalment could not be taken. `retry_at` is None when Stripe tries no more.

    `card_expired_on` is the last day that its card was good for, when that has passed; `decline` Stripe's code for why
    the last attempt failed, if it is known.
    """

    id: str
    donor: str
    amount: Money
    attempts: int
    retry_at: datetime | None
    failing_since: datetime | None
    card_expired_on: date | None
    decline: str | None


@dataclass(frozen=True, slots=True)
class EndedRecurring:
    """A recurring gift that ended, and why. `who` asked for it (a member of staff, or the donor), with the reason."""

    id: str
    donor: str
    amount: Money
    interval: str
    ended_at: datetime
    cause: EndCause
    who: str
    reason: str


def promised_sums(conn: Connection) -> list[PromisedSum]:
    """What was begun and may still be paid, by state and currency."""
    rows = conn.execute(
        sa.select(_g.state, _g.currency, sa.func.count(), sa.func.sum(_g.amount_minor))
        .where(PROMISED)
        .group_by(_g.state, _g.currency)
        .order_by(_g.state, _g.currency)
    )
    return [
        PromisedSum(GiftState(state), count, Money(int(minor), currency(code))) for state, code, count, minor in rows
    ]


def failing_recurring(conn: Connection, today: date, limit: int) -> list[FailingRecurring]:
    """Recurring gifts whose payment failed, the next attempt first."""
    rows = conn.execute(
        sa.select(recurring)
        .where(_r.state == RecurringState.PAST_DUE.value)
        .order_by(sa.nulls_last(_r.retry_at), _r.id)
        .limit(limit)
    )
    return [
        FailingRecurring(
            row.id,
            row.donor_name,
            Money(row.amount_minor, currency(row.currency)),
            row.failed_attempts,
            row.retry_at,
            row.failing_since,
            row.card_expires_on if row.card_expires_on and row.card_expires_on < today else None,
            row.decline,
        )
        for row in rows
    ]


def failing_count(conn: Connection) -> int:
    """How many recurring gifts could not be taken."""
    question = sa.select(sa.func.count()).select_from(recurring)
    return conn.scalar(question.where(_r.state == RecurringState.PAST_DUE.value)) or 0


def ended_recurring(conn: Connection, since: datetime, limit: int) -> list[EndedRecurring]:
    """Recurring gifts that ended since then, the newest first."""
    rows = conn.execute(
        sa.select(recurring).where(*_ended(since)).order_by(_r.stripe_ends_at.desc(), _r.id).limit(limit)
    ).all()
    asked = _asked_ends(conn, [row.id for row in rows])
    return [
        EndedRecurring(
            row.id,
            row.donor_name,
            Money(row.amount_minor, currency(row.currency)),
            row.interval,
            row.stripe_ends_at,
            EndCause.ASKED if row.id in asked else _cause(row),
            *asked.get(row.id, ("", "")),
        )
        for row in rows
    ]


def ended_count(conn: Connection, since: datetime) -> int:
    """How many recurring gifts ended since then."""
    return conn.scalar(sa.select(sa.func.count()).select_from(recurring).where(*_ended(since))) or 0


def _ended(since: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return _r.state == RecurringState.ENDED.value, _r.stripe_ends_at >= since


def _asked_ends(conn: Connection, ids: list[str]) -> dict[str, tuple[str, str]]:
    rows = conn.execute(
        sa.select(_a.recurring_id, _a.who, _a.reason)
        .where(_a.recurring_id.in_(ids), _a.act.in_(_ENDS), _a.done_at.is_not(None))
        .order_by(_a.asked_at, _a.id)
    )
    return {recurring_id: (who, reason) for recurring_id, who, reason in rows}


def _cause(row: sa.Row[Any]) -> EndCause:
    """After failed attempts it was given up; else it came to the end that its donor chose at first."""
    if row.failed_attempts:
        return EndCause.FAILED
    return EndCause.AT_STRIPE if row.ends_at is None and row.instalments is None else EndCause.COMPLETED

"""Gifts that look like twins: the same sum from the same donor within a day. Writes nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.kinds import EntryKind
from ledger.money import Money, currency
from ledger.tables import entry
from payments.gifts.gift import GiftState
from payments.gifts.tables import gift, offline_gift
from payments.refunding.tables import refund_request
from staff.tables import act

NOT_TWINS = "gift.not_twins"
"""The act by which a treasurer says that both gifts were meant. Its subject is the later one."""
WITHIN = timedelta(days=1)
_GIVEN_BACK = (
    EntryKind.REFUND.value,
    EntryKind.DISPUTE.value,
    EntryKind.PAYMENT_FAILED.value,
    EntryKind.REPAID.value,
)
LOOK_BACK = timedelta(days=60)
"""Older twins are history: their donors have asked, or never will."""
LATEST = 50_000
"""Entries that are looked at, from the newest back: so the question costs the same in books of any size."""


@dataclass(frozen=True, slots=True)
class TwinRow:
    """Two gifts that look like one that was charged twice."""

    first: str
    later: str
    donor_id: str
    donor: str
    amount: Money
    first_at: datetime
    later_at: datetime


def twin_rows(
    conn: Connection, now: datetime, limit: int, later: str | None = None, latest: int = LATEST
) -> list[TwinRow]:
    """Twins of the last weeks that nobody has dealt with, the newest first; those of one later gift, if it is named.

    `latest` is how many of the newest entries are looked at.
    """
    first, second = gift.alias("first_gift"), gift.alias("second_gift")
    rows = conn.execute(
        sa.select(first.c.id, second.c.id, second.c.donor_id, second.c.donor_name, second.c.currency,
                  second.c.amount_minor, first.c.received_at, second.c.received_at)
        .join(second, sa.and_(first.c.donor_id == second.c.donor_id, first.c.id != second.c.id))
        .where(second.c.id == later if later else second.c.id.in_(_lately(conn, latest)))
        .where(second.c.received_at > now - LOOK_BACK, second.c.state == GiftState.RECEIVED.value)
        .where(first.c.amount_minor == second.c.amount_minor, first.c.currency == second.c.currency)
        .where(first.c.state == GiftState.RECEIVED.value, _within(conn, first, second))
        .where(sa.or_(first.c.recurring_id.is_(None), first.c.recurring_id.is_distinct_from(second.c.recurring_id)))
        .where(*(_is_untouched(each) for each in (first, second)), ~_were_meant(second))
        .order_by(second.c.received_at.desc(), second.c.id, first.c.received_at.desc())
        .limit(limit)
    )  # fmt: skip
    twins = {row[1]: row for row in reversed(rows.all())}
    newest = sorted(twins.values(), key=lambda row: (row[7], row[1]), reverse=True)
    return [TwinRow(row[0], row[1], row[2], row[3], Money(row[5], currency(row[4])), row[6], row[7]) for row in newest]


def _lately(conn: Connection, latest: int) -> sa.Select[tuple[str | None]]:
    """The gifts of the newest entries."""
    last = conn.scalar(sa.select(sa.func.max(entry.c.id))) or 0
    return sa.select(entry.c.gift_id).where(entry.c.id > last - latest, entry.c.kind == EntryKind.GIFT.value)


def _within(conn: Connection, first: sa.FromClause, second: sa.FromClause) -> sa.ColumnElement[bool]:
    """The later came within a day after the first, in each database's SQL; of two at once the higher id is later."""
    earlier, later = first.c.received_at, second.c.received_at
    if conn.dialect.name == "sqlite":
        days = sa.func.julianday(later) - sa.func.julianday(earlier)
    else:
        days = (sa.extract("epoch", later) - sa.extract("epoch", earlier)) / WITHIN.total_seconds()
    return sa.and_(days.between(0, 1), sa.or_(later > earlier, second.c.id > first.c.id))


def _is_untouched(each: sa.FromClause) -> sa.ColumnElement[bool]:
    """It came through Stripe, and nothing of it went back or was asked back."""
    gone = sa.exists().where(entry.c.gift_id == each.c.id, entry.c.kind.in_(_GIVEN_BACK))
    asked = sa.exists().where(refund_request.c.gift_id == each.c.id, refund_request.c.refusal.is_(None))
    offline = sa.exists().where(offline_gift.c.gift_id == each.c.id)
    return ~sa.or_(gone, asked, offline)


def _were_meant(second: sa.FromClause) -> sa.ColumnElement[bool]:
    kind = act.c.subject_kind == EntryKind.GIFT.value
    return sa.exists().where(kind, act.c.subject_id == second.c.id, act.c.what == NOT_TWINS)

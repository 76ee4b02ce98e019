"""Supporters in the database: found at Stripe, and adopted or left by a treasurer."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import insert_rows
from ledger.money import Money, currency
from outbox.jobs import enqueue
from payments.adopting.supporter import MARK_SUPPORTER, Supporter, adopted
from payments.adopting.tables import supporter
from payments.gifts.gift import DonorDetails, GiftState, Share
from payments.gifts.recurring import Interval
from payments.gifts.recurring_store import add_recurring, recurring_of_subscription
from payments.gifts.store import add_gift, raise_states

_s = supporter.c


def add_supporters(conn: Connection, supporters: Sequence[Supporter], now: datetime) -> None:
    """Keep those that are new and not ours; one that was decided about stays decided."""
    known = set(conn.scalars(sa.select(_s.subscription)))
    rows = [
        {
            "subscription": each.subscription,
            "donor_name": each.donor.name,
            "donor_email": each.donor.email,
            "currency": each.amount.currency.code,
            "amount_minor": each.amount.minor,
            "interval": each.interval.value,
            "product": each.product,
            "began_at": each.began_at,
            "found_at": now,
        }
        for each in supporters
        if each.subscription not in known and recurring_of_subscription(conn, each.subscription) is None
    ]
    insert_rows(conn, supporter, rows)


def waiting_supporters(conn: Connection, limit: int) -> list[Supporter]:
    """Those that nobody has decided about, the oldest first."""
    rows = conn.execute(
        sa.select(supporter).where(_s.decided_at.is_(None)).order_by(_s.began_at, _s.subscription).limit(limit)
    )
    return [_supporter(row) for row in rows]


def waiting_supporter(conn: Connection, subscription: str) -> Supporter | None:
    """One of them. Its row is locked: of two people at once, one decides."""
    row = conn.execute(
        sa.select(supporter).where(_s.subscription == subscription, _s.decided_at.is_(None)).with_for_update()
    ).one_or_none()
    return None if row is None else _supporter(row)


def adopt_supporter(conn: Connection, chosen: Supporter, shares: tuple[Share, ...], now: datetime) -> str:
    """Make it a recurring gift of ours, and queue the job that marks it at Stripe; returns the recurring gift's id."""
    first, recurring = adopted(chosen, shares)
    add_gift(conn, first)
    raise_states(conn, {first.id: GiftState.EXPIRED})  # it was paid to another system, and is not waited for
    add_recurring(conn, recurring)
    _decide(conn, chosen.subscription, is_adopted=True, now=now)
    enqueue(conn, MARK_SUPPORTER, chosen.subscription, {"subscription": chosen.subscription}, now=now)
    return recurring.id


def leave_supporter(conn: Connection, subscription: str, now: datetime) -> None:
    """It is no gift: its money stays other money."""
    _decide(conn, subscription, is_adopted=False, now=now)


def _decide(conn: Connection, subscription: str, *, is_adopted: bool, now: datetime) -> None:
    decided = {"decided_at": now, "adopted": is_adopted, "donor_name": "", "donor_email": ""}
    conn.execute(sa.update(supporter).where(_s.subscription == subscription, _s.decided_at.is_(None)).values(**decided))


def _supporter(row: sa.Row[tuple[object, ...]]) -> Supporter:
    return Supporter(
        subscription=row.subscription,
        donor=DonorDetails(row.donor_name, row.donor_email),
        amount=Money(row.amount_minor, currency(row.currency)),
        interval=Interval(row.interval),
        began_at=row.began_at,
        product=row.product,
    )

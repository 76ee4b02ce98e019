"""Gifts that only Stripe knows, in the database: found by reconcile, and adopted or left by a treasurer."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import put_rows
from ledger.money import Money, currency
from outbox.jobs import enqueue
from payments.gifts.gift import DonorDetails
from payments.gifts.lost import LostGift, LostKind, LostShare, adopted_gift, adopted_recurring
from payments.gifts.recurring import Interval
from payments.gifts.recurring_store import add_recurring
from payments.gifts.store import add_gift, link_session
from payments.gifts.tables import lost_gift

ADOPT = "gifts.adopt"
"""The kind of job that brings the payments of an adopted gift into the books: {"id": of the lost gift}."""
_STRANGER = "stranger"
_l = lost_gift.c


def add_lost(conn: Connection, lost: Iterable[LostGift], now: datetime) -> None:
    """Keep what Stripe says of these gifts, until a treasurer decides; one that is there already stays."""
    rows = [
        {
            "id": gift.id,
            "kind": gift.kind.value,
            "first_gift": gift.first_gift,
            "currency": gift.amount.currency.code,
            "amount_minor": gift.amount.minor,
            "interval": gift.interval and gift.interval.value,
            "shares": [[share.slug, share.amount.minor] for share in gift.shares],
            "donor_name": gift.donor.name,
            "donor_email": gift.donor.email,
            "given_at": gift.given_at,
            "session_id": gift.session,
            "subscription": gift.subscription,
            "weights": [list(weight) for weight in gift.weights],
            "ends_at": gift.ends_at,
            "instalments": gift.instalments,
            "day": gift.day,
            "stops_at": gift.stops_at,
            "source": gift.source or None,
            "found_at": now,
        }
        for gift in lost
    ]
    _add_new(conn, rows)


def add_strangers(conn: Connection, ids: Sequence[str], now: datetime) -> None:
    """Keep that these recurring gifts are another installation's, so that Stripe is not asked again."""
    rows = [
        {"id": identity, "kind": _STRANGER, "shares": [], "donor_name": "", "donor_email": "", "found_at": now}
        for identity in ids
    ]
    _add_new(conn, rows)


def _add_new(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    known = set(conn.scalars(sa.select(_l.id).where(_l.id.in_([row["id"] for row in rows]))))
    put_rows(conn, lost_gift, [row for row in rows if row["id"] not in known], "DO NOTHING")


def lost_gift_of(conn: Connection, identity: str) -> LostGift | None:
    """A gift that waits for a treasurer's decision. Its row is locked: of two people at once, one decides."""
    waiting = sa.select(lost_gift).where(_l.id == identity, _l.decided_at.is_(None), _l.kind != _STRANGER)
    waiting = waiting.with_for_update()
    row = conn.execute(waiting).one_or_none()
    return None if row is None else read_lost_row(row)


def adopt_gift(conn: Connection, lost: LostGift, campaigns: Mapping[str, int], now: datetime) -> None:
    """Add the gift, and the recurring gift that it began; a job brings their payments into the books.

    `campaigns`: the campaign of each address that the gift names.
    """
    gift = adopted_gift(lost, campaigns)
    add_gift(conn, gift)
    if recurring := adopted_recurring(lost, gift, campaigns):
        add_recurring(conn, recurring)
    if lost.session is not None:
        link_session(conn, gift.id, lost.session)
    _decide(conn, lost.id, adopted=True, now=now)
    enqueue(conn, ADOPT, lost.id, {"id": lost.id}, now=now, urgent=True)


def leave_lost(conn: Connection, identity: str, now: datetime) -> None:
    """It is no gift that is lacking: its money stays where it is."""
    _decide(conn, identity, adopted=False, now=now)


def _decide(conn: Connection, identity: str, *, adopted: bool, now: datetime) -> None:
    """Keep the decision, and no longer who gave."""
    conn.execute(
        sa.update(lost_gift)
        .where(_l.id == identity, _l.decided_at.is_(None))
        .values(decided_at=now, adopted=adopted, donor_name="", donor_email="")
    )


def subscription_of_lost(conn: Connection, identity: str) -> str | None:
    """The subscription of a recurring gift that was adopted."""
    subscription: str | None = conn.scalar(sa.select(_l.subscription).where(_l.id == identity))
    return subscription


def read_lost_row(row: sa.Row[Any]) -> LostGift:
    """A row as a value."""
    of = currency(row.currency)
    return LostGift(
        id=row.id,
        kind=LostKind(row.kind),
        first_gift=row.first_gift,
        shares=tuple(LostShare(slug, Money(minor, of)) for slug, minor in row.shares),
        donor=DonorDetails(row.donor_name, row.donor_email),
        given_at=row.given_at,
        interval=Interval(row.interval) if row.interval else None,
        session=row.session_id,
        subscription=row.subscription,
        weights=tuple((slug, weight) for slug, weight in row.weights or ()),
        ends_at=row.ends_at,
        instalments=row.instalments,
        day=row.day,
        stops_at=row.stops_at,
        source=row.source or "",
    )

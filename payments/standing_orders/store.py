"""Standing orders in the database."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import insert_rows
from ledger.money import Money, currency
from payments.gifts.recurring import Interval
from payments.standing_orders.order import LENGTH, LETTERS, StandingOrder, make_reference
from payments.standing_orders.order_views import came_by_day
from payments.standing_orders.tables import standing_order, standing_order_gift

_o = standing_order.c


class AlreadyCame(ValueError):
    """A gift has come for this day already, or nothing is due on it."""


def new_reference(conn: Connection) -> str:
    """A reference that no standing order has."""
    while True:
        reference = make_reference([secrets.randbelow(len(LETTERS)) for _ in range(LENGTH - 1)])
        if order_of_reference(conn, reference) is None:
            return reference


def add_order(conn: Connection, order: StandingOrder, who: str, now: datetime) -> None:
    """Keep a new standing order. The same one again changes nothing."""
    if order_by_id(conn, order.id) is not None:
        return
    row = {
        "id": order.id,
        "reference": order.reference,
        "donor_id": order.donor_id,
        "campaign_id": order.campaign,
        "currency": order.amount.currency.code,
        "amount_minor": order.amount.minor,
        "interval": order.interval.value,
        "first_day": order.first_day,
        "who": who,
        "made_at": now,
    }
    insert_rows(conn, standing_order, [row])


def end_order(conn: Connection, order_id: str, day: date) -> None:
    """Expect nothing after this day; an end that is set stays."""
    conn.execute(sa.update(standing_order).where(_o.id == order_id, _o.ended_on.is_(None)).values(ended_on=day))


def order_by_id(conn: Connection, order_id: str) -> StandingOrder | None:
    """The standing order with this id."""
    return _one(conn, _o.id == order_id)


def order_of_reference(conn: Connection, reference: str) -> StandingOrder | None:
    """The standing order that is known by this reference."""
    return _one(conn, _o.reference == reference)


def standing_orders(conn: Connection, limit: int, page: int = 1) -> list[StandingOrder]:
    """Standing orders, the newest first."""
    rows = conn.execute(
        sa.select(standing_order).order_by(_o.made_at.desc(), _o.id).limit(limit).offset((page - 1) * (limit - 1))
    )
    return [_order(row) for row in rows]


def orders_of_donors(conn: Connection, donor_ids: Sequence[str], limit: int) -> list[StandingOrder]:
    """The standing orders of these donors, the newest first."""
    rows = conn.execute(
        sa.select(standing_order).where(_o.donor_id.in_(donor_ids)).order_by(_o.made_at.desc(), _o.id).limit(limit)
    )
    return [_order(row) for row in rows]


def note_came(conn: Connection, order: StandingOrder, due_on: date, gift_id: str) -> None:
    """This gift came for that day. Call it in the `booking` that enters the gift. Raises AlreadyCame."""
    known = came_by_day(conn, order.id).get(due_on)
    if known == gift_id:
        return
    if known is not None:
        raise AlreadyCame(due_on.isoformat())
    insert_rows(conn, standing_order_gift, [{"gift_id": gift_id, "order_id": order.id, "due_on": due_on}])


def _one(conn: Connection, which: sa.ColumnElement[bool]) -> StandingOrder | None:
    row = conn.execute(sa.select(standing_order).where(which)).one_or_none()
    return None if row is None else _order(row)


def _order(row: sa.Row[tuple[object, ...]]) -> StandingOrder:
    return StandingOrder(
        id=row.id,
        reference=row.reference,
        donor_id=row.donor_id,
        campaign=row.campaign_id,
        amount=Money(row.amount_minor, currency(row.currency)),
        interval=Interval(row.interval),
        first_day=row.first_day,
        ended_on=row.ended_on,
    )

"""What came by standing orders. Writes nothing."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from payments.gifts.tables import offline_gift
from payments.standing_orders.order import ExpectedGift, StandingOrder, expected_gifts
from payments.standing_orders.tables import standing_order_gift

_g = standing_order_gift.c


def came_by_day(conn: Connection, order_id: str) -> dict[date, str]:
    """The gifts that came by a standing order, by the day on which they were due; none that was taken back."""
    rows = conn.execute(
        sa.select(_g.due_on, _g.gift_id)
        .join(offline_gift, offline_gift.c.gift_id == _g.gift_id)
        .where(_g.order_id == order_id, offline_gift.c.taken_back_at.is_(None))
    )
    return {row.due_on: row.gift_id for row in rows}


def expected_of(conn: Connection, order: StandingOrder, today: date) -> list[ExpectedGift]:
    """What was due until today, and next, and what came of it."""
    return expected_gifts(order, today, came_by_day(conn, order.id))

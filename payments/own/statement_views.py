"""Recurring gifts whose donors chose a statement of each year. Writes nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from payments.gifts.gift import GiftState
from payments.gifts.recurring import ReceiptLetters, RecurringState
from payments.gifts.tables import gift, receipt_choice, recurring

_g, _r, _c = gift.c, recurring.c, receipt_choice.c


@dataclass(frozen=True, slots=True)
class RecurringWithStatements:
    """A recurring gift and the `years` in which gifts of it were received. `has_ended`: nothing more is to come."""

    recurring: str
    years: Collection[int]
    has_ended: bool


def recurring_with_statements(conn: Connection, since: date) -> list[RecurringWithStatements]:
    """Those for which a statement was ever chosen, with their gifts since a day of last year."""
    chosen = sa.select(_c.recurring_id).where(_c.letters == ReceiptLetters.YEARLY.value)
    is_processing = sa.case((_g.state == GiftState.PROCESSING.value, 1), else_=0)
    is_received = sa.and_(_g.state == GiftState.RECEIVED.value, _g.received_on >= since)
    rows = conn.execute(
        sa.select(
            _r.id,
            _r.state,
            sa.func.min(_g.received_on, type_=_g.received_on.type),
            sa.func.max(_g.received_on, type_=_g.received_on.type),
            sa.func.max(is_processing),
        )
        .join(gift, _g.recurring_id == _r.id)
        .where(_r.id.in_(chosen), sa.or_(is_received, _g.state == GiftState.PROCESSING.value))
        .group_by(_r.id, _r.state)
        .order_by(_r.id)
    )
    return [
        # Since last year began: the first and the last gift are of every year that there can be.
        RecurringWithStatements(
            identity, {day.year for day in (first, last) if day}, state == RecurringState.ENDED.value and not waits
        )
        for identity, state, first, last, waits in rows
    ]

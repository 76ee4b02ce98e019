"""Payments with our mark whose gift is not kept here: what reconcile asks Stripe about, and what the desk lists."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from payments.books.tables import charge, invoice, invoice_payment
from payments.books.views import is_without_gift
from payments.gifts.lost import LostGift, LostKind
from payments.gifts.lost_store import read_lost_row
from payments.gifts.tables import lost_gift, recurring
from payments.reading.happenings import NO_RECURRING_GIFT

_c, _i, _p, _l = charge.c, invoice.c, invoice_payment.c, lost_gift.c
_UNKNOWN = ~sa.exists().where(_l.id == _c.gift_hint)


def unexplained_charges(conn: Connection, limit: int) -> list[tuple[str, str]]:
    """Gifts that are named by a charge and not kept here, each with a charge of it; those that Stripe was not asked."""
    rows = conn.execute(
        sa.select(_c.gift_hint, sa.func.min(_c.id))
        .where(*is_without_gift(), _UNKNOWN)
        .group_by(_c.gift_hint)
        .order_by(_c.gift_hint)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


def unexplained_invoices(conn: Connection, limit: int) -> list[tuple[str, str]]:
    """Recurring gifts that are named by a paid invoice and not kept here, each with an invoice of it."""
    kept = sa.exists().where(recurring.c.id == _i.recurring_id)
    asked = sa.exists().where(_l.id == _i.recurring_id)
    rows = conn.execute(
        sa.select(_i.recurring_id, sa.func.min(_i.id))
        .where(_i.recurring_id != NO_RECURRING_GIFT, ~kept, ~asked)
        .group_by(_i.recurring_id)
        .order_by(_i.recurring_id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


def payments_of_lost(conn: Connection, identity: str) -> Sequence[str]:
    """The payments of a gift, or of a recurring gift, by what their charges and invoices name."""
    once = sa.select(_c.payment).where(_c.gift_hint == identity, _c.gift_id.is_(None))
    instalments = sa.select(_p.payment).join(invoice, _i.id == _p.invoice_id).where(_i.recurring_id == identity)
    return sorted(conn.scalars(sa.union(once, instalments)))


def charges_of_lost(conn: Connection, identity: str) -> Sequence[str]:
    """The charges that name this gift and wait for it."""
    return sorted(conn.scalars(sa.select(_c.id).where(_c.gift_hint == identity, *is_without_gift())))


def lost_gifts(conn: Connection, limit: int, page: int = 1) -> list[LostGift]:
    """Gifts that wait for a treasurer's decision, newest first."""
    rows = conn.execute(
        _waiting(sa.select(lost_gift)).order_by(_l.given_at.desc(), _l.id).limit(limit).offset((page - 1) * (limit - 1))
    )
    return [read_lost_row(row) for row in rows]


def lost_gift_count(conn: Connection) -> int:
    """How many gifts wait for a decision."""
    return conn.scalar(_waiting(sa.select(sa.func.count()).select_from(lost_gift))) or 0


def _waiting(query: sa.Select[Any]) -> sa.Select[Any]:
    """One whose every charge was settled otherwise waits no longer."""
    open_charge = sa.exists().where(_c.gift_hint == _l.id, *is_without_gift())
    return query.where(
        _l.decided_at.is_(None),
        sa.or_(_l.kind == LostKind.RECURRING.value, sa.and_(_l.kind == LostKind.ONCE.value, open_charge)),
    )

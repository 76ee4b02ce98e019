"""Disputes and payouts that are still open here, and what is not known of them: reconcile asks Stripe about each.

An object is due when it was never asked about, or not since `before`. What happened since is in the list of events.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.questions import look_up
from payments.books.tables import balance_line, dispute, dispute_move, payout, refund
from payments.reading.happenings import Category

# Statuses after which Stripe changes nothing by itself (docs.stripe.com/api/disputes/object, `status`).
DECIDED = ("won", "lost", "warning_closed", "prevented")
_UNDER_WAY = ("pending", "in_transit")  # docs.stripe.com/api/payouts/object, `status`
_d, _m, _p, _l, _r = dispute.c, dispute_move.c, payout.c, balance_line.c, refund.c
_STATUS = (_d.id, _d.status)


def open_disputes(conn: Connection, before: datetime) -> set[str]:
    """Disputes that are not decided, and those of which only the money is known, by their ids."""
    never_asked = sa.select(_m.dispute).where(_m.dispute.not_in(sa.select(_d.id)))
    undecided = sa.select(_d.id).where(_d.status.not_in(DECIDED), _d.looked_at < before)
    return set(conn.scalars(sa.union(never_asked, undecided)))


def statuses_of_disputes(conn: Connection, ids: Sequence[str]) -> dict[str, str]:
    """The kept statuses of these disputes; unknown ones are left out."""
    return {row[0]: row[1] for row in look_up(conn, _STATUS, _d.id, ids)}


def open_payouts(conn: Connection, before: datetime) -> dict[str, datetime | None]:
    """Payouts under way, and those whose lines are not listed or that came back unheard; each with its line's instant.

    A payout is known by its own line of the balance, or by its status. One of before our first line has no line.
    """
    line_of = sa.and_(_l.subject == _p.id, _l.category == Category.PAYOUT.value)
    left = sa.select(_l.subject, _l.created_at).join_from(balance_line, payout, _l.subject == _p.id, isouter=True)
    by_line = left.where(_l.category == Category.PAYOUT.value, _is_open(_l.subject), _not_since(before))
    without_line = sa.select(_p.id, _p.looked_at).where(
        ~sa.exists().where(line_of), _p.status.in_(_UNDER_WAY), _not_since(before)
    )
    opened: dict[str, datetime | None] = {row[0]: None for row in conn.execute(without_line)}
    return opened | {row[0]: row[1] for row in conn.execute(by_line)}


def _is_open(identity: sa.Column[str]) -> sa.ColumnElement[bool]:
    back = balance_line.alias()
    came_back = sa.exists().where(back.c.subject == identity, back.c.category == Category.PAYOUT_RETURNED.value)
    unlisted = sa.and_(_p.automatic == 1, _p.lines_minor.is_(None))
    return sa.or_(
        _p.status.is_(None),
        _p.status.in_(_UNDER_WAY),
        sa.and_(_p.status == "paid", sa.or_(unlisted, came_back)),
    )


def _not_since(before: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(_p.looked_at.is_(None), _p.looked_at < before)


def refunds_without_line(conn: Connection, before: datetime) -> list[str]:
    """Refunds agreed before that instant whose money has not left the balance: they may have been cancelled."""
    settled = sa.exists().where(_l.subject == _r.id)
    question = sa.select(_r.id).where(_r.agreed_at < before, _r.undone_at.is_(None), ~settled)
    return list(conn.scalars(question.order_by(_r.id)))

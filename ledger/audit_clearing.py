"""Check clearing: what Stripe reported and what its balance shows agree, by subject."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger import tables
from ledger.accounts import Account
from ledger.finding import LISTED, PATIENCE, RESTORE, Finding, amount_text, checked, unchecked
from ledger.views import balances, verified_shares

_e, _u = tables.entry.c, tables.uncleared.c
_UNSETTLED = "nothing has settled in Stripe's balance yet. The first gift that reaches it is checked."


def audit_clearing(conn: Connection, now: datetime) -> list[Finding]:
    """Every check of clearing and suspense; `now` decides what is old."""
    return [_clearing(conn), _old_clearing(conn, now), _proved(conn), _suspense(conn)]


def _clearing(conn: Connection) -> Finding:
    """The list of uncleared subjects agrees with the entries, and no row of it is zero."""
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
    listed = {f"{row[0]} in {row[1]}": amount_text(row[2], row[1]) for row in wrong[:LISTED]}
    return checked("clearing", len(wrong), listed, f"Uncleared subjects differ from the entries: {RESTORE}")


def _old_clearing(conn: Connection, now: datetime) -> Finding:
    """No subject waits in clearing for longer than PATIENCE.

    It is unchecked until something has settled in Stripe's balance: before that nothing can have met.
    """
    old = sa.select(_u.subject, _u.currency, _u.balance_minor, _u.since).where(_u.since < now - PATIENCE)
    rows = conn.execute(old.order_by(_u.since, _u.subject)).all()
    figures: dict[str, object] = {"subjects": len(rows)}
    figures |= {
        f"{row[0]} in {row[1]}": f"{amount_text(row[2], row[1])} since {row[3]:%Y-%m-%d %H:%M}" for row in rows[:LISTED]
    }
    if not balances(conn, Account.STRIPE):
        return unchecked("old clearing", figures, _UNSETTLED)
    advice = "These payments and Stripe's balance do not agree: ./farthing reconcile, then ./farthing trace SUBJECT."
    return checked("old clearing", len(rows), figures, advice)


def _proved(conn: Connection) -> Finding:
    """All money that Stripe reported is in its balance; the figures are the share, by currency."""
    shares = verified_shares(conn)
    figures = {share.met.currency.code: f"{share.met} of {share.total}, {share.percent}%" for share in shares}
    if any(share.met != share.total for share in shares):
        return unchecked("money verified", figures, "the rest has not been seen in Stripe's balance yet.")
    return checked("money verified", 0, figures, "")


def _suspense(conn: Connection) -> Finding:
    """The suspense account is at zero in every currency."""
    wrong = {code: minor for code, minor in balances(conn, Account.SUSPENSE).items() if minor}
    listed = {code: amount_text(minor, code) for code, minor in wrong.items()}
    return checked(
        "suspense", len(wrong), listed, "Stripe moved money in a way that this version does not know: report."
    )

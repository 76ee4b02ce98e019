"""The audit's questions about what the desk keeps beside the books: what was received by month, and matches.

Both are asked of the gifts, payouts and lines themselves.
"""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.giving_kind import GivingKind
from ledger.kinds import EntryKind
from ledger.tables import entry, giving_total
from payments.bank.line import MatchKind
from payments.bank.tables import bank_line, bank_match
from payments.books.tables import payout
from payments.gifts.tables import gift, offline_gift, recurring
from proof.store_audit import Difference

_g, _t, _r, _m, _l, _e = gift.c, giving_total.c, recurring.c, bank_match.c, bank_line.c, entry.c
_KEY = ("month", "kind", "currency", "source")


def giving_unlike_gifts(conn: Connection, limit: int) -> list[Difference]:
    """Months, kinds and sources whose kept sum is not that of the gifts that were received.

    `minor` is what is kept less the gifts; 0 where only their number differs.
    """
    offline = sa.exists().where(offline_gift.c.gift_id == _g.id)
    kind = sa.case(
        (_g.recurring_id.is_not(None), GivingKind.RECURRING.value),
        (offline, GivingKind.OFFLINE.value),
        else_=GivingKind.ONCE.value,
    )
    first = gift.alias("first_gift").c
    of_first = sa.select(first.source).where(_r.id == _g.recurring_id, first.id == _r.first_gift_id)
    source = sa.func.coalesce(_g.source, of_first.correlate(gift).scalar_subquery(), "")
    received = sa.select(
        _month_of(conn, _g.received_on).label("month"), kind.label("kind"), _g.currency.label("currency"),
        source.label("source"), sa.literal(-1).label("gifts"), (-_g.amount_minor).label("minor"),
    ).where(_g.received_on.is_not(None))  # fmt: skip
    kept = sa.select(*(_t[name] for name in _KEY), _t.gifts, _t.amount_minor)
    both = sa.union_all(received, kept).subquery().c
    gifts, minor = sa.func.sum(both.gifts), sa.func.sum(both.minor)
    keys = [both[name] for name in _KEY]
    rows = conn.execute(
        sa.select(*keys, minor).group_by(*keys).having(sa.or_(gifts != 0, minor != 0)).order_by(*keys).limit(limit)
    )
    return [Difference(row.kind, f"{row.month} {row.source}".strip(), row.currency, int(row[4])) for row in rows]


def matches_unlike_lines(conn: Connection, limit: int) -> list[Difference]:
    """Matches that hold, of a line that was struck or of something of another amount.

    `minor` is the line less what it was matched to.
    """
    banked = sa.literal(EntryKind.DEPOSIT.key("")).concat(_m.deposit_id) == _e.key
    minor = sa.func.coalesce(payout.c.amount_minor, _g.amount_minor, _e.amount_minor, 0)
    code = sa.func.coalesce(payout.c.currency, _g.currency, _e.currency, "")
    matches = (
        bank_match.join(bank_line, _l.id == _m.line_id)
        .outerjoin(payout, payout.c.id == _m.payout_id)
        .outerjoin(gift, _g.id == _m.gift_id)
        .outerjoin(entry, banked)
    )
    another = sa.and_(_m.kind != MatchKind.NOT_GIFT.value, sa.or_(minor != _l.amount_minor, code != _l.currency))
    wrong = sa.or_(_l.struck_at.is_not(None), another)
    rows = conn.execute(
        sa.select(_m.kind, _l.id, _l.currency, _l.amount_minor - minor)
        .select_from(matches)
        .where(_m.holds_line.is_not(None), wrong)
        .order_by(_l.id)
        .limit(limit)
    )
    return [Difference(kind, line, currency, int(off)) for kind, line, currency, off in rows]


def match_count(conn: Connection) -> int:
    """How many lines of the bank are something."""
    return conn.scalar(sa.select(sa.func.count(_m.holds_line))) or 0


def _month_of(conn: Connection, day: sa.ColumnElement[object]) -> sa.ColumnElement[str]:
    """A day's month as it is kept, such as 2026-11."""
    return sa.func.substr(day, 1, 7) if conn.dialect.name == "sqlite" else sa.func.to_char(day, "YYYY-MM")

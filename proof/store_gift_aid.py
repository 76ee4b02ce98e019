"""The audit of Gift Aid claims: each claimed gift was received, by its donor's own declaration, and no more of it."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from donors.tables import donor_merge
from ledger.accounts import Account
from ledger.tables import entry
from payments.gift_aid.tables import gift_aid_adjustment, gift_aid_claim, gift_aid_declaration, gift_aid_line
from payments.gifts.tables import gift

_l, _c, _a, _d = gift_aid_line.c, gift_aid_claim.c, gift_aid_adjustment.c, gift_aid_declaration.c
_g, _e = gift.c, entry.c
_LONGEST_BACK = 4 * 365 + 1  # days of four years
_INCOME = (Account.GIFTS.value, Account.SHARES.value)


def claim_numbers(conn: Connection) -> tuple[int, int]:
    """How many claims there are, and the number of the last: the same, if none is missing."""
    count, last = conn.execute(sa.select(sa.func.count(), sa.func.coalesce(sa.func.max(_c.number), 0))).one()
    return int(count), int(last)


def claimed_without_right(conn: Connection) -> tuple[int, list[str]]:
    """How many gifts are claimed by claims that stand, and those that are claimed without right."""
    rows = conn.execute(
        sa.select(
            _l.gift_id, _l.amount_minor, _l.given_on, _g.received_on, _g.currency, _g.donor_id, _given(),
            _d.donor_id.label("declared_by"), _d.gift_id.label("declared_with"), _d.scope, _d.declared_on,
            _d.first_day, _d.last_day,
        )
        .select_from(gift_aid_line.join(gift_aid_claim, _c.number == _l.claim))
        .join(gift, _g.id == _l.gift_id)
        .join(gift_aid_declaration, _d.id == _l.declaration_id)
        .where(_c.taken_back_at.is_(None))
        .order_by(_l.claim, _l.n)
    ).all()  # fmt: skip
    merged = _merged(conn)
    twice = {gift_id for (gift_id,) in conn.execute(_claimed_twice())}
    return len(rows), [row.gift_id for row in rows if row.gift_id in twice or not _is_right(row, merged)]


def _is_right(row: sa.Row[tuple[object, ...]], merged: set[str]) -> bool:
    same_person = row.donor_id == row.declared_by or {row.donor_id, row.declared_by} <= merged
    covered = row.declared_with == row.gift_id if row.scope == "one_gift" else _reaches(row)
    received = row.received_on == row.given_on and row.currency == "GBP" and row.amount_minor <= (row.given or 0)
    return bool(same_person and covered and received)


def _reaches(row: sa.Row[tuple[object, ...]]) -> bool:
    """Whether a declaration for several gifts covers the day of this one."""
    days = (row.declared_on - row.given_on).days
    first, last = row.first_day or row.given_on, row.last_day or row.given_on
    return bool(days <= _LONGEST_BACK and first <= row.given_on <= last)


def _given() -> sa.Label[int]:
    """What was booked as given of a gift in pounds; a gift in kind has no entry, and so nothing to claim on."""
    booked = sa.select(sa.func.sum(_e.amount_minor)).where(
        _e.gift_id == _l.gift_id, _e.currency == "GBP", _e.credit.in_(_INCOME), _e.debit != Account.MOVED.value
    )
    return booked.scalar_subquery().label("given")


def _claimed_twice() -> sa.Select[tuple[str]]:
    """Gifts that were claimed again for more than claims had paid back of them."""
    stands = gift_aid_claim.c.taken_back_at.is_(None)
    back = (
        sa.select(sa.func.coalesce(sa.func.sum(_a.amount_minor), 0))
        .where(_a.gift_id == _l.gift_id, _a.claim.in_(sa.select(_c.number).where(stands)))
        .correlate(gift_aid_line)
        .scalar_subquery()
    )
    return (
        sa.select(_l.gift_id)
        .join(gift_aid_claim, _c.number == _l.claim)
        .where(stands)
        .group_by(_l.gift_id)
        .having(sa.func.count() > 1, sa.func.sum(_l.amount_minor) - sa.func.max(_l.amount_minor) > back)
    )


def _merged(conn: Connection) -> set[str]:
    """Every donor who was ever merged, or merged into: what one of them declared was claimed for the other."""
    rows = conn.execute(sa.select(donor_merge.c.donor_id, donor_merge.c.into_id))
    return {donor_id for row in rows for donor_id in row}

"""What went back of many gifts at once, and what each donor gave in all. Writes nothing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.questions import among
from ledger.accounts import Account
from ledger.money import Money, currency
from ledger.tables import BACK_OR_MOVED, entry
from ledger.total_views import kept_totals
from payments.gifts.tables import gift, offline_gift

_BACK = (Account.REFUNDS.value, Account.DISPUTE_LOSSES.value)
_g, _e, _o = gift.c, entry.c, offline_gift.c
_SIGNED = sa.case((_e.debit.in_(_BACK), _e.amount_minor), else_=-_e.amount_minor)
_ON_ACCOUNTS = sa.or_(_e.debit.in_(_BACK), _e.credit.in_(_BACK))


@dataclass(frozen=True, slots=True)
class DonorSum:
    """What one donor gave in one currency. An offline gift that was taken back counts as given and as gone back."""

    gifts: int
    given: Money
    back: Money
    first_on: date
    last_on: date

    @property
    def left(self) -> Money:
        """Given, less what went back."""
        return self.given - self.back

    def __add__(self, more: "DonorSum") -> "DonorSum":
        return DonorSum(
            self.gifts + more.gifts, self.given + more.given, self.back + more.back,
            min(self.first_on, more.first_on), max(self.last_on, more.last_on),
        )  # fmt: skip


def went_back_in_all(
    conn: Connection,
    conditions: Sequence[sa.ColumnElement[bool]],
    campaign: int | None,
    minor: sa.ColumnElement[int],
    first_day: date | None = None,
) -> dict[str, int]:
    """What went back of the gifts of these conditions, in minor units by currency; nothing where nothing did.

    `minor` is what an offline gift that was taken back counts for. Little goes back, so the entries come first; of
    gifts since a `first_day`, only the entries since then.
    """
    counted = [_e.campaign_id >= 0 if campaign is None else _e.campaign_id == campaign]
    counted += [] if first_day is None else [_e.book_date >= first_day]
    # An outer join, with all conditions in it: SQLite begins with what went back, and not with a million gifts.
    refunded = (
        sa.select(_e.currency, sa.func.sum(sa.case((_g.id.is_not(None), _SIGNED), else_=0)))
        .select_from(entry.outerjoin(gift, sa.and_(_g.id == _e.gift_id, *conditions)))
        .where(BACK_OR_MOVED, _ON_ACCOUNTS, *counted)
        .group_by(_e.currency)
    )
    return _added_up(conn, refunded, _taken_back_offline(conditions, minor))


def went_back_of_some(
    conn: Connection, conditions: Sequence[sa.ColumnElement[bool]], campaign: int | None, minor: sa.ColumnElement[int]
) -> dict[str, int]:
    """As `went_back_in_all` where the conditions leave few gifts: these come first, then what went back of them."""
    counted = [] if campaign is None else [_e.campaign_id == campaign]
    # Found first: else PostgreSQL, which cannot tell how few they are, asks of every entry whether its gift is one.
    gifts = sa.select(_g.id).where(*conditions).cte("gifts").prefix_with("MATERIALIZED", dialect="postgresql")
    refunded = (
        sa.select(_e.currency, sa.func.sum(_SIGNED))
        .where(BACK_OR_MOVED, _e.gift_id.in_(sa.select(gifts.c.id)), _ON_ACCOUNTS, *counted)
        .group_by(_e.currency)
    )
    return _added_up(conn, refunded, _taken_back_offline(conditions, minor))


def _taken_back_offline(
    conditions: Sequence[sa.ColumnElement[bool]], minor: sa.ColumnElement[int]
) -> sa.Select[tuple[str, int]]:
    return (
        sa.select(_g.currency, sa.func.sum(minor))
        .select_from(offline_gift.outerjoin(gift, sa.and_(_g.id == _o.gift_id, *conditions)))
        .where(_o.taken_back_at.is_not(None))
        .group_by(_g.currency)
    )


def _added_up(conn: Connection, *questions: sa.Select[Any]) -> dict[str, int]:
    sums: defaultdict[str, int] = defaultdict(int)
    for question in questions:
        for code, total in conn.execute(question):
            sums[code or ""] += int(total or 0)
    return {code: total for code, total in sorted(sums.items()) if code and total}


def went_back_of_every_gift(conn: Connection) -> dict[str, int]:
    """What went back of all gifts, in minor units by currency: as the kept totals say, and what was taken back."""
    kept = kept_totals().c
    refunded = (
        sa.select(kept.currency, sa.func.sum(kept.debit_minor - kept.credit_minor))
        .where(kept.account.in_(_BACK))
        .group_by(kept.currency)
    )
    return _added_up(conn, refunded, _taken_back_offline([], _g.amount_minor))


def donor_sums(conn: Connection, donor_ids: Sequence[str]) -> Mapping[str, Mapping[str, DonorSum]]:
    """What each of these donors gave, by donor and currency."""
    back: defaultdict[tuple[str, str], int] = defaultdict(int)
    for donor_id, code, minor in (*_refunded(conn, donor_ids), *_taken_back(conn, donor_ids)):
        back[donor_id, code] += int(minor)
    sums: defaultdict[str, dict[str, DonorSum]] = defaultdict(dict)
    for donor_id, code, count, minor, first, last in _received(conn, donor_ids):
        of = currency(code)
        went = Money(back[donor_id, code], of)
        sums[donor_id][code] = DonorSum(count, Money(int(minor), of), went, first, last)
    return sums


def _received(conn: Connection, donor_ids: Sequence[str]) -> Sequence[Any]:
    day = _g.received_on
    return conn.execute(
        sa.select(
            _g.donor_id, _g.currency, sa.func.count(), sa.func.sum(_g.amount_minor),
            sa.func.min(day, type_=day.type), sa.func.max(day, type_=day.type),
        )
        .where(among(conn, _g.donor_id, donor_ids), day.is_not(None))
        .group_by(_g.donor_id, _g.currency)
    ).all()  # fmt: skip


def _refunded(conn: Connection, donor_ids: Sequence[str]) -> Sequence[Any]:
    return conn.execute(
        sa.select(_g.donor_id, _e.currency, sa.func.sum(_SIGNED))
        .select_from(gift.join(entry, _e.gift_id == _g.id))
        .where(BACK_OR_MOVED, among(conn, _g.donor_id, donor_ids), _ON_ACCOUNTS)
        .group_by(_g.donor_id, _e.currency)
    ).all()


def _taken_back(conn: Connection, donor_ids: Sequence[str]) -> Sequence[Any]:
    return conn.execute(
        sa.select(_g.donor_id, _g.currency, sa.func.sum(_g.amount_minor))
        .select_from(gift.join(offline_gift, _o.gift_id == _g.id))
        .where(among(conn, _g.donor_id, donor_ids), _o.taken_back_at.is_not(None))
        .group_by(_g.donor_id, _g.currency)
    ).all()

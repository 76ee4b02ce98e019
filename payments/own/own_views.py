"""What a donor's own page shows of their gifts. Writes nothing."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from campaigns.tables import campaign
from ledger.accounts import Account
from ledger.money import Money, currency
from ledger.tables import entry
from payments.gifts.gift import GiftState
from payments.gifts.recurring import RecurringState
from payments.gifts.recurring_views import RecurringRow, recurring_row
from payments.gifts.tables import allocation, gift, recurring
from receipts.receipt import printed_number
from receipts.tables import receipt

MOST_GIFTS = 1000  # of one donor on a page
# A gift that was only begun is none yet.
SHOWN = (GiftState.PROCESSING, GiftState.FAILED, GiftState.RECEIVED)
_LOST = (Account.REFUNDS.value, Account.DISPUTE_LOSSES.value)
_g, _a, _e, _r = gift.c, allocation.c, entry.c, recurring.c


@dataclass(frozen=True, slots=True)
class OwnGift:
    """A gift as its donor sees it. `day` is its book date once it is received; `went_back` was paid back."""

    id: str
    state: GiftState
    amount: Money
    went_back: Money
    day: date | None
    asked_at: datetime
    campaigns: tuple[str, ...]
    is_instalment: bool
    receipt: str | None
    name: str
    message: str
    show_name: bool

    @property
    def reference(self) -> str:
        """Its short name, as on the thank-you page."""
        return self.id[:8].upper()

    @property
    def kept(self) -> Money:
        """What was given in the end."""
        return self.amount - self.went_back


def own_gifts(conn: Connection, donor_ids: Sequence[str], limit: int) -> list[OwnGift]:
    """The gifts of a donor, the newest first."""
    return _gifts(conn, _g.donor_id.in_(donor_ids), limit)


def gifts_of_recurring(conn: Connection, recurring_id: str, year: int) -> list[OwnGift]:
    """The gifts of a recurring gift that were received in a year, by the books."""
    in_year = _g.received_on.between(date(year, 1, 1), date(year, 12, 31))
    return _gifts(conn, sa.and_(_g.recurring_id == recurring_id, in_year), MOST_GIFTS)


def _gifts(conn: Connection, which: sa.ColumnElement[bool], limit: int) -> list[OwnGift]:
    latest = sa.select(receipt.c.gift_id, sa.func.max(receipt.c.id).label("id")).group_by(receipt.c.gift_id).subquery()
    rows = conn.execute(
        sa.select(gift, receipt.c.year, receipt.c.number)
        .outerjoin(latest, latest.c.gift_id == _g.id)
        .outerjoin(receipt, receipt.c.id == latest.c.id)
        .where(which, _g.state.in_([state.value for state in SHOWN]))
        .order_by(_g.created_at.desc(), _g.id)
        .limit(limit)
    ).all()
    ids = [row.id for row in rows]
    titles, went_back = _titles(conn, ids), _went_back(conn, ids)
    return [
        OwnGift(
            id=row.id,
            state=GiftState(row.state),
            amount=Money(row.amount_minor, currency(row.currency)),
            went_back=Money(went_back.get((row.id, row.currency), 0), currency(row.currency)),
            day=row.received_on,
            asked_at=row.created_at,
            campaigns=tuple(titles[row.id]),
            is_instalment=row.recurring_id is not None,
            receipt=None if row.number is None else printed_number(row.year, row.number),
            name=row.donor_name,
            message=row.message,
            show_name=bool(row.show_name),
        )
        for row in rows
    ]


def gift_is_of(conn: Connection, gift_id: str, donor_ids: Sequence[str]) -> bool:
    """Whether this gift is one of this donor."""
    return conn.scalar(sa.select(_g.id).where(_g.id == gift_id, _g.donor_id.in_(donor_ids))) is not None


def own_recurring(conn: Connection, donor_ids: Sequence[str]) -> list[RecurringRow]:
    """The recurring gifts of a donor that have begun, those that run first, the newest first."""
    ended = sa.case((_r.state == RecurringState.ENDED.value, 1), else_=0)
    begun = sa.and_(_r.donor_id.in_(donor_ids), _r.state != RecurringState.PENDING.value)
    ids = conn.scalars(sa.select(_r.id).where(begun).order_by(ended, _r.created_at.desc(), _r.id)).all()
    return [row for row in (recurring_row(conn, identity) for identity in ids) if row]


def recurring_is_of(conn: Connection, recurring_id: str, donor_ids: Sequence[str]) -> bool:
    """Whether this recurring gift is one of this donor."""
    own = sa.select(_r.id).where(_r.id == recurring_id, _r.donor_id.in_(donor_ids))
    return conn.scalar(own) is not None


def _titles(conn: Connection, gift_ids: Sequence[str]) -> dict[str, list[str]]:
    rows = conn.execute(
        sa.select(_a.gift_id, campaign.c.title)
        .join(campaign, campaign.c.id == _a.campaign_id)
        .where(_a.gift_id.in_(gift_ids))
        .order_by(_a.gift_id, _a.n)
    )
    titles: defaultdict[str, list[str]] = defaultdict(list)
    for gift_id, title in rows:
        titles[gift_id].append(title)
    return titles


def _went_back(conn: Connection, gift_ids: Sequence[str]) -> dict[tuple[str, str], int]:
    minor = sa.case((_e.debit.in_(_LOST), _e.amount_minor), else_=-_e.amount_minor)
    rows = conn.execute(
        sa.select(_e.gift_id, _e.currency, sa.func.sum(minor))
        .where(_e.gift_id.in_(gift_ids), sa.or_(_e.debit.in_(_LOST), _e.credit.in_(_LOST)))
        .group_by(_e.gift_id, _e.currency)
    )
    return {(gift_id, code): int(total) for gift_id, code, total in rows}

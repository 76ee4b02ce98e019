"""What gifts carry besides money, as the desk shows it: details, links, covers of fees. Writes nothing."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from campaigns.campaign import Campaign
from ledger.accounts import Account
from ledger.money import Money, currency
from ledger.tables import entry
from payments.gifts.declaration import Declaration
from payments.gifts.dedication import Dedication
from payments.gifts.details_store import declaration_of, dedication_of
from payments.gifts.gift import GiftState
from payments.gifts.tables import allocation, gift, recurring

_e, _g, _a = entry.c, gift.c, allocation.c


@dataclass(frozen=True, slots=True)
class GiftDetails:
    """What a donor typed with a gift, and what Stripe took of it so far, in the currency in which it settled.

    `dispute_fee` is what disputes of it cost; `fee` is everything else. Either is less for what Stripe gave back.
    """

    email: str
    message: str
    show_name: bool
    source: str
    fee_cover: Money | None
    fee: Money | None
    dispute_fee: Money | None
    dedication: Dedication | None
    declaration: Declaration | None


@dataclass(frozen=True, slots=True)
class SourceRow:
    """What a link brought to a campaign: received gifts and their sum. An empty code: by no link with a code."""

    source: str
    gifts: int
    amount: Money


@dataclass(frozen=True, slots=True)
class FeeCovers:
    """What donors of a campaign added for fees, and what was taken of the same gifts; without disputes' fees."""

    gifts: int
    estimated: Money
    taken: Money


def gift_details(conn: Connection, gift_id: str) -> GiftDetails | None:
    """What came with this gift."""
    row = conn.execute(sa.select(gift).where(_g.id == gift_id)).one_or_none()
    if row is None:
        return None
    return GiftDetails(
        row.donor_email,
        row.message,
        bool(row.show_name),
        row.source or "",
        None if row.fee_cover_minor is None else Money(row.fee_cover_minor, currency(row.currency)),
        _taken_of(conn, gift_id, Account.FEES),
        _taken_of(conn, gift_id, Account.DISPUTE_FEES),
        dedication_of(conn, gift_id),
        declaration_of(conn, gift_id),
    )


def _taken_of(conn: Connection, gift_id: str, account: Account) -> Money | None:
    """The fees of one account that a gift has paid, also where its shares were moved; None where there are none."""
    rows = conn.execute(
        sa.select(_e.currency, _taken(account))
        .where(_e.gift_id == gift_id, _on(account))
        .group_by(_e.currency)
        .order_by(_e.currency)
    )
    return next((Money(int(minor), currency(code)) for code, minor in rows if minor), None)


def _on(account: Account) -> sa.ColumnElement[bool]:
    return sa.or_(_e.debit == account.value, _e.credit == account.value)


def _taken(account: Account) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((_e.debit == account.value, _e.amount_minor), else_=-_e.amount_minor))


def sources_of(conn: Connection, campaign: Campaign) -> list[SourceRow]:
    """What each link brought, the most first. An instalment came by the link of its first gift."""
    first = gift.alias("first")
    source = sa.func.coalesce(_g.source, first.c.source, "")
    rows = conn.execute(
        sa.select(source, sa.func.count(sa.distinct(_g.id)), sa.func.sum(_a.amount_minor))
        .select_from(allocation.join(gift, _g.id == _a.gift_id))
        .outerjoin(recurring, recurring.c.id == _g.recurring_id)
        .outerjoin(first, first.c.id == recurring.c.first_gift_id)
        .where(_a.campaign_id == campaign.id, _g.state == GiftState.RECEIVED.value)
        .group_by(source)
    )
    sources = [SourceRow(code, count, Money(int(minor), campaign.currency)) for code, count, minor in rows]
    return sorted(sources, key=lambda row: (-row.amount.minor, row.source))


def covers_of(conn: Connection, campaign: Campaign) -> FeeCovers | None:
    """What was added for fees to received gifts of this campaign, and what was taken; None where nobody added any."""
    covered = (
        sa.select(_g.id)
        .join(allocation, _a.gift_id == _g.id)
        .where(_a.campaign_id == campaign.id, _g.state == GiftState.RECEIVED.value, _g.fee_cover_minor.is_not(None))
        .distinct()
    )
    added = conn.execute(sa.select(sa.func.count(), sa.func.sum(_g.fee_cover_minor)).where(_g.id.in_(covered))).one()
    if not added[0]:
        return None
    taken = conn.scalar(
        sa.select(_taken(Account.FEES)).where(
            _e.gift_id.in_(covered), _on(Account.FEES), _e.currency == campaign.currency.code
        )
    )
    of = campaign.currency
    return FeeCovers(added[0], Money(int(added[1]), of), Money(int(taken or 0), of))

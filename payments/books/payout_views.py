"""What a payout consists of: each line of Stripe's balance in it, with its gift and what each campaign had of that."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.questions import among
from ledger.accounts import RAISED, Figure
from ledger.entry import NO_CAMPAIGN
from ledger.kinds import EntryKind
from ledger.money import CURRENCIES, Money
from ledger.tables import entry
from payments.books.tables import balance_line, payout
from payments.books.views import PayoutRow, payout_row
from payments.gifts.tables import gift
from payments.reading.happenings import Category

_l, _e, _g = balance_line.c, entry.c, gift.c
_NOT_INSIDE = (Category.PAYOUT.value, Category.PAYOUT_RETURNED.value)


@dataclass(frozen=True, slots=True)
class PayoutLine:
    """A line of Stripe's balance in a payout: `gross` less `fee` is what it brought to the bank.

    `weights` say what each campaign had of its gift, refund or dispute, in minor units; none where it has no campaign.
    `fees` are the parts of its fee by campaign, as they are booked; those of campaign 0 have none.
    """

    id: str
    category: Category
    gross: Money
    fee: Money
    at: datetime
    subject: str
    gift: str | None
    donor: str
    weights: tuple[tuple[int, int], ...]
    fees: tuple[tuple[int, int], ...]

    @property
    def net(self) -> Money:
        """What it brought to the bank."""
        return self.gross - self.fee


def payout_by_id(conn: Connection, payout_id: str) -> PayoutRow | None:
    """The payout with this id."""
    row = conn.execute(sa.select(payout, payout.c.looked_at.label("at")).where(payout.c.id == payout_id)).one_or_none()
    return None if row is None else payout_row(row)


def lines_of_payout(conn: Connection, payout_id: str) -> list[PayoutLine]:
    """The lines that this payout consists of, oldest first."""
    rows = conn.execute(
        sa.select(balance_line)
        .where(_l.payout_id == payout_id, _l.category.not_in(_NOT_INSIDE))
        .order_by(_l.created_at, _l.id)
    ).all()
    weights, gifts = _shares(conn, sorted({row.subject for row in rows}))
    donors, fees = _donors(conn, sorted(set(gifts.values()))), _fees(conn, rows)
    return [
        PayoutLine(
            row.id,
            Category(row.category),
            Money(row.amount_minor, CURRENCIES[row.currency]),
            Money(row.fee_minor, CURRENCIES[row.currency]),
            row.created_at,
            row.subject,
            gifts.get(row.subject),
            donors.get(gifts.get(row.subject, ""), ""),
            tuple(sorted(weights[row.subject].items())),
            tuple(sorted(fees[row.id].items())) or ((NO_CAMPAIGN, row.fee_minor),),
        )
        for row in rows
    ]


def _shares(conn: Connection, subjects: list[str]) -> tuple[dict[str, dict[int, int]], dict[str, str]]:
    """By subject: what each campaign had of it (without a sign), and the gift that it is about."""
    raised = [account.value for account in RAISED]
    weights: defaultdict[str, dict[int, int]] = defaultdict(dict)
    gifts: dict[str, str] = {}
    rows = conn.execute(
        sa.select(_e.subject, _e.campaign_id, sa.func.min(_e.gift_id), sa.func.sum(_e.amount_minor))
        .where(among(conn, _e.subject, subjects), sa.or_(_e.credit.in_(raised), _e.debit.in_(raised)))
        .group_by(_e.subject, _e.campaign_id)
    )
    for subject, campaign, gift_id, minor in rows:
        weights[subject][campaign] = int(minor)
        if gift_id is not None:
            gifts[subject] = gift_id
    return weights, gifts


def _fees(conn: Connection, lines: Sequence[sa.Row[Any]]) -> dict[str, Counter[int]]:
    """By line: what each campaign paid of its fee, less what was given back."""
    about = sorted({name for line in lines for name in (line.id, line.subject)})
    kinds = [EntryKind.FEE.value, EntryKind.FEE_SHARED.value]
    rises = _e.debit.in_([account.value for account in Figure.FEES.accounts])
    minor = sa.case((rises, _e.amount_minor), else_=-_e.amount_minor)
    booked = sa.select(_e.key, _e.campaign_id, minor).where(among(conn, _e.subject, about), _e.kind.in_(kinds))
    fees: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for key, campaign, part in conn.execute(booked):
        fees[key.split(":")[1]][campaign] += part
    return fees


def _donors(conn: Connection, gifts: list[str]) -> dict[str, str]:
    rows = conn.execute(sa.select(_g.id, _g.donor_name).where(among(conn, _g.id, gifts)))
    return {row.id: row.donor_name for row in rows}

"""The audit's questions across packages: whether facts and entries say the same.

The books are read in another way than they are written: entries are summed by the parts of their keys and set
against the sums of the facts themselves. What does not cancel out is named.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.accounts import INCOME, RAISED, Account
from ledger.kinds import EntryKind
from ledger.tables import WHOLE_FEE, entry, month_total
from payments.books.tables import balance_line, charge, dispute, dispute_move, payment_failure, payout, refund
from payments.books.views import NOT_A_GIFT
from payments.gifts.offline import Means
from payments.gifts.tables import gift, offline_gift
from payments.inbox.tables import delivery
from payments.reading.happenings import Category
from payments.settlement.tables import balance_check
from receipts.tables import receipt
from staff.tables import act

_e, _l, _t = entry.c, balance_line.c, month_total.c
# The kinds whose entries add up to their facts. The debit account of the kind rises with the fact.
_COMPARED = (
    EntryKind.GIFT, EntryKind.PAYMENT_FAILED, EntryKind.REFUND, EntryKind.REFUND_FAILED, EntryKind.DISPUTE,
    EntryKind.PAID, EntryKind.UNPAID, EntryKind.OFFLINE,
)  # fmt: skip

# How far a rate may move between two lines of one subject, by how many of the balance's smallest units their sums may
# be rounded, and how many a correction may move, however small its source.
_RATES_MOVE, _ROUNDED, _CORRECTED = 0.25, 2, 50


@dataclass(frozen=True, slots=True)
class Difference:
    """A subject whose entries and facts differ; `minor` is the entries less the facts, in minor units."""

    kind: str
    subject: str
    currency: str
    minor: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Our account `stripe` beside Stripe's own balance, in minor units, as last compared."""

    currency: str
    ours: int
    theirs: int
    checked_at: datetime


def facts_unlike_entries(conn: Connection, limit: int) -> list[Difference]:
    """Gifts, refunds, disputes and payouts whose entries are not what their facts come to."""
    kind, subject = _key_part(conn, 1), _key_part(conn, 2)
    rising = [sa.and_(kind == name.value, _e.debit == name.rules.debit.value) for name in _COMPARED]
    # Cash is in hand and a transfer at the bank, so that an offline gift is known by its income.
    rising.append(sa.and_(kind == EntryKind.OFFLINE.value, _e.credit.in_([account.value for account in INCOME])))
    minor = sa.case((sa.or_(*rising), _e.amount_minor), else_=-_e.amount_minor)
    posted = sa.select(
        kind.label("kind"), subject.label("subject"), _e.currency.label("currency"), minor.label("minor")
    )
    # A reversal has a key of its own and is a treasurer's correction: the fact stays what it was.
    posted = posted.where(_e.kind.in_([name.value for name in _COMPARED]), _e.reverses.is_(None))
    return _differing(conn, [posted, *_facts()], limit)


def _facts() -> list[sa.Select[Any]]:
    """The facts' amounts, negative so that entries cancel them: of payments whose gift is known."""
    ours = charge.c.gift_id.is_not(None)
    failed, r, moved = payment_failure.c, refund.c, dispute_move.c
    # A failure takes back what its own charge brought, not what a second try did.
    taken_back = sa.exists().where(charge.c.id == failed.charge, ours)
    # A payout is unpaid only if it had arrived. One that left before our first mark has no line here, and is not
    # booked.
    left = sa.exists().where(balance_line.c.subject == payout.c.id, balance_line.c.category == Category.PAYOUT.value)
    arrived = sa.and_(payout.c.arrived_at.is_not(None), left)
    return [
        _fact(EntryKind.GIFT, charge.c.id, charge, charge.c.amount_minor).where(ours),
        _fact(EntryKind.PAYMENT_FAILED, failed.charge, payment_failure, failed.amount_minor).where(taken_back),
        _fact(EntryKind.REFUND, r.id, refund, r.amount_minor).where(r.agreed_at.is_not(None), _paid(r.payment)),
        _fact(EntryKind.REFUND_FAILED, r.id, refund, r.amount_minor).where(r.undone_at.is_not(None), _paid(r.payment)),
        _fact(EntryKind.DISPUTE, moved.line_id, dispute_move, -moved.amount_minor).where(_paid(moved.payment)),
        _fact(EntryKind.OFFLINE, gift.c.id, gift, gift.c.amount_minor).where(_came_offline(), ~_is_in_kind()),
        _fact(EntryKind.PAID, payout.c.id, payout, payout.c.amount_minor).where(arrived),
        _fact(EntryKind.UNPAID, payout.c.id, payout, payout.c.amount_minor).where(
            arrived, payout.c.returned_at.is_not(None)
        ),
    ]


def _fact(kind: EntryKind, subject: sa.Column[str], table: sa.Table, minor: sa.ColumnElement[int]) -> sa.Select[Any]:
    return sa.select(sa.literal(kind.value), subject, table.c.currency, -minor)


def _came_offline() -> sa.ColumnElement[bool]:
    return sa.exists().where(offline_gift.c.gift_id == gift.c.id)


def _is_in_kind() -> sa.ColumnElement[bool]:
    """The gift was no money: it has no entries."""
    return sa.exists().where(offline_gift.c.gift_id == gift.c.id, offline_gift.c.means == Means.IN_KIND.value)


def _paid(payment: sa.Column[str]) -> sa.ColumnElement[bool]:
    """The payment's gift is known."""
    return sa.exists().where(charge.c.payment == payment, charge.c.gift_id.is_not(None))


def lines_unlike_entries(conn: Connection, limit: int) -> list[Difference]:
    """Balance transactions whose entries on `stripe` do not add up to their net, and entries without a line."""
    stripe = Account.STRIPE.value
    minor = sa.case((_e.debit == stripe, _e.amount_minor), else_=-_e.amount_minor)
    posted = sa.select(
        sa.literal("line").label("kind"),
        _key_part(conn, 2).label("subject"),
        _e.currency.label("currency"),
        minor.label("minor"),
    ).where(sa.or_(_e.debit == stripe, _e.credit == stripe), _e.kind != EntryKind.OPENING.value)
    # A line of which nobody knows yet whose it is has no entries, and is listed as waiting.
    read = sa.select(sa.literal("line"), _l.id, _l.currency, _l.fee_minor - _l.amount_minor).where(_l.ours.is_not(None))
    return _differing(conn, [posted, read], limit)


def count_whole_fees(conn: Connection) -> int:
    """How many fees stand without a campaign though the gift of their payment is known, and were not shared out."""
    whole, shared = sa.select(_e.key).where(WHOLE_FEE).subquery(), entry.alias().c
    line = sa.func.substr(whole.c.key, len(EntryKind.FEE.key("")) + 1)
    question = sa.select(sa.func.count()).select_from(whole).join(balance_line, _l.id == line)
    is_shared = sa.exists().where(shared.reverses == whole.c.key)
    return conn.scalar(question.where(~is_shared, _l.ours == 1, _paid(_l.payment))) or 0


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the lines of one subject moved: `given` in the donor's currency, `settled` in the balance's, minor units."""

    subject: str
    given: int
    given_currency: str
    settled: int
    settled_currency: str


def exchanges_unlike_their_rate(conn: Connection, limit: int) -> list[Exchange]:
    """Subjects that moved, over all their lines, another amount of the donor's currency than of the balance's.

    What a line moved in the balance is Stripe's own figure; what it moved in the donor's currency was read from rate
    and source. So a subject's largest line gives its rate, and the sums of all its lines must agree by it, within a
    quarter of the largest: rates move, but a line that stands for the whole a second time is off by far more. A line
    that moved nothing of the source corrects an exchange, and may be off by a few pennies besides. And no more is
    taken for a dispute than its amount, which its object states.
    """
    fx, is_given = Account.FX.value, _e.key.endswith(":from", autoescape=True)
    minor = sa.case((sa.and_(is_given, _e.debit == fx), _e.amount_minor), (is_given, -_e.amount_minor),
                    (_e.credit == fx, _e.amount_minor), else_=-_e.amount_minor)  # fmt: skip
    settle = sa.select(_e.subject, _e.currency, is_given.label("is_given"), minor.label("minor"))
    sides = settle.where(_e.kind == EntryKind.SETTLE.value, sa.or_(_e.debit == fx, _e.credit == fx)).subquery().c
    given, settled = sa.case((sides.is_given, sides.minor), else_=0), sa.case((sides.is_given, 0), else_=sides.minor)
    most_given = sa.cast(sa.func.max(sa.func.abs(given)), sa.Float)
    most_settled = sa.cast(sa.func.max(sa.func.abs(settled)), sa.Float)
    apart = sa.func.abs(sa.func.sum(given) * most_settled - sa.func.sum(settled) * most_given)
    # Of an amount of a few pennies, rounding is more than a quarter.
    corrections = sa.func.count() - 2 * sa.func.sum(sa.case((sides.is_given, 1), else_=0))
    allowed = most_given * (most_settled * _RATES_MOVE + _ROUNDED + corrections * _CORRECTED)
    disputed = sa.select(dispute.c.amount_minor).where(dispute.c.id == sides.subject).scalar_subquery()
    rows = conn.execute(
        sa.select(
            sides.subject,
            sa.func.sum(given),
            sa.func.max(sa.case((sides.is_given, sides.currency), else_="")),
            sa.func.sum(settled),
            sa.func.max(sa.case((sides.is_given, ""), else_=sides.currency)),
        )
        .group_by(sides.subject)
        .having(sa.or_(apart > allowed, most_given == 0, -sa.func.sum(given) > disputed))
        .order_by(sides.subject)
        .limit(limit)
    )
    return [Exchange(row[0], int(row[1]), row[2], int(row[3]), row[4]) for row in rows]


def lines_waiting(conn: Connection) -> tuple[int, datetime | None]:
    """How many lines wait until we know whose they are, and since when the oldest."""
    since = sa.func.min(_l.created_at, type_=_l.created_at.type)
    count, oldest = conn.execute(sa.select(sa.func.count(), since).where(_l.ours.is_(None))).one()
    return count, oldest


def line_count(conn: Connection) -> int:
    """How many balance transactions are known."""
    return conn.scalar(sa.select(sa.func.count()).select_from(balance_line)) or 0


def comparisons(conn: Connection) -> list[Comparison]:
    """Each currency's last comparison with Stripe's balance."""
    b = balance_check.c
    rows = conn.execute(sa.select(b.currency, b.ours_minor, b.theirs_minor, b.checked_at).order_by(b.currency))
    return [Comparison(*row) for row in rows]


def payouts_unlike_their_lines(conn: Connection) -> tuple[dict[str, tuple[int, int, str]], int, int]:
    """Payouts whose lines add up to something else; how many were added up; how many there are."""
    p = payout.c
    rows = conn.execute(
        sa.select(p.id, p.amount_minor, p.lines_minor, p.currency).where(p.lines_minor != p.amount_minor).order_by(p.id)
    )
    added_up, payouts = conn.execute(sa.select(sa.func.count(p.lines_minor), sa.func.count())).one()
    return {row[0]: (row[1], row[2], row[3]) for row in rows}, added_up, payouts


def finished_payouts(conn: Connection, ids: Sequence[str]) -> set[str]:
    """Those of these payouts that arrived or came back: nothing of them is in transit."""
    p = payout.c
    finished = sa.or_(p.arrived_at.is_not(None), p.returned_at.is_not(None))
    return set(conn.scalars(sa.select(p.id).where(p.id.in_(ids), finished)))


def raised_unlike_entries(conn: Connection) -> list[Difference]:
    """Campaigns whose kept total is not gifts less refunds and dispute losses, summed entry by entry.

    Campaign 0 means none: money given to it would be counted nowhere.
    """
    sides = [account.value for account in RAISED]
    credited, debited = _e.credit.in_(sides), _e.debit.in_(sides)
    minor = sa.case((sa.and_(credited, debited), 0), (credited, _e.amount_minor), else_=-_e.amount_minor)
    summed = sa.select(_e.campaign_id, _e.currency, minor.label("minor")).where(sa.or_(credited, debited))
    kept = sa.select(_t.campaign_id, _t.currency, _t.debit_minor - _t.credit_minor).where(_t.account.in_(sides))
    both = sa.union_all(summed, kept).subquery().c
    differs = sa.or_(sa.func.sum(both.minor) != 0, both.campaign_id == 0)
    rows = conn.execute(
        sa.select(both.campaign_id, both.currency, sa.func.sum(both.minor))
        .group_by(both.campaign_id, both.currency)
        .having(differs)
        .order_by(both.campaign_id, both.currency)
    )
    return [Difference("campaign", str(row[0]), row[1], int(row[2])) for row in rows]


def raised_by_currency(conn: Connection) -> dict[str, int]:
    """What all campaigns together have raised."""
    minor = sa.func.sum(_t.credit_minor - _t.debit_minor)
    question = sa.select(_t.currency, minor).where(_t.account.in_([account.value for account in RAISED]))
    return {row[0]: int(row[1]) for row in conn.execute(question.group_by(_t.currency).order_by(_t.currency))}


def causes_never_kept(conn: Connection) -> int:
    """How many entries name a delivery as their cause that is not in this database."""
    kept = sa.exists().where(delivery.c.id == _e.cause)
    question = sa.select(sa.func.count()).select_from(entry).where(_e.cause.startswith("evt\\_", escape="\\"), ~kept)
    return conn.scalar(question) or 0


def count_charges_without_gift(conn: Connection) -> int:
    """How many charges name a gift of ours that is not in this database, and were not settled by a treasurer."""
    settled = sa.exists().where(
        act.c.what == NOT_A_GIFT, act.c.subject_kind == "charge", act.c.subject_id == charge.c.id
    )
    without = sa.and_(charge.c.gift_id.is_(None), charge.c.gift_hint.is_not(None), ~settled)
    return conn.scalar(sa.select(sa.func.count()).select_from(charge).where(without)) or 0


def received_without_receipt(conn: Connection) -> int:
    """How many gifts are in the state received but lack their receipt or their entries.

    Of an offline gift the treasurer says whether there is a receipt, and one in kind has no entries.
    """
    has_receipt = sa.or_(sa.exists().where(receipt.c.gift_id == gift.c.id), _came_offline())
    has_entries = sa.or_(sa.exists().where(entry.c.subject == gift.c.payment), _is_in_kind())
    missing = sa.select(sa.func.count()).select_from(gift).where(gift.c.state == "received")
    return conn.scalar(missing.where(sa.not_(sa.and_(has_receipt, has_entries)))) or 0


def _differing(conn: Connection, sides: Sequence[sa.Select[Any]], limit: int) -> list[Difference]:
    both = sa.union_all(*sides).subquery()
    key, minor = (both.c.kind, both.c.subject, both.c.currency), sa.func.sum(both.c.minor)
    rows = conn.execute(sa.select(*key, minor).group_by(*key).having(minor != 0).order_by(*key).limit(limit))
    return [Difference(row[0], row[1], row[2], int(row[3])) for row in rows]


def _key_part(conn: Connection, n: int) -> sa.ColumnElement[str]:
    """The first or second part of an entry's key (`gift:ch_1:0`), in each database's words."""
    if conn.dialect.name != "sqlite":
        return sa.func.split_part(_e.key, ":", n, type_=sa.Text)
    if n == 1:
        return sa.func.substr(_e.key, 1, sa.func.instr(_e.key, ":") - 1, type_=sa.Text)
    rest = sa.func.substr(_e.key, sa.func.instr(_e.key, ":") + 1, type_=sa.Text)
    return sa.func.substr(rest, 1, sa.func.instr(rest.concat(":"), ":") - 1, type_=sa.Text)

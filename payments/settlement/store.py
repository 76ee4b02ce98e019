"""How far Stripe's lists were read, whether it answers, and what is known of their rows: one function a question."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import change_rows, insert_rows, put_rows
from database.questions import look_up
from ledger.accounts import Account
from ledger.money import currency
from ledger.store import uncleared
from ledger.tables import entry, total
from payments.books.tables import balance_line, charge, dispute, invoice, invoice_payment, payout
from payments.gifts.tables import gift, recurring
from payments.inbox.tables import delivery
from payments.reading.happenings import Category
from payments.reading.statuses import DisputeStatus, PayoutStatus, SubscriptionStatus
from payments.settlement.balance_checks import BalanceComparison, Balances
from payments.settlement.tables import balance_check, contact, walk

_LINE = (balance_line.c.id,)
_BY_SUBJECT = (balance_line.c.subject, balance_line.c.id, balance_line.c.category, balance_line.c.created_at)
_OWNED = (charge.c.payment, charge.c.gift_id)
_LINKED = (invoice_payment.c.payment, invoice_payment.c.invoice_id)
_INVOICE = (invoice.c.id,)
_APPLIED = (delivery.c.id, delivery.c.applied_at)
_CHARGED, _TAKEN_BACK = "charge", "charge_failure"  # as Stripe names the category of those lines
_IN_PAYOUT = (balance_line.c.id, balance_line.c.payout_id)


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a list was read: everything up to `reached` is known.

    A walk that was cut off stands at `cursor`, the last row that it took, and brings us to `aim` once it has
    come down to `reached`.
    """

    name: str
    reached: datetime | None = None
    aim: datetime | None = None
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Stuck:
    """A line of the balance whose other side nobody has told us."""

    line: str
    category: Category
    subject: str
    at: datetime


def mark(conn: Connection, name: str) -> Mark:
    """How far this list was read; nowhere yet, when nothing is kept."""
    t = walk.c
    row = conn.execute(sa.select(t.name, t.reached, t.aim, t.cursor).where(t.name == name)).first()
    return Mark(*row) if row else Mark(name)


def keep_mark(conn: Connection, now: datetime, kept: Mark) -> None:
    """Keep how far a list was read, in the transaction that applies what was read."""
    row = {"name": kept.name, "reached": kept.reached, "aim": kept.aim, "cursor": kept.cursor, "walked_at": now}
    news = ", ".join(f"{name} = excluded.{name}" for name in ("reached", "aim", "cursor", "walked_at"))
    put_rows(conn, walk, [row], f"DO UPDATE SET {news}")


def first_gift(conn: Connection) -> datetime | None:
    """When the first gift was asked for."""
    first: datetime | None = conn.scalar(sa.select(sa.func.min(gift.c.created_at)))
    return first


def known_lines(conn: Connection, ids: Sequence[str]) -> set[str]:
    """Those of these balance transactions that are among the facts."""
    return {row[0] for row in look_up(conn, _LINE, balance_line.c.id, ids)}


def applied_deliveries(conn: Connection, ids: Sequence[str]) -> set[str]:
    """Those of these events that came by the webhook and are in the books."""
    return {row[0] for row in look_up(conn, _APPLIED, delivery.c.id, ids) if row[1] is not None}


def first_without_charge(conn: Connection, since: datetime) -> datetime | None:
    """The instant of the first line since then that brought a charge of ours, when nobody told us that it succeeded.

    Of a payment that has more such lines than charges that we know; or whose charges were taken back more often than
    they had succeeded by then, as far as we know: a later charge may be known before its line is there.
    """
    paid, line = balance_line.c, balance_line.alias().c
    lines = sa.select(sa.func.count()).where(line.payment == paid.payment, line.kind == _CHARGED)
    told = sa.select(sa.func.count()).where(charge.c.payment == paid.payment)
    lacking = lines.correlate(balance_line).scalar_subquery() > told.correlate(balance_line).scalar_subquery()
    ours = sa.or_(paid.ours.is_(None), paid.ours == 1)
    unheard = sa.or_(lacking, paid.payment.in_(_taken_back_unheard(since)))
    first: datetime | None = conn.scalar(
        sa.select(sa.func.min(paid.created_at)).where(paid.kind == _CHARGED, paid.created_at >= since, ours, unheard)
    )
    return first


def _taken_back_unheard(since: datetime) -> sa.Select[tuple[str]]:
    """The payments that were taken back, since then, more often than we know them to have succeeded before."""
    back = balance_line.alias()
    line, at = balance_line.alias().c, back.c.created_at
    times = sa.select(sa.func.count()).where(
        line.payment == back.c.payment, line.kind == _TAKEN_BACK, line.created_at <= at
    )
    told = sa.select(sa.func.count()).where(charge.c.payment == back.c.payment, charge.c.succeeded_at <= at)
    unheard = times.correlate(back).scalar_subquery() > told.correlate(back).scalar_subquery()
    return sa.select(back.c.payment).where(back.c.kind == _TAKEN_BACK, at >= since, unheard)


def linked(conn: Connection, payments: Sequence[str]) -> set[str]:
    """Those of these payments whose gift is known, or which recurring gift they belong to."""
    owned = {row[0] for row in look_up(conn, _OWNED, charge.c.payment, payments) if row[1] is not None}
    return owned | invoiced(conn, payments)


def invoiced(conn: Connection, payments: Sequence[str]) -> set[str]:
    """Those of these payments whose invoice is known to be a recurring gift's."""
    invoice_of = {row[0]: row[1] for row in look_up(conn, _LINKED, invoice_payment.c.payment, payments)}
    ours = {row[0] for row in look_up(conn, _INVOICE, invoice.c.id, sorted(set(invoice_of.values())))}
    return {payment for payment, of in invoice_of.items() if of in ours}


def stripe_balances(conn: Connection) -> Balances:
    """What our `stripe` account holds, in each currency that it ever moved."""
    t = total.c
    rows = conn.execute(
        sa.select(t.currency, sa.func.sum(t.debit_minor - t.credit_minor))
        .where(t.account == Account.STRIPE.value)
        .group_by(t.currency)
    )
    return {currency(row[0]): int(row[1]) for row in rows}


def was_compared(conn: Connection) -> bool:
    """Whether our balance was ever compared with Stripe's: the first comparison opens the books."""
    return conn.scalar(sa.select(balance_check.c.currency).limit(1)) is not None


def keep_checks(conn: Connection, checks: Iterable[BalanceComparison], now: datetime) -> None:
    """Keep the last comparison, by currency."""
    rows = [
        {
            "currency": check.ours.currency.code,
            "ours_minor": check.ours.minor,
            "theirs_minor": check.theirs.minor,
            "checked_at": now,
        }
        for check in checks
    ]
    names = ("ours_minor", "theirs_minor", "checked_at")
    put_rows(conn, balance_check, rows, f"DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in names)}")


def note_answer(conn: Connection, now: datetime) -> None:
    """Stripe answers."""
    row = {"id": 1, "answered_at": now, "failing_since": None, "error": None}
    put_rows(
        conn, contact, [row], "DO UPDATE SET answered_at = excluded.answered_at, failing_since = NULL, error = NULL"
    )


def note_silence(conn: Connection, error: str, now: datetime) -> None:
    """Stripe does not answer, or refuses what we ask: since when, and in which words."""
    row = {"id": 1, "answered_at": None, "failing_since": now, "error": error}
    since = "coalesce(contact.failing_since, excluded.failing_since)"
    put_rows(conn, contact, [row], f"DO UPDATE SET failing_since = {since}, error = excluded.error")


def keep_subscription(conn: Connection, recurring_id: str, seen: SubscriptionStatus, asked_at: datetime) -> None:
    """Keep the status of a recurring gift; an answer to a question asked earlier than the last changes nothing."""
    latest = sa.or_(recurring.c.looked_at.is_(None), recurring.c.looked_at <= asked_at)
    conn.execute(
        sa.update(recurring)
        .where(recurring.c.id == recurring_id, latest)
        .values(
            state=seen.state.value,
            amount_minor=seen.amount.minor,
            stripe_ends_at=seen.ends_at,
            paused_at=sa.func.coalesce(recurring.c.paused_at, asked_at) if seen.paused else None,
            next_at=seen.next_at,
            retry_at=seen.retry_at,
            failed_attempts=seen.attempts,
            looked_at=asked_at,
        )
    )


def keep_dispute(conn: Connection, seen: DisputeStatus, now: datetime) -> None:
    """How a dispute stands, as Stripe said at that instant. Call it inside `booking`."""
    row = {
        "id": seen.dispute,
        "status": seen.status,
        "reason": seen.reason,
        "currency": seen.amount.currency.code,
        "amount_minor": seen.amount.minor,
        "answer_by": seen.answer_by,
        "looked_at": now,
    }
    before = conn.execute(sa.select(dispute.c.looked_at).where(dispute.c.id == seen.dispute)).first()
    if before is None:
        insert_rows(conn, dispute, [{**row, "payment": seen.payment}])
    elif before.looked_at <= now:
        change_rows(conn, dispute, [row])


def keep_payout(conn: Connection, seen: PayoutStatus, lines_minor: int | None, now: datetime) -> None:
    """How a payout stands, as Stripe said at that instant. Call it inside `booking`."""
    row = {
        "id": seen.payout,
        "status": seen.status,
        "automatic": seen.automatic,
        "lines_minor": lines_minor,
        "looked_at": now,
    }
    before = conn.execute(sa.select(payout.c.looked_at).where(payout.c.id == seen.payout)).first()
    if before is None:
        money = {"currency": seen.amount.currency.code, "amount_minor": seen.amount.minor}
        insert_rows(conn, payout, [row | money])
    elif before.looked_at is None or before.looked_at <= now:
        change_rows(conn, payout, [row])


def payout_lines(conn: Connection, payout_id: str) -> int | None:
    """What a payout's lines were found to add up to; None while they were not added up."""
    found: int | None = conn.scalar(sa.select(payout.c.lines_minor).where(payout.c.id == payout_id))
    return found


def put_into_payout(conn: Connection, ids: Sequence[str], payout_id: str) -> None:
    """These lines left with this payout. Call it inside `booking`."""
    free = [row[0] for row in look_up(conn, _IN_PAYOUT, balance_line.c.id, ids) if row[1] is None]
    change_rows(conn, balance_line, [{"id": identity, "payout_id": payout_id} for identity in sorted(free)])


def last_entry(conn: Connection) -> int:
    """The number of the last entry in the books; 0 when there is none."""
    return conn.scalar(sa.select(sa.func.max(entry.c.id))) or 0


def posted_since(conn: Connection, after: int, cause: str) -> dict[str, tuple[int, int]]:
    """What this cause has posted after that entry: for each kind, how many entries and for how many gifts."""
    e = entry.c
    rows = conn.execute(
        sa.select(e.kind, sa.func.count(), sa.func.count(e.gift_id.distinct()))
        .where(e.id > after, e.cause == cause)
        .group_by(e.kind)
        .order_by(e.kind)
    )
    return {row[0]: (int(row[1]), int(row[2])) for row in rows}


def stuck_payouts(conn: Connection, before: datetime) -> list[str]:
    """Payouts that left before that instant, and of which nobody has told whether they arrived."""
    line, fate = balance_line.c, payout.c
    rows = conn.scalars(
        sa.select(line.subject)
        .distinct()
        .join_from(balance_line, payout, line.subject == fate.id, isouter=True)
        .where(line.category == Category.PAYOUT.value, line.created_at < before)
        .where(fate.arrived_at.is_(None), fate.returned_at.is_(None))
        .order_by(line.subject)
    )
    return list(rows)


def stuck_lines(conn: Connection, before: datetime) -> list[Stuck]:
    """Lines that have been in the balance since before that instant, with nothing told on the other side."""
    subjects = [one.subject for one in uncleared(conn, before)]
    rows = look_up(conn, _BY_SUBJECT, balance_line.c.subject, subjects) if subjects else []
    return [Stuck(row[1], Category(row[2]), row[0], row[3]) for row in sorted(rows)]

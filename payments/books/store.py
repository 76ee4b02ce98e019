"""Which of Stripe's rows are among the facts, what is still missing, and statuses of disputes and payouts."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import change_rows, insert_rows
from database.instants import is_due
from database.questions import look_up
from ledger.store import uncleared
from payments.books.tables import balance_line, charge, dispute, invoice, invoice_payment, payout
from payments.reading.happenings import Category
from payments.reading.statuses import DisputeStatus, PayoutStatus

_LINE = (balance_line.c.id,)
_BY_SUBJECT = (balance_line.c.subject, balance_line.c.id)
_MARKED = (balance_line.c.payment, balance_line.c.marked, balance_line.c.ours)
_OWNED = (charge.c.payment, charge.c.gift_id)
_PAID = (charge.c.id, charge.c.gift_id)
_LINKED = (invoice_payment.c.payment, invoice_payment.c.invoice_id)
_INVOICE = (invoice.c.id, invoice.c.recurring_id)
_CHARGED, _TAKEN_BACK = "charge", "charge_failure"  # as Stripe names the category of those lines
_IN_PAYOUT = (balance_line.c.id, balance_line.c.payout_id)
# Between asking Stripe and saving its answer; an instant further ahead was saved while the clock was.
_LONGEST_LOOK = timedelta(hours=1)


def known_lines(conn: Connection, ids: Sequence[str]) -> set[str]:
    """Those of these balance transactions that are among the facts."""
    return {row[0] for row in look_up(conn, _LINE, balance_line.c.id, ids)}


def first_line_without_charge(conn: Connection, since: datetime) -> datetime | None:
    """The instant of the first line since then of a charge of ours whose success was not reported to us.

    It is a line of a payment that has more such lines than known charges; or whose charges were taken back more often
    than we know them to have succeeded by then: a later charge may be known before its line is there.
    """
    paid, line = balance_line.c, balance_line.alias().c
    lines = sa.select(sa.func.count()).where(line.payment == paid.payment, line.kind == _CHARGED)
    known = sa.select(sa.func.count()).where(charge.c.payment == paid.payment)
    lacking = lines.correlate(balance_line).scalar_subquery() > known.correlate(balance_line).scalar_subquery()
    ours = sa.or_(paid.ours.is_(None), paid.ours == 1)
    unreported = sa.or_(lacking, paid.payment.in_(_taken_back_too_often(since)))
    first: datetime | None = conn.scalar(
        sa.select(sa.func.min(paid.created_at)).where(paid.kind == _CHARGED, paid.created_at >= since, ours, unreported)
    )
    return first


def _taken_back_too_often(since: datetime) -> sa.Select[tuple[str]]:
    """The payments that were taken back, since then, more often than we know them to have succeeded before."""
    back = balance_line.alias()
    line, at = balance_line.alias().c, back.c.created_at
    times = sa.select(sa.func.count()).where(
        line.payment == back.c.payment, line.kind == _TAKEN_BACK, line.created_at <= at
    )
    known = sa.select(sa.func.count()).where(charge.c.payment == back.c.payment, charge.c.succeeded_at <= at)
    too_often = times.correlate(back).scalar_subquery() > known.correlate(back).scalar_subquery()
    return sa.select(back.c.payment).where(back.c.kind == _TAKEN_BACK, at >= since, too_often)


def charges_with_gift(conn: Connection, ids: Sequence[str]) -> set[str]:
    """Those of these charges that are known to have paid a gift."""
    return {row[0] for row in look_up(conn, _PAID, charge.c.id, ids) if row[1] is not None}


def payments_with_owner(conn: Connection, payments: Sequence[str]) -> set[str]:
    """Those of these payments of which the gift or the recurring gift is known."""
    owned = {row[0] for row in look_up(conn, _OWNED, charge.c.payment, payments) if row[1] is not None}
    return owned | payments_with_invoice(conn, payments)


def payments_with_invoice(conn: Connection, payments: Sequence[str]) -> set[str]:
    """Those of these payments whose invoice is known, whether it names a recurring gift or none."""
    return set(_names_of_invoices(conn, payments))


def payments_with_named_invoice(conn: Connection, payments: Sequence[str]) -> set[str]:
    """Those of these payments whose invoice is known to be a recurring gift's."""
    return {payment for payment, recurring in _names_of_invoices(conn, payments).items() if recurring}


def _names_of_invoices(conn: Connection, payments: Sequence[str]) -> dict[str, str]:
    invoice_of = {row[0]: row[1] for row in look_up(conn, _LINKED, invoice_payment.c.payment, payments)}
    named = {row[0]: row[1] for row in look_up(conn, _INVOICE, invoice.c.id, sorted(set(invoice_of.values())))}
    return {payment: named[invoice_id] for payment, invoice_id in invoice_of.items() if invoice_id in named}


def payouts_without_arrival(conn: Connection, before: datetime) -> list[str]:
    """Payouts that left before that instant, and of which no event has reported an arrival, or the return."""
    line, known, back = balance_line.c, payout.c, balance_line.alias().c
    came_back = sa.exists().where(back.subject == line.subject, back.category == Category.PAYOUT_RETURNED.value)
    rows = conn.scalars(
        sa.select(line.subject)
        .distinct()
        .join_from(balance_line, payout, line.subject == known.id, isouter=True)
        .where(line.category == Category.PAYOUT.value, line.created_at < before)
        .where(known.returned_at.is_(None), sa.or_(known.arrived_at.is_(None), came_back))
        .order_by(line.subject)
    )
    return list(rows)


def long_uncleared_lines(conn: Connection, before: datetime) -> list[str]:
    """Lines from before that instant whose subject has not cleared: the fact that they settle is missing."""
    subjects = [clearing.subject for clearing in uncleared(conn, before)]
    rows = look_up(conn, _BY_SUBJECT, balance_line.c.subject, subjects) if subjects else []
    return [row[1] for row in sorted(rows)]


def payments_of_strangers(conn: Connection) -> list[str]:
    """Payments whose lines wait in clearing for a gift that their metadata names and that is not kept here.

    A gift is saved before Stripe hears of it, so that it is a stranger's. Versions before 0009 took any mark for ours.
    """
    subjects = [clearing.subject for clearing in uncleared(conn)]
    lines = look_up(conn, _MARKED, balance_line.c.subject, subjects) if subjects else []
    marked = {payment for payment, is_marked, ours in lines if payment and is_marked and ours}
    charges = look_up(conn, _OWNED, charge.c.payment, sorted(marked))
    with_gift = {payment for payment, gift in charges if gift is not None}
    return sorted({payment for payment, _ in charges} - with_gift)


def save_dispute(conn: Connection, status: DisputeStatus, now: datetime) -> None:
    """Save a dispute's status at that instant. Call it inside `booking`."""
    row = {
        "id": status.dispute,
        "status": status.status,
        "reason": status.reason,
        "currency": status.amount.currency.code,
        "amount_minor": status.amount.minor,
        "answer_by": status.answer_by,
        "looked_at": now,
    }
    before = conn.execute(sa.select(dispute.c.looked_at).where(dispute.c.id == status.dispute)).first()
    if before is None:
        insert_rows(conn, dispute, [{**row, "payment": status.payment}])
    elif is_due(before.looked_at, now, _LONGEST_LOOK):
        change_rows(conn, dispute, [row])


def save_payout(conn: Connection, status: PayoutStatus, lines_minor: int | None, now: datetime) -> None:
    """Save a payout's status at that instant. Call it inside `booking`."""
    row = {
        "id": status.payout,
        "status": status.status,
        "automatic": status.automatic,
        "lines_minor": lines_minor,
        "looked_at": now,
    }
    before = conn.execute(sa.select(payout.c.looked_at).where(payout.c.id == status.payout)).first()
    if before is None:
        money = {"currency": status.amount.currency.code, "amount_minor": status.amount.minor}
        insert_rows(conn, payout, [row | money])
    elif before.looked_at is None or is_due(before.looked_at, now, _LONGEST_LOOK):
        change_rows(conn, payout, [row])


def payout_lines(conn: Connection, payout_id: str) -> int | None:
    """What a payout's lines add up to, in minor units; None while they were not added up."""
    lines_minor: int | None = conn.scalar(sa.select(payout.c.lines_minor).where(payout.c.id == payout_id))
    return lines_minor


def assign_to_payout(conn: Connection, ids: Sequence[str], payout_id: str) -> None:
    """Note that these lines left with this payout. Call it inside `booking`."""
    unassigned = [row[0] for row in look_up(conn, _IN_PAYOUT, balance_line.c.id, ids) if row[1] is None]
    change_rows(conn, balance_line, [{"id": identity, "payout_id": payout_id} for identity in sorted(unassigned)])

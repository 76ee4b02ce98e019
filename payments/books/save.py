"""Save what was decided: each table is written once, with many rows in one statement."""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

import ledger.store
from database.bulk import change_rows, insert_rows, put_rows
from database.driver import travelling_together
from ledger.entry import start_of_day
from ledger.kinds import EntryKind
from payments.books import tables
from payments.books.decide.changes import (
    Changes,
    ChargeChanges,
    LineChanges,
    PayoutChanges,
    RecurringChanges,
    WithdrawalChanges,
)
from payments.books.decide.known import BookedLine, Refund
from payments.books.jobs import queue_settlement, queue_statuses
from payments.gifts import recurring_store
from payments.gifts import store as gift_store
from payments.gifts.gift_news import queue_refunds, queue_states
from payments.reading.happenings import InvoiceReported
from receipts.jobs import queue_credits
from webhooks.store import write_events

# What changes how much of a receipt is left: its credit notes follow.
_GO_BACK = (EntryKind.REFUND, EntryKind.REFUND_FAILED, EntryKind.DISPUTE, EntryKind.PAYMENT_FAILED)
_NO_LONGER_WAITING = sa.delete(tables.waiting_fact).where(tables.waiting_fact.c.payment == sa.bindparam("paid"))


def save_changes(conn: Connection, changes: Changes, now: datetime) -> None:
    """Write everything in the caller's transaction: gifts first, which facts and entries refer to.

    Raises ConflictingEntry when an entry is in the books with other contents.
    """
    with travelling_together(conn):
        _save_recurring(conn, changes.recurring)
        gift_store.save_checkouts(conn, changes.checkouts.new, changes.checkouts.completed)
        _save_charges(conn, changes.charges)
        _save_withdrawals(conn, changes.withdrawals, now)
        _save_lines(conn, changes.lines)
        _save_payouts(conn, changes.payouts)
        gift_store.raise_states(conn, changes.states)
        queue_states(conn, changes.states, now)
        gift_store.save_reception(conn, changes.reception, now)
        ledger.store.post(conn, changes.entries, now)
        refunds = [entry.subject for entry in changes.entries if entry.kind is EntryKind.REFUND]
        queue_refunds(conn, refunds, now)
        queue_credits(conn, [entry.gift for entry in changes.entries if entry.gift and entry.kind in _GO_BACK], now)
        queue_statuses(conn, changes.statuses, now)
        if changes.balance_changed:
            queue_settlement(conn, now)
    write_events(conn, changes.events, now)  # asks who wants them, so it does not travel with what only writes


def _save_recurring(conn: Connection, changes: RecurringChanges) -> None:
    recurring_store.link_subscriptions(conn, changes.subscriptions)
    gift_store.add_gifts(conn, changes.instalments)
    gift_store.name_invoices(conn, changes.named)
    payments = [{"payment": paid.payment, "invoice_id": paid.invoice} for paid in changes.invoice_payments]
    insert_rows(conn, tables.invoice, _invoice_rows(changes.invoices))
    change_rows(conn, tables.invoice, _invoice_rows(changes.invoices_named_later))
    insert_rows(conn, tables.invoice_payment, payments)


def _invoice_rows(invoices: Sequence[InvoiceReported]) -> list[dict[str, object]]:
    return [
        {"id": invoice.invoice, "recurring_id": invoice.recurring, "is_first": invoice.first} for invoice in invoices
    ]


def _save_charges(conn: Connection, changes: ChargeChanges) -> None:
    new = [
        {
            "id": booked.fact.charge,
            "payment": booked.fact.payment,
            "payment_intent": booked.fact.payment_intent,
            "gift_hint": booked.fact.gift,
            "currency": booked.fact.amount.currency.code,
            "amount_minor": booked.fact.amount.minor,
            "method": booked.fact.method,
            "succeeded_at": booked.fact.at,
            "gift_id": booked.gift,
        }
        for booked in changes.new
    ]
    claimed = [{"id": charge, "gift_id": gift} for charge, gift in sorted(changes.claimed.items())]
    insert_rows(conn, tables.charge, new)
    change_rows(conn, tables.charge, claimed)


def _save_withdrawals(conn: Connection, changes: WithdrawalChanges, now: datetime) -> None:
    _save_refunds(conn, changes.new_refunds, changes.changed_refunds)
    moves = [
        {
            "line_id": move.line, "dispute": move.dispute, "payment": move.payment,
            "currency": move.amount.currency.code, "amount_minor": move.amount.minor, "moved_at": move.at,
        }
        for move in changes.dispute_moves
    ]  # fmt: skip
    failures = [
        {
            "charge": failure.charge, "payment": failure.payment, "currency": failure.amount.currency.code,
            "amount_minor": failure.amount.minor, "failed_at": failure.at,
        }
        for failure in changes.failures
    ]  # fmt: skip
    waiting = [
        {"payment": payment, "fact": fact, "kind": kind, "since": now}
        for payment, fact, kind in sorted({(fact.payment, fact.fact, fact.kind) for fact in changes.waiting})
    ]
    insert_rows(conn, tables.dispute_move, moves)
    insert_rows(conn, tables.payment_failure, failures)
    put_rows(conn, tables.waiting_fact, waiting, "DO NOTHING")
    if changes.no_longer_waiting:
        conn.execute(_NO_LONGER_WAITING, [{"paid": payment} for payment in changes.no_longer_waiting])


def _save_refunds(conn: Connection, new: Sequence[Refund], changed: Sequence[Refund]) -> None:
    rows = [
        {
            "id": refund.id, "payment": refund.payment, "currency": refund.amount.currency.code,
            "amount_minor": refund.amount.minor, "agreed_at": refund.agreed_at, "undone_at": refund.failed_at,
            "parts": refund.parts or None, "failure_reason": refund.why_failed or None,
        }
        for refund in new
    ]  # fmt: skip
    changes = [
        {
            "id": refund.id, "agreed_at": refund.agreed_at, "undone_at": refund.failed_at,
            "failure_reason": refund.why_failed or None,
        }
        for refund in changed
    ]  # fmt: skip
    insert_rows(conn, tables.refund, rows)
    change_rows(conn, tables.refund, changes)


def _save_lines(conn: Connection, changes: LineChanges) -> None:
    insert_rows(conn, tables.balance_line, [_line_row(booked) for booked in changes.new])
    decided = [{"id": line, "ours": ours} for line, ours in sorted(changes.decided.items())]
    change_rows(conn, tables.balance_line, decided)
    change_rows(conn, tables.charge, [{"id": charge, "gift_hint": None} for charge in changes.strangers])


def _line_row(booked: BookedLine) -> dict[str, object]:
    line = booked.fact
    return {
        "id": line.id,
        "category": line.category.value,
        "kind": line.kind,
        "currency": line.amount.currency.code,
        "amount_minor": line.amount.minor,
        "fee_minor": line.fee.minor,
        "original_currency": None if line.original is None else line.original.currency.code,
        "original_minor": None if line.original is None else line.original.minor,
        "subject": line.subject,
        "payment": line.payment,
        "marked": line.marked,
        "created_at": line.at,
        "ours": booked.ours,
    }


def _beginning(day: date | None) -> datetime | None:
    return start_of_day(day) if day else None


def _save_payouts(conn: Connection, changes: PayoutChanges) -> None:
    new = [
        {
            "id": payout.id, "currency": payout.amount.currency.code, "amount_minor": payout.amount.minor,
            "arrived_at": _beginning(payout.arrived_on), "returned_at": payout.returned_at,
        }
        for payout in changes.new
    ]  # fmt: skip
    changed = [
        {"id": payout.id, "arrived_at": _beginning(payout.arrived_on), "returned_at": payout.returned_at}
        for payout in changes.changed
    ]
    insert_rows(conn, tables.payout, new)
    change_rows(conn, tables.payout, changed)

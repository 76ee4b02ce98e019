"""Refunds, disputes and late failures among the facts, and which of them wait for a gift."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import change_rows, insert_rows, put_rows
from database.questions import look_up, looking_up_all
from ledger.money import Money, currency
from payments import tables
from payments.bookkeeping import Withdrawal
from payments.happenings import DisputeMoved, PaymentFailed, RefundAgreed, RefundUndone

_r, _d, _f, _w = tables.refund.c, tables.dispute_move.c, tables.payment_failure.c, tables.waiting_fact.c
_REFUND = (_r.id, _r.payment, _r.currency, _r.amount_minor, _r.agreed_at, _r.undone_at)
_MOVE = (_d.line_id, _d.dispute, _d.payment, _d.currency, _d.amount_minor, _d.moved_at)
_FAILURE = (_f.charge, _f.payment, _f.currency, _f.amount_minor, _f.failed_at)
_WAITING = (_w.payment,)
# A failure, or the payment that something waits for.
_WENT_BACK = ((_FAILURE, _f.payment), ((sa.null(), _w.payment, sa.null(), sa.null(), sa.null()), _w.payment))
WaitingAndFailed = Callable[[], tuple[set[str], list[PaymentFailed]]]
_MET = sa.delete(tables.waiting_fact).where(_w.payment == sa.bindparam("of"))


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund as far as it is known: when it was agreed, and when it came back."""

    id: str
    payment: str
    amount: Money
    agreed_at: datetime | None
    undone_at: datetime | None

    def happenings(self) -> list[Withdrawal]:
        """What it amounts to, as it was told."""
        found: list[Withdrawal] = []
        if self.agreed_at:
            found.append(RefundAgreed(self.id, self.payment, self.amount, self.agreed_at))
        if self.undone_at:
            found.append(RefundUndone(self.id, self.payment, self.amount, self.undone_at))
        return found


def refunds(conn: Connection, ids: Sequence[str]) -> dict[str, Refund]:
    """What is known of these refunds."""
    return {one.id: one for one in _refunds(conn, _r.id, ids)}


def refunds_of(conn: Connection, payments: Sequence[str]) -> list[Refund]:
    """What is known of the refunds of these payments."""
    return _refunds(conn, _r.payment, payments)


def _refunds(conn: Connection, key: sa.Column[str], values: Sequence[str]) -> list[Refund]:
    found = sorted(look_up(conn, _REFUND, key, values))
    return [Refund(row[0], row[1], Money(row[3], currency(row[2])), row[4], row[5]) for row in found]


def add_refunds(conn: Connection, new: Sequence[Refund]) -> None:
    """Add facts: these refunds."""
    insert_rows(
        conn,
        tables.refund,
        [
            {
                "id": one.id, "payment": one.payment, "currency": one.amount.currency.code,
                "amount_minor": one.amount.minor, "agreed_at": one.agreed_at, "undone_at": one.undone_at,
            }
            for one in new
        ],
    )  # fmt: skip


def change_refunds(conn: Connection, changed: Sequence[Refund]) -> None:
    """More is known of these refunds than before."""
    rows = [{"id": one.id, "agreed_at": one.agreed_at, "undone_at": one.undone_at} for one in changed]
    change_rows(conn, tables.refund, rows)


def moves(conn: Connection, lines: Sequence[str]) -> dict[str, DisputeMoved]:
    """What is known of the money that disputes moved in these lines."""
    return {one.line: one for one in _moves(conn, _d.line_id, lines)}


def moves_of(conn: Connection, payments: Sequence[str]) -> list[DisputeMoved]:
    """What is known of the money that disputes moved of these payments."""
    return _moves(conn, _d.payment, payments)


def _moves(conn: Connection, key: sa.Column[str], values: Sequence[str]) -> list[DisputeMoved]:
    found = sorted(look_up(conn, _MOVE, key, values))
    return [
        DisputeMoved(line, dispute, payment, Money(minor, currency(code)), at)
        for line, dispute, payment, code, minor, at in found
    ]


def add_moves(conn: Connection, new: Sequence[DisputeMoved]) -> None:
    """Add facts: disputes moved this money."""
    insert_rows(
        conn,
        tables.dispute_move,
        [
            {
                "line_id": one.line, "dispute": one.dispute, "payment": one.payment,
                "currency": one.amount.currency.code, "amount_minor": one.amount.minor, "moved_at": one.at,
            }
            for one in new
        ],
    )  # fmt: skip


def failures(conn: Connection, charges: Sequence[str]) -> dict[str, PaymentFailed]:
    """What is known of the failures of these charges."""
    return {one.charge: one for one in _failures(look_up(conn, _FAILURE, _f.charge, charges))}


def _failures(rows: Iterable[tuple[Any, ...]]) -> list[PaymentFailed]:
    return [
        PaymentFailed(charge, payment, Money(minor, currency(code)), at)
        for charge, payment, code, minor, at in sorted(rows)
    ]


def add_failures(conn: Connection, new: Sequence[PaymentFailed]) -> None:
    """Add facts: these delayed payments failed."""
    insert_rows(
        conn,
        tables.payment_failure,
        [
            {
                "charge": one.charge, "payment": one.payment, "currency": one.amount.currency.code,
                "amount_minor": one.amount.minor, "failed_at": one.at,
            }
            for one in new
        ],
    )  # fmt: skip


def waiting_of(conn: Connection, payments: Sequence[str]) -> list[str]:
    """Those of these payments that something waits for."""
    return sorted({row[0] for row in look_up(conn, _WAITING, _w.payment, payments)})


def waiting_and_failed(conn: Connection, payments: Sequence[str]) -> WaitingAndFailed:
    """Those of these payments that something waits for, and the failures of them: asked now, known when called."""
    rows = looking_up_all(conn, _WENT_BACK, payments)

    def found() -> tuple[set[str], list[PaymentFailed]]:
        told = rows()
        return {row[1] for row in told if row[0] is None}, _failures([row for row in told if row[0] is not None])

    return found


def let_wait(conn: Connection, waiting: Sequence[tuple[str, str, str]], now: datetime) -> None:
    """These facts (payment, fact and kind) wait until the gift of their payment is known."""
    rows = [
        {"payment": payment, "fact": fact, "kind": kind, "since": now} for payment, fact, kind in sorted(set(waiting))
    ]
    put_rows(conn, tables.waiting_fact, rows, "DO NOTHING")


def stop_waiting(conn: Connection, payments: Sequence[str]) -> None:
    """Nothing waits for these payments any more: their gifts are known, or they are somebody else's."""
    if payments:
        conn.execute(_MET, [{"of": payment} for payment in payments])

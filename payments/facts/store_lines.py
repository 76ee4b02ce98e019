"""Lines of Stripe's balance and payouts among the facts: one function a question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from database.bulk import change_rows, insert_rows
from database.questions import look_up
from ledger.money import Money, currency
from payments.happenings import Category, Line
from payments.settlement.tables import balance_line
from payments.tables import payout

_l, _p = balance_line.c, payout.c
_SENT = (balance_line.c.subject, balance_line.c.category)
_LINE = (
    _l.id, _l.category, _l.kind, _l.currency, _l.amount_minor, _l.fee_minor, _l.original_currency, _l.original_minor,
    _l.subject, _l.payment, _l.marked, _l.created_at, _l.ours,
)  # fmt: skip
_FACT = (_l.id, _l.category, _l.currency, _l.amount_minor, _l.fee_minor, _l.subject, _l.payment)
_PAYOUT = (_p.id, _p.currency, _p.amount_minor, _p.arrived_at, _p.returned_at)


@dataclass(frozen=True, slots=True)
class Payout:
    """A payout as far as it is known: when it arrived, and when it came back."""

    id: str
    amount: Money
    arrived_at: datetime | None
    returned_at: datetime | None


def known_lines(conn: Connection, ids: Sequence[str]) -> dict[str, tuple[object, ...]]:
    """What is among the facts already of these lines: as `line_fact` has it, by line."""
    return {row[0]: row[1:] for row in look_up(conn, _FACT, _l.id, ids)}


def line_fact(line: Line) -> tuple[object, ...]:
    """What must agree when the same line is read again."""
    return (
        line.category.value, line.amount.currency.code, line.amount.minor, line.fee.minor, line.subject, line.payment,
    )  # fmt: skip


def add_lines(conn: Connection, lines: Sequence[Line], ours: Mapping[str, bool | None]) -> None:
    """Add facts: these lines, with whether each is ours (None: that is not known yet)."""
    insert_rows(
        conn,
        balance_line,
        [
            {
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
                "ours": ours[line.id],
            }
            for line in lines
        ],
    )


def lines_of(conn: Connection, payments: Sequence[str]) -> list[tuple[Line, bool | None]]:
    """The lines of these payments, their refunds and disputes, each with whether it was found to be ours."""
    found = look_up(conn, _LINE, _l.payment, payments)
    return [(_line(row), None if row[-1] is None else bool(row[-1])) for row in sorted(found, key=lambda row: row[0])]


def decide_lines(conn: Connection, ours: Mapping[str, bool]) -> None:
    """Whether these lines are ours has become known."""
    change_rows(conn, balance_line, [{"id": line, "ours": found} for line, found in sorted(ours.items())])


def payouts(conn: Connection, ids: Sequence[str]) -> dict[str, Payout]:
    """What is known of these payouts."""
    found = look_up(conn, _PAYOUT, _p.id, ids)
    return {row[0]: Payout(row[0], Money(row[2], currency(row[1])), row[3], row[4]) for row in found}


def payouts_sent(conn: Connection, ids: Sequence[str]) -> set[str]:
    """Which of these payouts have their own line in our books: the one with which the money left the balance."""
    rows = look_up(conn, _SENT, balance_line.c.subject, ids)
    return {subject for subject, category in rows if category == Category.PAYOUT.value}


def add_payouts(conn: Connection, new: Sequence[Payout]) -> None:
    """Add facts: these payouts."""
    insert_rows(
        conn,
        payout,
        [
            {
                "id": one.id, "currency": one.amount.currency.code, "amount_minor": one.amount.minor,
                "arrived_at": one.arrived_at, "returned_at": one.returned_at,
            }
            for one in new
        ],
    )  # fmt: skip


def change_payouts(conn: Connection, changed: Sequence[Payout]) -> None:
    """More is known of these payouts than before."""
    rows = [{"id": one.id, "arrived_at": one.arrived_at, "returned_at": one.returned_at} for one in changed]
    change_rows(conn, payout, rows)


def _line(row: tuple[Any, ...]) -> Line:
    identity, category, kind, code, minor, fee, original_code, original, subject, payment, marked, at, _ = row
    of = currency(code)
    return Line(
        id=identity,
        category=Category(category),
        kind=kind,
        amount=Money(minor, of),
        fee=Money(fee, of),
        original=None if original_code is None else Money(original, currency(original_code)),
        subject=subject,
        payment=payment,
        marked=bool(marked),
        at=at,
    )

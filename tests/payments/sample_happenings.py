"""Happenings with short names, and how to apply them and look at the entries."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from database.transactions import booking, reading
from ledger.money import GBP, Currency, Money
from ledger.tables import entry
from payments.books.decide.notice import Notice
from payments.gifts import store
from payments.gifts.gift import GiftState, Share
from payments.gifts.recurring import Interval, Recurring, RecurringState
from payments.gifts.recurring_store import add_recurring
from payments.reading.happenings import (
    BalanceLine,
    Category,
    ChargeSucceeded,
    CheckoutReported,
    DisputeFundsMoved,
    Happening,
    PaymentFailed,
    PayoutArrived,
    PayoutReturned,
    RefundAgreed,
    RefundFailed,
)
from tests.payments.organisation_books import NOON, Books, gift_id

RECURRING = "5f1c9f3e-0000-4000-8000-{:012d}"


def apply_happenings(books: Books, *happenings: Happening, cause: str = "evt_test", now: Any = NOON) -> None:
    """Apply these as one batch."""
    with booking(books.engine) as conn:
        books.bookkeeper.apply(conn, [Notice(happening, cause) for happening in happenings], now)


def apply_batches(books: Books, batches: Iterable[Sequence[Happening]]) -> None:
    """Apply these, a batch after the other."""
    for batch in batches:
        apply_happenings(books, *batch)


def charged(
    n: str, minor: int = 2500, *, gift: str | None = None, of: Currency = GBP, at: int = 0, charge: str = ""
) -> ChargeSucceeded:
    """The payment pi_n succeeded, so many minutes after noon."""
    return ChargeSucceeded(charge or f"ch_{n}", f"pi_{n}", f"pi_{n}", Money(minor, of), "Visa", later(at), gift)


def linked(n: str, gift: str, state: GiftState | None = None) -> CheckoutReported:
    """A session says that the payment pi_n is this gift's."""
    return CheckoutReported(f"cs_{n}", gift, f"pi_{n}", state)


def failed(n: str, minor: int = 2500, *, at: int = 5, charge: str = "") -> PaymentFailed:
    """The payment pi_n failed."""
    return PaymentFailed(charge or f"ch_{n}", f"pi_{n}", Money(minor, GBP), later(at))


def refunded(refund: str, n: str, minor: int, *, of: Currency = GBP, at: int = 10) -> RefundAgreed:
    """A refund of the payment pi_n."""
    return RefundAgreed(f"re_{refund}", f"pi_{n}", Money(minor, of), later(at))


def refund_failed(refund: str, n: str, minor: int, *, of: Currency = GBP, at: int = 20) -> RefundFailed:
    """It failed."""
    return RefundFailed(f"re_{refund}", f"pi_{n}", Money(minor, of), later(at))


def dispute_moved(line: str, n: str, minor: int, *, of: Currency = GBP, at: int = 30) -> DisputeFundsMoved:
    """The dispute of the payment pi_n moved this much."""
    return DisputeFundsMoved(f"txn_{line}", f"du_{n}", f"pi_{n}", Money(minor, of), later(at))


def arrived(payout: str, minor: int) -> PayoutArrived:
    """A payout arrived."""
    return PayoutArrived(f"po_{payout}", Money(minor, GBP), later(60).date())


def returned(payout: str, minor: int) -> PayoutReturned:
    """A payout came back."""
    return PayoutReturned(f"po_{payout}", Money(minor, GBP), later(90))


def line(name: str, category: Category, minor: int, **more: Any) -> BalanceLine:
    """A balance line; with `n` one of that payment, which is its subject."""
    n, fee, of = more.pop("n", None), more.pop("fee", 0), more.pop("of", GBP)
    usual: dict[str, Any] = {
        "kind": category.value, "original": Money(minor, of), "subject": f"pi_{n}" if n else f"txn_{name}",
        "payment": f"pi_{n}" if n else None, "marked": False, "at": later(120),
    }  # fmt: skip
    return BalanceLine(f"txn_{name}", category, amount=Money(minor, of), fee=Money(fee, of), **(usual | more))


def add_recurring_gift(
    books: Books, n: int = 1, *, shares: Sequence[tuple[int, int]] = ((1, 1),), first: int = 1
) -> str:
    """Add a recurring gift, after its first gift; returns its id."""
    recurring = Recurring(
        id=RECURRING.format(n),
        state=RecurringState.PENDING,
        amount=Money(1000, GBP),
        interval=Interval.MONTH,
        shares=tuple(Share(k, campaign, weight) for k, (campaign, weight) in enumerate(shares)),
        donor=books.gift(first).donor,
        first_gift=gift_id(first),
        created_at=NOON,
    )
    with booking(books.engine) as conn:
        add_recurring(conn, recurring)
    return recurring.id


def posted(books: Books, *kinds: str) -> dict[str, tuple[object, ...]]:
    """By key: debit, credit, minor units (of these kinds, or all)."""
    e = entry.c
    question = sa.select(e.key, e.debit, e.credit, e.amount_minor)
    with reading(books.engine) as conn:
        rows = conn.execute(question.where(e.kind.in_(kinds)) if kinds else question)
        return {row.key: tuple(row)[1:] for row in rows}


def entry_field(books: Books, key: str, name: str) -> Any:
    """One field of one entry."""
    with reading(books.engine) as conn:
        return conn.scalars(sa.select(entry.c[name]).where(entry.c.key == key)).one()


def state_of(books: Books, gift: str) -> GiftState:
    """The state of a gift."""
    with reading(books.engine) as conn:
        stored = store.gift(conn, gift)
    assert stored is not None
    return stored.state


def later(minutes: int) -> Any:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=minutes)

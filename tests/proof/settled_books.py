"""Books in which everything has happened: a gift is settled, part of it refunded, the rest paid out.

DESIGN §3's example: £25, Stripe's fee 58p, £10 given back, £14.42 at the bank.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from database.transactions import booking
from ledger.money import GBP, Money
from payments.books.decide.notice import Notice
from payments.books.store import assign_to_payout, save_dispute, save_payout
from payments.reading.happenings import (
    BalanceLine,
    Category,
    DisputeFundsMoved,
    Happening,
    PayoutArrived,
    RefundAgreed,
)
from payments.reading.statuses import DisputeStatus, PayoutStatus
from payments.settlement.balance_checks import BalanceComparison
from payments.settlement.store import Checkpoint, note_answer, save_balance_checks, save_checkpoint
from payments.settlement.tables import LISTS
from tests.proof.books import Desk

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
RUN = "settle:0f3b"


def pounds(pence: int) -> Money:
    """An amount."""
    return Money(pence, GBP)


def line(  # noqa: PLR0917 - a line of the balance has that many sides
    name: str,
    category: Category,
    pence: int,
    subject: str,
    payment: str | None = None,
    fee: int = 0,
    at: datetime = NOON,
    original: Money | None = None,
) -> BalanceLine:
    """A line of Stripe's balance."""
    amount = pounds(pence)
    return BalanceLine(
        name,
        category,
        category.value,
        amount,
        pounds(fee),
        amount if original is None else original,
        subject,
        payment,
        marked=True,
        at=at,
    )


def tell(desk: Desk, *happenings: Happening, cause: str = RUN, now: datetime = NOON) -> None:
    """Apply what a settlement run has read."""
    with booking(desk.books.engine) as conn:
        desk.books.bookkeeper.apply(conn, [Notice(happening, cause) for happening in happenings], now)


def settle_gift(desk: Desk, n: int, pence: int, fee: int, *, days_ago: int = 0) -> None:
    """A gift, and its line in the balance."""
    desk.give(n, pence, days_ago=days_ago)
    tell(desk, line(f"txn_{n}", Category.PAYMENT, pence, f"pi_{n}", f"pi_{n}", fee))


def refund(desk: Desk, name: str, n: int, pence: int, *, settled: bool = True) -> None:
    """Part of a gift goes back."""
    tell(desk, RefundAgreed(name, f"pi_{n}", pounds(pence), NOON))
    if settled:
        tell(desk, line(f"txn_{name}", Category.REFUND, -pence, name, f"pi_{n}"))


def dispute(desk: Desk, name: str, n: int, pence: int, *, answer_by: datetime | None = None) -> None:
    """A gift is disputed: the money and a fee of £20 are withdrawn."""
    txn = f"txn_{name}"
    tell(desk, DisputeFundsMoved(txn, name, f"pi_{n}", pounds(-pence), NOON))
    tell(desk, line(txn, Category.DISPUTE, -pence, name, f"pi_{n}", 2000))
    standing = DisputeStatus(name, f"pi_{n}", "needs_response", "fraudulent", pounds(pence), answer_by)
    with booking(desk.books.engine) as conn:
        save_dispute(conn, standing, NOON)


def pay_out(desk: Desk, name: str, pence: int, inside: Sequence[str], *, arrived: bool = True) -> None:
    """Stripe sends money to the bank; `inside` are the lines that it consists of."""
    tell(desk, line(f"txn_{name}", Category.PAYOUT, -pence, name))
    if arrived:
        tell(desk, PayoutArrived(name, pounds(pence), NOON.date()))
    status = "paid" if arrived else "in_transit"
    standing = PayoutStatus(name, pounds(pence), status, automatic=True, reconciled=True)
    with booking(desk.books.engine) as conn:
        save_payout(conn, standing, pence, NOON)
        assign_to_payout(conn, list(inside), name)


def compare(desk: Desk, ours: int, theirs: int, at: datetime = NOON) -> None:
    """Stripe's balance was read, and compared with ours."""
    with booking(desk.books.engine) as conn:
        save_balance_checks(conn, [BalanceComparison(pounds(ours), pounds(theirs))], at)
        note_answer(conn, at)
        for name in LISTS:
            save_checkpoint(conn, at, Checkpoint(name, at))


def everything(desk: Desk) -> None:
    """The whole way of one gift."""
    settle_gift(desk, 1, 2500, 58)
    refund(desk, "re_1", 1, 1000)
    pay_out(desk, "po_1", 1442, ["txn_1", "txn_re_1"])
    compare(desk, 0, 0)

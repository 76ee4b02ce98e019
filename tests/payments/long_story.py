"""A long story with everything that can happen, with its own gifts in each run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid5

import sqlalchemy as sa

import receipts.tables
from database.transactions import reading
from ledger.kinds import EntryKind
from ledger.money import GBP, USD, Money
from ledger.tables import entry, uncleared
from payments.books import tables as book_tables
from payments.books.tables import balance_line
from payments.gifts import tables as gift_tables
from payments.gifts.gift import GiftState
from payments.gifts.recurring import INSTALMENTS
from payments.reading.happenings import (
    NO_RECURRING_GIFT,
    BalanceLine,
    Category,
    CheckoutReported,
    Happening,
    InvoicePaid,
    InvoiceReported,
    PayoutArrived,
    SubscriptionReported,
)
from tests.payments.organisation_books import Books, gift_id
from tests.payments.sample_happenings import (
    add_recurring_gift,
    apply_happenings,
    arrived,
    charged,
    dispute_moved,
    failed,
    line,
    linked,
    refund_failed,
    refunded,
    returned,
)

PAYMENT, REFUND, DISPUTE = Category.PAYMENT, Category.REFUND, Category.DISPUTE
GIFTS = 10  # the gifts of a run, by number; its recurring gift begins with gift 3


@dataclass(frozen=True)
class StoryRun:
    """The story, with ids of its own for this run."""

    books: Books
    number: int

    def gift(self, n: int) -> str:
        """The id of a gift of this run."""
        return gift_id(self.number * 100 + n)

    def prepare(self) -> None:
        """Store the gifts, which are there before Stripe is asked."""
        for n in range(1, GIFTS + 1):
            self.books.pledge(self.number * 100 + n, shares=[(1, 1000), (2, 1500)])
        add_recurring_gift(self.books, self.number, shares=[(1, 2), (2, 1)], first=self.number * 100 + 3)

    @property
    def recurring(self) -> str:
        """The id of this run's recurring gift."""
        return f"5f1c9f3e-0000-4000-8000-{self.number:012d}"

    def story(self) -> list[Happening]:
        """Everything that can happen, in an order in which it could have."""
        return [*self._once(), *self._recurring(), *self._delayed(), *self._not_ours(), *self._balance()]

    def _once(self) -> list[Happening]:
        """A split gift, refunded twice and disputed; one known by its session alone; one in dollars."""
        k, euros = self._k, {"marked": True, "original": Money(3000, USD)}
        of_re = {"marked": True, "n": k("1")}
        return [
            charged(k("1"), gift=self.gift(1)),
            linked(k("1"), self.gift(1)),
            line(k("1"), PAYMENT, 2500, n=k("1"), fee=58, marked=True),
            refunded(k("1a"), k("1"), 1001),
            line(k("1a"), REFUND, -1001, subject=f"re_{k('1a')}", **of_re),
            refunded(k("1b"), k("1"), 1499),
            refund_failed(k("1b"), k("1"), 1499),
            line(k("1b"), REFUND, -1499, subject=f"re_{k('1b')}", **of_re),
            line(k("1c"), REFUND, 1499, subject=f"re_{k('1b')}", fee=-3, **of_re),
            dispute_moved(k("1d"), k("1"), -1500),
            dispute_moved(k("1e"), k("1"), 1500),
            line(k("1d"), DISPUTE, -1500, subject=f"du_{k('1')}", fee=2000, **of_re),
            line(k("1e"), DISPUTE, 1500, subject=f"du_{k('1')}", **of_re),
            charged(k("2"), 2499),
            CheckoutReported(f"cs_{k('2')}", self.gift(2), f"pi_{k('2')}", GiftState.EXPIRED),
            line(k("2"), PAYMENT, 2499, n=k("2"), fee=58),
            charged(k("9"), 3000, gift=self.gift(9), of=USD),
            line(k("9"), PAYMENT, 2370, n=k("9"), fee=70, **euros),
            refunded(k("9"), k("9"), 1, of=USD),
            line(k("9a"), REFUND, -1, n=k("9"), subject=f"re_{k('9')}", marked=True, original=Money(-1, USD)),
        ]

    def _recurring(self) -> list[Happening]:
        """A recurring gift: its first instalment, and a second one that is refunded in part."""
        k = self._k
        return [
            SubscriptionReported(f"sub_{k('3')}", self.recurring),
            charged(k("3")),
            InvoiceReported(f"in_{k('3')}", self.recurring, first=True),
            InvoicePaid(f"in_{k('3')}", f"pi_{k('3')}"),
            line(k("3"), PAYMENT, 2500, n=k("3"), fee=58),
            charged(k("4"), 1001),
            InvoiceReported(f"in_{k('4')}", self.recurring, first=False),
            InvoicePaid(f"in_{k('4')}", f"pi_{k('4')}"),
            line(k("4"), PAYMENT, 1001, n=k("4"), fee=34),
            refunded(k("4"), k("4"), 500),
            line(k("4a"), REFUND, -500, n=k("4"), subject=f"re_{k('4')}"),
        ]

    def _delayed(self) -> list[Happening]:
        """A bank debit that failed late, and one that was collected again; one that failed; one tried twice."""
        k = self._k
        return [
            charged(k("5"), gift=self.gift(5)),
            failed(k("5")),
            line(k("5"), PAYMENT, 2500, n=k("5"), fee=20, marked=True),
            line(k("5a"), PAYMENT, -2500, n=k("5"), marked=True),
            linked(k("6"), self.gift(6), GiftState.PROCESSING),
            failed(k("6")),
            failed(k("7"), charge=f"ch_{k('7')}_first"),
            charged(k("7"), gift=self.gift(7)),
            linked(k("7"), self.gift(7), GiftState.FAILED),
            line(k("7"), PAYMENT, 2500, n=k("7"), fee=20, marked=True),
            charged(k("10"), gift=self.gift(10), charge=f"ch_{k('10')}_first"),
            line(k("10"), PAYMENT, 2500, n=k("10"), fee=20, marked=True),
            failed(k("10"), charge=f"ch_{k('10')}_first"),
            line(k("10a"), PAYMENT, -2500, n=k("10"), marked=True),
            charged(k("10"), gift=self.gift(10), at=40),
            line(k("10b"), PAYMENT, 2500, n=k("10"), fee=20, marked=True),
            refunded(k("10"), k("10"), 1001, at=50),
            line(k("10c"), REFUND, -1001, n=k("10"), subject=f"re_{k('10')}", marked=True),
        ]

    def _not_ours(self) -> list[Happening]:
        """Money that is not ours: a ticket, refunded and disputed, and a membership fee by subscription."""
        k = self._k
        return [
            charged(k("s1"), 4000),
            line(k("s1"), PAYMENT, 4000, n=k("s1"), fee=80),
            refunded(k("s1"), k("s1"), 1000),
            line(k("s1a"), REFUND, -1000, n=k("s1"), subject=f"re_{k('s1')}"),
            dispute_moved(k("s1b"), k("s1"), -3000),
            line(k("s1b"), DISPUTE, -3000, n=k("s1"), subject=f"du_{k('s1')}", fee=2000),
            charged(k("s2"), 700),
            InvoicePaid(f"in_{k('s2')}", f"pi_{k('s2')}"),
            InvoiceReported(f"in_{k('s2')}", NO_RECURRING_GIFT, first=False),
            line(k("s2"), PAYMENT, 700, n=k("s2"), fee=30),
        ]

    def _balance(self) -> list[Happening]:
        """Payouts there and back, and what else moves a balance."""
        k = self._k
        return [
            arrived(k("1"), 900),
            line(k("p1"), Category.PAYOUT, -900, subject=f"po_{k('1')}"),
            arrived(k("2"), 800),
            returned(k("2"), 800),
            line(k("p2"), Category.PAYOUT, -800, subject=f"po_{k('2')}"),
            line(k("p2a"), Category.PAYOUT_RETURNED, 800, subject=f"po_{k('2')}"),
            returned(k("3"), 70),
            line(k("p3"), Category.PAYOUT, -70, subject=f"po_{k('3')}"),
            line(k("p3a"), Category.PAYOUT_RETURNED, 70, subject=f"po_{k('3')}"),
            PayoutArrived(f"po_{k('4')}", Money(-60, GBP), arrived(k("4"), 1).day),
            line(k("p4"), Category.PAYOUT, 60, subject=f"po_{k('4')}"),
            line(k("b1"), Category.STRIPE_FEE, -25),
            line(k("b2"), Category.TOP_UP, 1000),
            line(k("b3"), Category.ADJUSTMENT, -7),
            line(k("b4"), Category.OTHER, 8),
            line(k("b5"), Category.UNKNOWN, -9),
        ]

    def _k(self, name: str) -> str:
        return f"{name}{self._mark}"

    @property
    def _mark(self) -> str:
        return f"_x{self.number}z"

    def apply(self, batches: Sequence[Sequence[Happening]]) -> None:
        """Apply these, a batch after the other."""
        for batch in batches:
            apply_happenings(self.books, *batch)

    def read_books(self) -> dict[str, list[Any]]:
        """The books of this run, with names that are the same in every run.

        Without fees that stood whole until their gift was known: whether they did is a matter of the order.
        """
        e, g, w, b, u = entry.c, gift_tables.gift.c, book_tables.waiting_fact.c, balance_line.c, uncleared.c
        r = receipts.tables.receipt.c
        columns = (
            e.key, e.kind, e.debit, e.credit, e.currency, e.amount_minor, e.subject, e.campaign_id, e.gift_id,
            e.occurred_at, e.book_date, e.reverses,
        )  # fmt: skip
        ours = f"%\\{self._mark}"
        gifts = [*(self.gift(n) for n in range(1, GIFTS + 1)), self._instalment()]
        shared = e.kind == EntryKind.FEE_SHARED.value
        was_whole = e.key.in_(sa.select(e.reverses).where(shared))
        named = sa.or_(_like(e.key, f"{ours}%"), _like(e.subject, ours))
        questions = {
            "entries": sa.select(*columns).where(named, ~shared, ~was_whole),
            "gifts": sa.select(g.id, g.state, g.recurring_id, g.invoice_id).where(g.id.in_(gifts)),
            "receipts": sa.select(r.gift_id).where(r.gift_id.in_(gifts)),
            "waiting": sa.select(w.payment, w.fact, w.kind).where(_like(w.payment, ours)),
            "lines": sa.select(b.id, b.ours).where(_like(b.id, ours)),
            "uncleared": sa.select(u.subject, u.currency, u.balance_minor).where(_like(u.subject, ours)),
        }
        with reading(self.books.engine) as conn:
            return {
                name: sorted(self._own(row) for row in conn.execute(question)) for name, question in questions.items()
            }

    def balances(self) -> dict[tuple[str, str, int], int]:
        """What the entries add up to, by account, currency and campaign."""
        sums: dict[tuple[str, str, int], int] = {}
        for _, _, debit, credit, code, minor, _, campaign, *_ in self.read_books()["entries"]:
            for account, sign in ((debit, 1), (credit, -1)):
                sums[account, code, int(campaign)] = sums.get((account, code, int(campaign)), 0) + sign * int(minor)
        return {key: minor for key, minor in sums.items() if minor}

    def _instalment(self) -> str:
        return str(uuid5(INSTALMENTS, f"in_{self._k('4')}"))

    def _own(self, row: Sequence[Any]) -> tuple[str, ...]:
        names = {self.gift(n): f"gift {n}" for n in range(1, GIFTS + 1)}
        names |= {self._instalment(): "instalment", self.recurring: "recurring"}
        return tuple(names.get(str(value), str(value).replace(self._mark, "")) for value in row)


def links_first(happenings: Sequence[Happening]) -> list[Happening]:
    """Move what links a payment to its gift before the first line of that payment, as settlement reads them."""
    ordered = list(happenings)
    for link in happenings:
        if payment := _linked(link):
            lines = [n for n, line in enumerate(ordered) if isinstance(line, BalanceLine) and line.payment == payment]
            if lines and lines[0] < ordered.index(link):
                ordered.remove(link)
                ordered.insert(lines[0], link)
    return ordered


def _linked(happening: Happening) -> str | None:
    match happening:
        case InvoicePaid():
            return happening.payment
        case CheckoutReported():
            return happening.payment_intent
        case _:
            return None


def _like(column: Any, pattern: str) -> Any:
    return column.like(pattern, escape="\\")

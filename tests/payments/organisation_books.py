"""An organisation's books, and what tests do to them and read from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import sleep
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Engine

import receipts.tables
from database.transactions import reading, writing
from ledger.accounts import Account
from ledger.money import GBP, Money
from ledger.store import balance, raised
from ledger.tables import entry
from outbox.tables import job
from payments.books.bookkeeper import Bookkeeper
from payments.gifts import store
from payments.gifts import tables as gift_tables
from payments.gifts.gift import Allocation, DonorDetails, Gift, GiftState
from payments.inbox.delivery import Delivery
from payments.inbox.keep import take_in
from payments.inbox.store import DeadLetter, dead_letters, unapplied_count

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Books:
    """One organisation's books and the bookkeeper who keeps them."""

    engine: Engine
    bookkeeper: Bookkeeper

    def pledge(
        self, n: int = 1, *, amount: int = 2500, shares: Sequence[tuple[int, int]] = (), email: str = ""
    ) -> Gift:
        """Store a pending gift; `shares` are pairs of campaign and pence."""
        parts = shares or [(1, amount)]
        gift = Gift(
            id=gift_id(n),
            state=GiftState.PENDING,
            amount=Money(amount, GBP),
            allocations=tuple(Allocation(k, campaign, Money(minor, GBP)) for k, (campaign, minor) in enumerate(parts)),
            donor=DonorDetails(f"Donor {n}", email or f"donor{n}@example.org"),
            created_at=NOON,
            attempts=1,
        )
        with writing(self.engine) as conn:
            store.add_gift(conn, gift)
        return gift

    def deliver(self, *deliveries: Delivery, now: datetime = NOON) -> None:
        """Keep and apply these as one batch; like a writer, until it has had the books."""
        intake = take_in(self.engine, self.bookkeeper, deliveries, now, look=False)
        while not intake.applied:
            sleep(0.01)
            intake = take_in(self.engine, self.bookkeeper, (), now, look=True)

    def gift(self, n: int = 1) -> Gift:
        """A gift as it is stored."""
        with reading(self.engine) as conn:
            gift = store.gift(conn, gift_id(n))
        assert gift is not None
        return gift

    def raised(self, campaign: int = 1) -> int:
        """Pence raised by a campaign."""
        with reading(self.engine) as conn:
            return raised(conn, campaign, GBP).amount.minor

    def clearing(self) -> int:
        """Pence in clearing."""
        with reading(self.engine) as conn:
            return balance(conn, Account.CLEARING, GBP).minor

    def dead_letters(self) -> list[DeadLetter]:
        """What could not be applied."""
        with reading(self.engine) as conn:
            return dead_letters(conn)

    def unapplied(self) -> int:
        """How many kept deliveries are not applied."""
        with reading(self.engine) as conn:
            return unapplied_count(conn)

    def count(self, table: sa.Table) -> int:
        """How many rows a table has."""
        with reading(self.engine) as conn:
            return conn.scalar(sa.select(sa.func.count()).select_from(table)) or 0

    def canonical(self) -> list[tuple[object, ...]]:
        """The part of the books that depends on facts alone: no ids, no posting time, no cause, no receipt number."""
        e, g = entry.c, gift_tables.gift.c
        columns = (
            e.key, e.kind, e.debit, e.credit, e.currency, e.amount_minor, e.subject, e.campaign_id,
            e.gift_id, e.occurred_at, e.book_date,
        )  # fmt: skip
        with reading(self.engine) as conn:
            entries = [tuple(row) for row in conn.execute(sa.select(*columns).order_by(e.key))]
            states = [tuple(row) for row in conn.execute(sa.select(g.id, g.state).order_by(g.id))]
            receipted = conn.execute(sa.select(receipts.tables.receipt.c.gift_id))
            jobs = conn.execute(sa.select(sa.func.count()).select_from(job))
            return [*entries, *states, *sorted(tuple(row) for row in receipted), tuple(jobs.one())]


def gift_id(n: int) -> str:
    """The n-th gift's id."""
    return str(UUID(int=n))

"""A database with pending gifts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.engine import Engine

from campaigns.campaign import Campaign
from campaigns.store import add_campaign
from database.bulk import insert_rows
from database.engine import open_database
from database.migrating import migrate, require_mode
from database.transactions import booking, reading, writing
from donors.tables import donor
from ledger.money import GBP, Money
from ledger.store import open_accounts, raised_by_campaign
from payments.gifts import tables as gift_tables

CAMPAIGNS = 10


@dataclass(frozen=True)
class PendingGift:
    """A gift that is not paid yet."""

    n: int
    amount: int

    @property
    def id(self) -> str:
        """Its id, made from its number so that every run is the same."""
        return str(UUID(int=self.n + (1 << 100)))

    @property
    def event_id(self) -> str:
        """The event of its charge."""
        return f"evt_3Bench{self.n:016d}"


def add_pending_gifts(engine: Engine, count: int, now: datetime) -> list[PendingGift]:
    """Store campaigns and `count` pending gifts; returns the gifts."""
    with booking(engine) as conn:
        open_accounts(conn)
        for n in range(CAMPAIGNS):
            add_campaign(conn, Campaign(0, f"appeal-{n}", f"Appeal {n}", "For the bench.", GBP, Money(10**8, GBP)))
    pending = [PendingGift(n, 500 + n % 97 * 100) for n in range(count)]
    for start in range(0, count, 1000):
        _store(engine, pending[start : start + 1000], now)
    return pending


def create_books(url: str, gifts: int, now: datetime | None = None) -> list[PendingGift]:
    """Migrate the database at this address, in test mode, and add so many pending gifts."""
    migrate(url)
    engine = open_database(url)
    try:
        require_mode(engine, "test")
        return add_pending_gifts(engine, gifts, now or datetime.now(UTC))
    finally:
        engine.dispose()


def total_raised(url: str) -> int:
    """Pence that all campaigns of the database at this address have raised."""
    engine = open_database(url)
    try:
        with reading(engine) as conn:
            raised = raised_by_campaign(conn, range(1, CAMPAIGNS + 1), GBP)
            return sum(campaign.amount.minor for campaign in raised.values())
    finally:
        engine.dispose()


def _store(engine: Engine, gifts: Sequence[PendingGift], now: datetime) -> None:
    rows = [
        {
            "id": gift.id, "state": "pending", "currency": "GBP", "amount_minor": gift.amount,
            "donor_id": gift.id, "donor_name": f"Donor Number {gift.n}", "donor_email": f"donor{gift.n}@example.org",
            "message": "", "created_at": now, "attempts": 1,
            "attempted_at": now, "return_token": f"bench-{gift.n}",
        }
        for gift in gifts
    ]  # fmt: skip
    shares = [
        {"gift_id": gift.id, "n": 0, "campaign_id": gift.n % CAMPAIGNS + 1, "amount_minor": gift.amount}
        for gift in gifts
    ]
    donors = [
        {
            "id": gift.id, "email": f"donor{gift.n}@example.org", "email_key": f"donor{gift.n}@example.org",
            "name": f"Donor Number {gift.n}", "language": "en", "created_at": now,
        }
        for gift in gifts
    ]  # fmt: skip
    with writing(engine) as conn:
        insert_rows(conn, donor, donors)
        insert_rows(conn, gift_tables.gift, rows)
        insert_rows(conn, gift_tables.allocation, shares)

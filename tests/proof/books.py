"""Books to be proved and shown: two campaigns, gifts as Stripe's messages bring them, and other entries."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from campaigns.campaign import Campaign
from campaigns.demo import DEMO_ORGANISATION
from campaigns.store import add_campaign
from database.transactions import booking
from ledger.accounts import Account
from ledger.entry import Entry
from ledger.kinds import EntryKind
from ledger.money import GBP, Currency, Money
from ledger.store import open_accounts, post
from payments.books.bookkeeper import Bookkeeper
from payments.books.decide.decide import BookRules
from tests.payments.messages import CREATED, MARK, charged
from tests.payments.organisation_books import Books, gift_id

LIBRARIES, BUSES = 1, 2
DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Desk:
    """Books with gifts to look at."""

    books: Books

    def give(self, n: int, pence: int, campaign: int = LIBRARIES, *, days_ago: int = 0) -> None:
        """A gift that Stripe charged so many days before 21 November 2026."""
        self.books.pledge(n, amount=pence, shares=[(campaign, pence)])
        at = CREATED - days_ago * DAY_SECONDS
        self.books.deliver(charged(str(n), gift=gift_id(n), amount=pence, created=at))

    def move(self, kind: EntryKind, debit: Account, credit: Account, minor: int, of: Currency = GBP) -> None:
        """An entry that is not a gift, on 21 November 2026."""
        entry = Entry(
            key=kind.key(debit, credit, minor),
            kind=kind,
            debit=debit,
            credit=credit,
            amount=Money(minor, of),
            subject=f"subject_of_{kind}",
            occurred_at=datetime(2026, 11, 21, 12, tzinfo=UTC),
            book_date=date(2026, 11, 21),
            cause="test",
            campaign=LIBRARIES,
        )
        with booking(self.books.engine) as conn:
            post(conn, [entry], entry.occurred_at)


def open_desk(engine: Engine) -> Desk:
    """Empty books in a migrated database, with two campaigns: 1 is for libraries, 2 is for buses."""
    with booking(engine) as conn:
        open_accounts(conn)
        add_campaign(conn, Campaign(0, "libraries", "Save our libraries", "A story.", GBP))
        add_campaign(conn, Campaign(0, "buses", "Bring back the bus", "A story.", GBP))
    return Desk(Books(engine, Bookkeeper(BookRules(DEMO_ORGANISATION, ZoneInfo("Europe/London"), "test", MARK))))

"""Books with two campaigns and a bookkeeper, on both engines."""

from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from campaigns.campaign import Campaign
from campaigns.demo import DEMO_ORGANISATION
from campaigns.store import add_campaign
from database.transactions import booking
from ledger.money import GBP, Money
from ledger.store import open_accounts
from payments.books.bookkeeper import Bookkeeper
from payments.books.decide.decide import BookRules
from tests.payments.messages import MARK
from tests.payments.organisation_books import Books

LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def books(engine: Engine) -> Books:
    """Open accounts and two campaigns: 1 is for libraries, 2 is for buses."""
    with booking(engine) as conn:
        open_accounts(conn)
        add_campaign(conn, Campaign(0, "libraries", "Save our libraries", "A story.", GBP, Money(100_000, GBP)))
        add_campaign(conn, Campaign(0, "buses", "Bring back the bus", "A story.", GBP))
    return Books(engine, Bookkeeper(BookRules(DEMO_ORGANISATION, LONDON, "test", MARK)))

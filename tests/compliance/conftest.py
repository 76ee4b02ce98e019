"""Books of a regulated organisation: its own campaign, and two groups of which the second is an accounting unit."""

from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from campaigns.campaign import Campaign
from campaigns.demo import DEMO_ORGANISATION
from campaigns.store import add_campaign
from database.transactions import booking
from ledger.money import GBP
from ledger.store import open_accounts
from payments.books.bookkeeper import Bookkeeper
from payments.books.decide.decide import BookRules
from tests.payments.messages import MARK
from tests.payments.organisation_books import Books

UNIT = 3
"""The accounting unit."""


@pytest.fixture
def books(engine: Engine) -> Books:
    """Campaign 1 is the organisation's, 2 and 3 are its groups."""
    with booking(engine) as conn:
        open_accounts(conn)
        add_campaign(conn, Campaign(0, "movement", "The Movement", "A story.", GBP))
        add_campaign(conn, Campaign(0, "leeds", "Leeds", "A story.", GBP, parent_id=1))
        add_campaign(conn, Campaign(0, "hull", "Hull", "A story.", GBP, parent_id=1))
    return Books(engine, Bookkeeper(BookRules(DEMO_ORGANISATION, ZoneInfo("Europe/London"), "test", MARK)))

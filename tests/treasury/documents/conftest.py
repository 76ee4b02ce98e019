"""A desk with one receipted gift, whose PDF is printed."""

import pytest
from fastapi.testclient import TestClient

from database.engine import open_database
from database.transactions import writing
from organisation.store import add_first_version
from receipts.store import receipt_by_number, save_pdf
from tests.clock import FixedClock
from tests.payments.messages import charged
from tests.payments.organisation_books import NOON, gift_id
from tests.proof.books import Desk, open_desk
from tests.receipts.samples import PROFILE
from tests.staff.signing_in import sign_in_as
from tests.treasury.test_lost_gifts import build


@pytest.fixture
def desk(sqlite_url: str) -> Desk:
    """What is asked here is no matter of the database's kind."""
    return open_desk(open_database(sqlite_url, durable=False))


@pytest.fixture
def treasurer(desk: Desk, clock: FixedClock) -> TestClient:
    """At a desk with one receipted gift, whose PDF is printed."""
    desk.books.pledge()
    desk.books.deliver(charged(gift=gift_id(1)))
    with writing(desk.books.engine) as conn:
        add_first_version(conn, PROFILE, "test", NOON)
        issued = receipt_by_number(conn, "2026-000001")
        assert issued is not None
        save_pdf(conn, issued.id, b"%PDF- a receipt", NOON)
    browser = TestClient(build(desk.books.engine, clock, "http://127.0.0.1"), base_url="http://127.0.0.1")
    sign_in_as(browser, desk.books.engine, clock())
    return browser

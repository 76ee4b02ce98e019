"""A record is kept as long as the row says that holds on the day: a new row is enough for the page and for erasure."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from compliance.kept_by_law import KEPT_BY_LAW
from compliance.kept_records import GIFT_AID_YEARS
from compliance.regime import Regime
from compliance.rule import RECORD_YEARS
from compliance.rule_store import add_rule
from compliance.thresholds import shipped_rules
from database.transactions import booking
from organisation.store import add_version
from payments.erasing.jobs import anonymise_kept
from payments.own.erasure import begin_erasure, kept_by_law_until
from receipts.erasure_store import close_receipts
from staff.tables import staff_member
from tests.compliance.gifts import ASHA
from tests.compliance.test_gate import PARTY, enter
from tests.compliance.test_store import ASHAS_ROW
from tests.database.made_rows import row
from tests.payments.messages import charged
from tests.payments.organisation_books import NOON, Books, gift_id

TODAY = date(2026, 11, 21)


@pytest.fixture
def books(books: Books) -> Books:
    """The books of a party, with a treasurer."""
    with booking(books.engine) as conn:
        conn.execute(sa.insert(staff_member).values(row(staff_member, ASHAS_ROW)))
        add_version(conn, PARTY, "settings", NOON)
    return books


def keep_for(conn: Connection, key: str, years: int, first: date) -> None:
    """Enter that records are kept for so many years, from a day on."""
    rule = replace(shipped_rules().rule(Regime.PARTY, key, TODAY), value=Decimal(years), first=first, source="invented")
    add_rule(conn, rule, ASHA.staff_id, NOON)


def test_who_asks_to_be_erased_hears_until_when_a_check_is_kept(books: Books) -> None:
    """Also of a gift without a receipt; a row that begins later says nothing yet."""
    enter(books, 1, TODAY)
    donors = [books.gift(1).donor_id or ""]
    with booking(books.engine) as conn:
        keep_for(conn, RECORD_YEARS, 7, date(2030, 1, 1))
        assert kept_by_law_until(conn, donors, KEPT_BY_LAW, date(2029, 12, 31)) == date(2032, 12, 31)
        assert kept_by_law_until(conn, donors, KEPT_BY_LAW, date(2030, 1, 1)) == date(2033, 12, 31)


def test_names_stay_on_receipts_as_long_as_the_row_of_the_day_says(books: Books) -> None:
    """Seven years, once there is such a row; the years of Gift Aid are a row of their own."""
    books.pledge()
    books.deliver(charged(gift=gift_id(1)))
    donors = [books.gift(1).donor_id or ""]
    with booking(books.engine) as conn:
        keep_for(conn, RECORD_YEARS, 7, TODAY)
        keep_for(conn, GIFT_AID_YEARS, 9, TODAY)
        begin_erasure(conn, donors, "ada@example.org", NOON, KEPT_BY_LAW)
        close_receipts(conn, [gift_id(1)])
        assert KEPT_BY_LAW.retention(conn, TODAY).gift_aid == 9

    for year, gone in ((2033, 0), (2034, 1), (2035, 0)):
        day = datetime(year, 1, 1, 12, tzinfo=UTC)
        assert anonymise_kept(books.engine, lambda day=day: day, KEPT_BY_LAW) == gone  # type: ignore[misc]

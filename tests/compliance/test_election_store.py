"""Elections, addresses and accounting units that the desk enters: the newest row counts, nothing is written over."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from campaigns.campaign import Campaign
from campaigns.store import add_campaign
from compliance.addresses import AddressWay, CommissionAddress, shipped_addresses
from compliance.election_store import (
    accounting_units,
    add_commission_address,
    add_election,
    choose_accounting_unit,
    commission_addresses,
    elections,
    report_calendar,
)
from compliance.regime import Regime, RegimePeriod
from compliance.report import build_report
from compliance.report_calendar import Election, ReportCalendar, ReportKind
from compliance.report_pdf_store import draft_pdf, filed_pdf, remove_old_drafts, save_draft_pdf, save_filed_pdf
from compliance.report_store import filed_report_id, filed_reports, keep_report
from compliance.rule_store import add_regime_period
from compliance.thresholds import shipped_rules
from database.transactions import booking
from ledger.money import GBP
from staff.tables import staff_member
from tests.compliance.gifts import ASHA, FOREVER
from tests.compliance.test_reports import books
from tests.compliance.test_store import ASHAS_ROW
from tests.database.made_rows import row

NOON = datetime(2027, 1, 5, 12, tzinfo=UTC)
SNAP = Election("2027", date(2026, 5, 6), date(2027, 3, 29), date(2027, 5, 6), "https://example.org/invented")


@pytest.fixture
def conn(engine: Engine) -> Iterator[Connection]:
    """A transaction in a database that knows Asha."""
    with booking(engine) as connection:
        connection.execute(sa.insert(staff_member).values(row(staff_member, ASHAS_ROW)))
        yield connection


def test_an_election_is_entered_corrected_and_withdrawn(conn: Connection) -> None:
    """It makes weeks due, and then it does not."""
    add_regime_period(conn, RegimePeriod(Regime.CAMPAIGNER, date(2020, 1, 1)), ASHA.staff_id, NOON)
    later = replace(SNAP, polling_day=date(2027, 5, 13))
    for entered in (SNAP, later):
        add_election(conn, entered, ASHA.staff_id, NOON)

    assert elections(conn) == [later]
    due = report_calendar(conn).reports(date(2027, 1, 1), date(2027, 12, 31))
    assert [each.last for each in due if each.kind is ReportKind.WEEKLY][-1] == date(2027, 5, 13)
    add_election(conn, later, ASHA.staff_id, NOON, is_withdrawn=True)
    assert (elections(conn), report_calendar(conn).reports(date(2027, 1, 1), date(2027, 12, 31))) == ([], [])
    with pytest.raises(ValueError, match="a source"):
        add_election(conn, replace(SNAP, source=" "), ASHA.staff_id, NOON)


def test_where_reports_are_sent_is_the_products_until_the_desk_enters_another(conn: Connection) -> None:
    """Each with its source."""
    moved = CommissionAddress(AddressWay.POST, "1 Mill Lane, Leeds", "https://example.org/moved", "verified")
    assert commission_addresses(conn) == list(shipped_addresses())
    add_commission_address(conn, moved, ASHA.staff_id, NOON)

    assert [each for each in commission_addresses(conn) if each.way is AddressWay.POST] == [moved]
    assert all(each.source for each in shipped_addresses())
    with pytest.raises(ValueError, match="with its source"):
        replace(moved, source="")


def test_a_group_is_an_accounting_unit_until_somebody_says_that_it_is_none(conn: Connection) -> None:
    """Named by its title; its section is its campaign's id."""
    leeds = add_campaign(conn, Campaign(0, "leeds", "Leeds branch", "Ours.", GBP))
    choose_accounting_unit(conn, leeds, ASHA.staff_id, NOON, is_unit=True)
    assert accounting_units(conn) == {str(leeds): "Leeds branch"}

    choose_accounting_unit(conn, leeds, ASHA.staff_id, NOON, is_unit=False)
    assert accounting_units(conn) == {}


def test_a_filed_report_is_printed_once_and_a_draft_stays_a_day(conn: Connection) -> None:
    """Drafts hold names and addresses that nobody has filed."""
    calendar = ReportCalendar(FOREVER[Regime.PARTY], [], shipped_rules())
    [period] = calendar.reports(date(2024, 3, 31), date(2024, 3, 31))
    filed = keep_report(conn, build_report(period, books()), ASHA, date(2024, 4, 20), "Ada Byron")
    number = filed_report_id(conn, period.key, 1)
    assert (filed_reports(conn), filed.signed_by) == ({period.key: (filed,)}, "Ada Byron")
    assert number is not None
    assert (filed_pdf(conn, number), filed_report_id(conn, period.key, 2)) == (None, None)
    save_filed_pdf(conn, number, b"%PDF", NOON)
    assert filed_pdf(conn, number) == b"%PDF"

    save_draft_pdf(conn, "0" * 64, b"draft", NOON)
    later = NOON + timedelta(days=1, seconds=1)
    save_draft_pdf(conn, "1" * 64, b"later", later)
    remove_old_drafts(conn, later)
    assert [draft_pdf(conn, digit * 64) for digit in "01"] == [None, b"later"]

"""What the desk enters, and what was filed: a new row is enough, and nothing is written over."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from compliance.filed_report import NotFilable, report_differences
from compliance.regime import Regime, RegimePeriod, regime_on
from compliance.report import ReportBooks, build_report
from compliance.report_calendar import ReportCalendar, ReportKind
from compliance.report_store import filed_versions, keep_report
from compliance.rule_store import add_regime_period, add_rule, regime_periods, rule_book
from compliance.thresholds import shipped_rules
from database.transactions import booking
from staff.tables import staff_member
from tests.compliance.gifts import ASHA, FOREVER, accepted, gift, pounds
from tests.compliance.test_store import ASHAS_ROW
from tests.database.made_rows import row

NOON, MARCH = datetime(2027, 1, 5, 12, tzinfo=UTC), date(2024, 3, 5)
FIRST = "report_central_first"


@pytest.fixture
def conn(engine: Engine) -> Iterator[Connection]:
    """A transaction in a database that knows Asha."""
    with booking(engine) as connection:
        connection.execute(sa.insert(staff_member).values(row(staff_member, ASHAS_ROW)))
        yield connection


def test_regimes_and_rules_are_entered_with_a_source_and_the_newest_counts(conn: Connection) -> None:
    """A change of the law, and its correction, are rows; a row without a source is refused."""
    party = RegimePeriod(Regime.PARTY, date(2020, 1, 1), is_northern_irish=True)
    ended = RegimePeriod(Regime.UNREGULATED, date(2026, 7, 1), date(2026, 12, 31))
    shipped = shipped_rules().rule(Regime.PARTY, FIRST, MARCH)
    invented = replace(shipped, value=Decimal("5000.50"), first=date(2027, 1, 1), source="https://example.org/law")
    for period in (party, ended):
        add_regime_period(conn, period, ASHA.staff_id, NOON)
    for rule in (replace(invented, value=Decimal(50)), invented):
        add_rule(conn, rule, ASHA.staff_id, NOON)

    assert regime_periods(conn) == [party, ended]
    assert regime_on(regime_periods(conn), date(2026, 8, 1)) is None
    assert rule_book(conn).rule(Regime.PARTY, FIRST, date(2027, 1, 1)) == invented
    assert rule_book(conn).amount(Regime.PARTY, FIRST, date(2026, 12, 31)) == pounds("11180")
    for refused in (replace(invented, source=" "), replace(invented, first=None)):
        with pytest.raises(ValueError, match="has a source"):
            add_rule(conn, refused, ASHA.staff_id, NOON)


def test_a_filed_report_comes_back_as_it_was_and_is_amended_by_the_next_version(conn: Connection) -> None:
    """With what changed; filed again without a change it is refused."""
    checks = [accepted(gift("12000", MARCH, donor, gift_id=donor), MARCH) for donor in "ab"]
    by_gift = {check.gift.gift_id: check for check in checks}
    books = ReportBooks("The Party", [check.gift for check in checks], by_gift, {}, {}, shipped_rules())
    calendar = ReportCalendar(FOREVER[Regime.PARTY], [], shipped_rules())
    [period] = calendar.reports(date(2024, 3, 31), date(2024, 3, 31))
    assert period.kind is ReportKind.QUARTERLY

    first = keep_report(conn, build_report(period, replace(books, gifts=books.gifts[:1])), ASHA, date(2024, 4, 10))
    assert filed_versions(conn, period) == [first]

    amended = keep_report(conn, build_report(period, books), ASHA, date(2024, 4, 20))
    assert filed_versions(conn, period) == [first, amended]
    assert (amended.version, amended.changes) == (2, ("b is new in the report.",))
    assert report_differences(filed_versions(conn, period)[-1], build_report(period, books)) == ()
    with pytest.raises(NotFilable, match="Nothing has changed"):
        keep_report(conn, build_report(period, books), ASHA, date(2024, 4, 21))

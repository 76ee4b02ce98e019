"""The snap election filed at the desk, report by report on the day it is due: what was filed is the plain model's."""

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from compliance.due_report import DueState, due_report
from compliance.regime import Regime
from compliance.report import build_report
from compliance.report_calendar import PeriodKey, ReportCalendar
from compliance.report_store import filed_reports, keep_report
from database.transactions import booking
from staff.tables import staff_member
from tests.compliance.gifts import ASHA, FOREVER
from tests.compliance.plain_model import Line
from tests.compliance.snap_election import DAY, ELECTION, FIRST, LAST, SnapElection
from tests.compliance.test_snap_election import compare, plain
from tests.compliance.test_store import ASHAS_ROW
from tests.database.made_rows import row


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """That a report is kept once and never changes is proved on both engines (tests/database)."""
    return sqlite_url


def test_every_report_filed_on_its_day_is_the_plain_models_and_stays_so(engine: Engine) -> None:
    """A campaigner's weeks and its return. Later facts change no version; each amendment is what the model says now."""
    election = SnapElection(Regime.CAMPAIGNER)
    calendar = ReportCalendar(FOREVER[Regime.CAMPAIGNER], [ELECTION], election.rules)
    periods, expected = calendar.reports(FIRST, LAST), dict[PeriodKey, set[Line]]()
    today = FIRST
    with booking(engine) as conn:
        conn.execute(sa.insert(staff_member).values(row(staff_member, ASHAS_ROW)))
        while today <= LAST:
            election.live(today)
            for period in [period for period in periods if period.due == today]:
                report = compare(election, period)
                keep_report(conn, report, ASHA, today, "Grace Hopper")
                expected[period.key] = plain(report.lines)
            today += DAY
        filed = filed_reports(conn)
        assert {key: plain(versions[0].lines) for key, versions in filed.items()} == expected
        assert len(expected) > 5

        states = {period.key: due_report(period, election.books(), filed, today).state for period in periods}
        changed = [period for period in periods if states[period.key] is DueState.CHANGED]
        for period in changed:
            keep_report(conn, build_report(period, election.books()), ASHA, today)
        amended = filed_reports(conn)
        for period in changed:
            first, second = amended[period.key]
            assert (first, plain(second.lines)) == (filed[period.key][0], plain(compare(election, period).lines))
            assert second.changes
        assert set(states.values()) <= {DueState.CHANGED, DueState.FILED}
        assert changed

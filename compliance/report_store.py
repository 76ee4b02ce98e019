"""Reports as they were filed: written once, and amended by the next version."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from compliance.check_steps import NamedPerson
from compliance.filed_report import FiledReport, file_report
from compliance.report import Report
from compliance.report_calendar import ReportPeriod
from compliance.report_line import ReportedGift
from compliance.tables import filed_report
from database.bulk import insert_rows
from ledger.money import GBP, Money

_f = filed_report.c


def keep_report(conn: Connection, report: Report, by: NamedPerson, on: date) -> FiledReport:
    """File a report, or amend the one that was filed of this period; raises NotFilable.

    Of two people at once the second is refused by the database: a version is filed once.
    """
    earlier = filed_versions(conn, report.period)
    filed = file_report(report, by, on, earlier[-1] if earlier else None)
    row = {
        "id": (conn.scalar(sa.select(sa.func.max(_f.id))) or 0) + 1,
        "kind": report.period.kind.value,
        "regime": report.period.regime.value,
        "first_day": report.period.first,
        "last_day": report.period.last,
        "version": filed.version,
        "report": {
            "lines": [line.cells for line in filed.lines],
            "returned": [line.cells for line in filed.returned],
            "others": filed.others.minor,
        },
        "changes": list(filed.changes),
        "digest": filed.digest,
        "staff_id": by.staff_id,
        "staff_name": by.name,
        "filed_on": on,
    }
    insert_rows(conn, filed_report, [row])
    return filed


def filed_versions(conn: Connection, period: ReportPeriod) -> list[FiledReport]:
    """What was filed of a period, the first version first."""
    of_period = (_f.kind == period.kind.value, _f.first_day == period.first, _f.last_day == period.last)
    rows = conn.execute(sa.select(filed_report).where(*of_period).order_by(_f.version))
    return [_filed(row) for row in rows]


def _filed(row: Any) -> FiledReport:
    return FiledReport(
        row.version,
        tuple(ReportedGift(*cells) for cells in row.report["lines"]),
        tuple(ReportedGift(*cells) for cells in row.report["returned"]),
        Money(row.report["others"], GBP),
        NamedPerson(row.staff_id, row.staff_name),
        row.filed_on,
        row.digest,
        tuple(row.changes),
    )

"""Reports as they were filed: written once, and amended by the next version."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from compliance.check_steps import NamedPerson
from compliance.filed_report import FiledReport, file_report
from compliance.report import Report
from compliance.report_calendar import PeriodKey, ReportKind, ReportPeriod
from compliance.report_line import ReportedGift
from compliance.tables import filed_report
from database.bulk import insert_rows
from ledger.money import GBP, Money

_f = filed_report.c


def keep_report(conn: Connection, report: Report, by: NamedPerson, on: date, signed_by: str = "") -> FiledReport:
    """File a report, or amend the one that was filed of this period; raises NotFilable.

    Of two people at once the second is refused by the database: a version is filed once.
    """
    earlier = filed_versions(conn, report.period)
    filed = file_report(report, by, on, earlier[-1] if earlier else None, signed_by)
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
        "signed_by": filed.signed_by,
        "filed_on": on,
    }
    insert_rows(conn, filed_report, [row])
    return filed


def filed_versions(conn: Connection, period: ReportPeriod) -> list[FiledReport]:
    """What was filed of a period, the first version first."""
    of_period = (_f.kind == period.kind.value, _f.first_day == period.first, _f.last_day == period.last)
    rows = conn.execute(sa.select(filed_report).where(*of_period).order_by(_f.version))
    return [_filed(row) for row in rows]


def filed_reports(conn: Connection) -> Mapping[PeriodKey, tuple[FiledReport, ...]]:
    """Every report that was filed, the first version of each first."""
    versions: defaultdict[PeriodKey, tuple[FiledReport, ...]] = defaultdict(tuple)
    for row in conn.execute(sa.select(filed_report).order_by(_f.first_day, _f.version)):
        versions[ReportKind(row.kind), row.first_day, row.last_day] += (_filed(row),)
    return dict(versions)


def reports_of_gift(conn: Connection, gift_id: str) -> list[tuple[PeriodKey, FiledReport]]:
    """Every version that names this gift, in the order of their periods."""
    return [
        (key, filed)
        for key, versions in filed_reports(conn).items()
        for filed in versions
        if any(line.reference == gift_id for line in (*filed.lines, *filed.returned))
    ]


def filed_report_id(conn: Connection, key: PeriodKey, version: int) -> int | None:
    """The number under which a version is kept; None where it was not filed."""
    kind, first, last = key
    of_version = (_f.kind == kind.value, _f.first_day == first, _f.last_day == last, _f.version == version)
    number: int | None = conn.scalar(sa.select(_f.id).where(*of_version))
    return number


def filed_version_by_id(conn: Connection, report_id: int) -> tuple[PeriodKey, FiledReport] | None:
    """The version that is kept under this number, with what it is filed under."""
    row = conn.execute(sa.select(filed_report).where(_f.id == report_id)).one_or_none()
    return ((ReportKind(row.kind), row.first_day, row.last_day), _filed(row)) if row else None


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
        row.signed_by,
    )

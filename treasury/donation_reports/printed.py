"""A report as paper says it: the draft that is known now, or a version as it was filed."""

import hashlib
from dataclasses import dataclass
from datetime import date

from compliance.due_report import DueReport
from compliance.filed_report import FiledReport, report_digest
from compliance.report_calendar import PeriodKey
from database.columns import canonical_json
from treasury.donation_reports.files import ReportRows

# It changes with the sheet's template, so that a draft of an older one is not taken for it.
FORMAT = 1


@dataclass(frozen=True, slots=True)
class PrintedReport:
    """What stands on the sheet. `version` is 0 for a draft, which nobody filed; `missing` is what it still lacks."""

    key: PeriodKey
    rows: ReportRows
    digest: str
    version: int = 0
    filed_on: date | None = None
    signed_by: str = ""
    filed_by: str = ""
    changes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def printed_draft(due: DueReport) -> PrintedReport:
    """The sheet of what is known now."""
    report = due.report
    rows = ReportRows(report.lines, report.returned, report.others)
    missing = tuple(fact.sentence for fact in report.missing)
    return PrintedReport(report.period.key, rows, report_digest(report), missing=missing)


def printed_version(key: PeriodKey, filed: FiledReport) -> PrintedReport:
    """The sheet of a version that was filed."""
    rows = ReportRows(filed.lines, filed.returned, filed.others)
    return PrintedReport(
        key, rows, filed.digest, filed.version, filed.filed_on, filed.signed_by, filed.filed_by.name, filed.changes
    )


def draft_key(draft: PrintedReport, participant: str) -> str:
    """The SHA-256 of everything that stands on the sheet of a draft: a sheet of other facts is another sheet."""
    facts = {"format": FORMAT, "digest": draft.digest, "missing": list(draft.missing), "participant": participant}
    return hashlib.sha256(canonical_json(facts).encode()).hexdigest()

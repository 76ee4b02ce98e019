"""How reports and their versions are addressed at the desk and in the log of acts."""

from collections.abc import Sequence

from compliance.filed_report import FiledReport
from compliance.report_calendar import PeriodKey
from web.errors import NotFound

REPORTS = "/desk/reports"
REPORT = REPORTS + "/{kind}/{first}/{last}"
# What the log of acts calls a report.
DONATION_REPORT = "donation_report"


def report_path(key: PeriodKey) -> str:
    """The page of a report."""
    kind, first, last = key
    return REPORT.format(kind=kind.value, first=first, last=last)


def report_subject(key: PeriodKey) -> str:
    """A report's name in the log of acts, such as `quarterly 2026-01-01 2026-03-31`."""
    kind, first, last = key
    return f"{kind.value} {first} {last}"


def version_of(versions: Sequence[FiledReport], number: int) -> FiledReport:
    """The version of this number; raises NotFound."""
    for filed in versions:
        if filed.version == number:
            return filed
    raise NotFound

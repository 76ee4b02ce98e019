"""A report as it was filed: frozen, and amended only by a new version that says what changed. Pure."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from compliance.check_steps import NamedPerson
from compliance.report import Report
from compliance.report_calendar import ReportKind
from compliance.report_line import COLUMNS, ReportedGift, sum_of
from database.columns import canonical_json
from ledger.money import Money


class NotFilable(ValueError):
    """The report cannot be filed; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class FiledReport:
    """What a named person filed. `digest` is the SHA-256 of what it says, `changes` is what differs from before.

    `signed_by` is the name that the responsible person typed; `filed_by` is who sat at the desk.
    """

    version: int
    lines: tuple[ReportedGift, ...]
    returned: tuple[ReportedGift, ...]
    others: Money
    filed_by: NamedPerson
    filed_on: date
    digest: str
    changes: tuple[str, ...] = ()
    signed_by: str = ""

    @property
    def is_nil(self) -> bool:
        """Whether it said that there was nothing to report."""
        return not self.lines and not self.returned and not self.others

    @property
    def total(self) -> Money:
        """The sum of the lines, without what went back."""
        return sum_of(self.lines)


def file_report(
    report: Report, by: NamedPerson, on: date, before: FiledReport | None = None, signed_by: str = ""
) -> FiledReport:
    """Freeze a report, as the first version or as an amendment of the one before; raises NotFilable.

    A weekly report names what was received, often before anybody knows who gave: it is filed in time all the same.
    """
    if report.missing and report.period.kind is not ReportKind.WEEKLY:
        raise NotFilable(" ".join(fact.sentence for fact in report.missing))
    if on <= report.period.last:
        raise NotFilable(f"The period of this report ends on {report.period.last}: file it after that day.")
    changes = () if before is None else report_differences(before, report)
    if before is not None and not changes:
        raise NotFilable("Nothing has changed since this report was filed.")
    version = 1 if before is None else before.version + 1
    signature = signed_by.strip() or by.name
    digest = report_digest(report)
    return FiledReport(version, report.lines, report.returned, report.others, by, on, digest, changes, signature)


def report_differences(filed: FiledReport, report: Report) -> tuple[str, ...]:
    """What a report says otherwise now than when it was filed, a sentence for each line; empty: nothing."""
    return (
        *_line_differences(filed.lines, report.lines),
        *_line_differences(filed.returned, report.returned, " among the gifts that went back"),
        *([f"The sum of the others was {filed.others}, and is {report.others}."] * (filed.others != report.others)),
    )


def report_digest(report: Report) -> str:
    """The SHA-256 of a report's period and lines: equal facts give an equal digest."""
    facts = {
        "kind": report.period.kind.value,
        "first": report.period.first.isoformat(),
        "last": report.period.last.isoformat(),
        "lines": [line.cells for line in report.lines],
        "returned": [line.cells for line in report.returned],
        "others": report.others.minor,
    }
    return hashlib.sha256(canonical_json(facts).encode()).hexdigest()


def _line_differences(filed: tuple[ReportedGift, ...], now: tuple[ReportedGift, ...], where: str = "") -> Iterator[str]:
    before, after = ({line.reference: line for line in lines} for lines in (filed, now))
    for reference in sorted(before.keys() | after.keys()):
        old, new = before.get(reference), after.get(reference)
        if old is None or new is None:
            yield f"{reference} is {'new' if old is None else 'no longer'}{where or ' in the report'}."
        elif old != new:
            yield f"{reference}{where}: {'; '.join(_cell_differences(old, new))}."


def _cell_differences(old: ReportedGift, new: ReportedGift) -> Iterator[str]:
    for column, was, now in zip(COLUMNS.values(), old.cells, new.cells, strict=True):
        if was != now:
            yield f"{column} was “{was}”, and is “{now}”"

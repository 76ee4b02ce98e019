"""The worker's job that prints reports to the Commission: a draft to be signed, and each filed version once."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy.engine import Engine

from compliance.report_calendar import PeriodKey, ReportKind
from compliance.report_line import sum_of
from compliance.report_pdf_store import draft_pdf, filed_pdf, save_draft_pdf, save_filed_pdf
from compliance.report_store import filed_version_by_id
from compliance.report_words import KIND_WORDS
from database.instants import Clock
from database.transactions import reading, writing
from outbox.worker import Handler
from treasury.donation_reports.known import known_reports
from treasury.donation_reports.printed import PrintedReport, draft_key, printed_draft, printed_version
from treasury.donation_reports.shown_line import shown_lines, with_short_ids
from web.pages import Pages

PRINT_DONATION_REPORT = "donation_report.print"
TEMPLATE, DONATION_REPORT_STYLE = "treasury/donation_report_sheet.html", "treasury/donation_report.css"


def donation_report_handler(engine: Engine, pages: Pages, print_html: Callable[[str], bytes], clock: Clock) -> Handler:
    """The handler of PRINT_DONATION_REPORT. No transaction is open while it prints."""
    printer = _ReportPrinter(engine, pages, print_html, clock)

    def handle(payload: Any) -> None:
        if "filed" in payload:
            printer.print_filed(payload["filed"])
        else:
            days = date.fromisoformat(payload["first"]), date.fromisoformat(payload["last"])
            printer.print_draft((ReportKind(payload["kind"]), *days))

    return handle


class _ReportPrinter:
    def __init__(self, engine: Engine, pages: Pages, print_html: Callable[[str], bytes], clock: Clock) -> None:
        self._engine, self._pages, self._print_html, self._clock = engine, pages, print_html, clock

    def print_filed(self, report_id: int) -> None:
        """A version that is printed is not printed again, so its bytes never change."""
        with reading(self._engine) as conn:
            kept = filed_version_by_id(conn, report_id)
            if kept is None or filed_pdf(conn, report_id) is not None:
                return
        pdf = self._print(printed_version(*kept))
        with writing(self._engine) as conn:
            if filed_pdf(conn, report_id) is None:
                save_filed_pdf(conn, report_id, pdf, self._clock())

    def print_draft(self, key: PeriodKey) -> None:
        """The report as it is known when the job runs; whoever waits finds it under what it says."""
        name, today = self._pages.organisation.name, self._pages.wording.local_day(self._clock())
        with reading(self._engine) as conn:
            due = known_reports(conn, name, today, key[1]).report(key)
            if due is None:
                return
            draft = printed_draft(due)
            kept_as = draft_key(draft, name)
            if draft_pdf(conn, kept_as) is not None:
                return
        pdf = self._print(draft)
        with writing(self._engine) as conn:
            save_draft_pdf(conn, kept_as, pdf, self._clock())

    def _print(self, sheet: PrintedReport) -> bytes:
        html = self._pages.render(
            TEMPLATE, sheet=sheet, kinds=KIND_WORDS, lines=shown_lines(sheet.rows.lines),
            returned=shown_lines(sheet.rows.returned), total=sum_of(sheet.rows.lines),
            changes=[with_short_ids(change) for change in sheet.changes],
            missing=[with_short_ids(sentence) for sentence in sheet.missing],
        )  # fmt: skip
        return self._print_html(html)

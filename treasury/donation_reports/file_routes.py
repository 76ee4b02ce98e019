"""A report's files: CSV, XLSX and the PDF to sign, of what is known now and of each version that was filed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from sqlalchemy import Connection, Engine
from starlette.responses import Response

from compliance.report_calendar import PeriodKey, ReportKind
from compliance.report_pdf_store import draft_pdf, filed_pdf
from compliance.report_store import filed_report_id, filed_reports
from compliance.report_words import KIND_WORDS
from compliance.rule import NoSuchRule
from database.instants import Clock
from database.transactions import reading, writing
from outbox.jobs import enqueue
from staff.act import Subject
from staff.changing import changing
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.donation_reports.addresses import DONATION_REPORT, REPORT, report_path, report_subject, version_of
from treasury.donation_reports.files import report_csv, report_xlsx
from treasury.donation_reports.jobs import PRINT_DONATION_REPORT
from treasury.donation_reports.known import known_reports
from treasury.donation_reports.printed import PrintedReport, draft_key, printed_draft, printed_version
from treasury.lists.routes import XLSX
from web.errors import NotFound
from web.pages import Pages

CSV, PDF = "text/csv; charset=utf-8", "application/pdf"
MOST_RELOADS = 6
ReportLooks = Annotated[int, Query(ge=0, le=MOST_RELOADS)]
FiledVersion = Annotated[int, Path(ge=1, lt=10_000)]


def report_key(kind: ReportKind, first: date, last: date) -> PeriodKey:
    """Which report an address names."""
    return kind, first, last


ReportKey = Annotated[PeriodKey, Depends(report_key)]


class ReportFormat(StrEnum):
    """A file of a report: rows for a spreadsheet, or the sheet to sign."""

    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file that somebody asks for: of this version, or of the draft, which is version 0."""

    key: PeriodKey
    version: int
    ending: ReportFormat

    @property
    def path(self) -> str:
        """Where it is taken."""
        place = f"versions/{self.version}" if self.version else "draft"
        return f"{report_path(self.key)}/{place}.{self.ending.value}"

    @property
    def name(self) -> str:
        """What it is called on the reader's machine."""
        kind, first, last = self.key
        version = f"version-{self.version}" if self.version else "draft"
        return f"{kind.value}-report-{first}-{last}-{version}.{self.ending.value}"


def report_file_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """READ_MONEY takes them; the log says who did."""
    desk, router = ReportFilesDesk(engine, clock, pages), APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)

    @router.get(REPORT + "/draft.{ending}")
    def download_draft(reader: Reader, key: ReportKey, ending: ReportFormat, look: ReportLooks = 0) -> Response:
        return desk.file(reader, ReportFile(key, 0, ending), look)

    @router.get(REPORT + "/versions/{version}.{ending}")
    def download_version(
        reader: Reader, key: ReportKey, version: FiledVersion, ending: ReportFormat, look: ReportLooks = 0
    ) -> Response:
        return desk.file(reader, ReportFile(key, version, ending), look)

    return router


class ReportFilesDesk:
    """The files of reports."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def file(self, reader: SignedIn, wanted: ReportFile, look: int) -> Response:
        """The file. A PDF is printed by the worker: until it is, a page that reloads itself."""
        if wanted.ending is ReportFormat.PDF:
            return self._pdf(reader, wanted, look)
        with reading(self._engine) as conn:
            sheet = self._sheet(conn, wanted)
        self._record(reader, wanted)
        zone = self._pages.wording.zone
        if wanted.ending is ReportFormat.CSV:
            return _as_file(report_csv(sheet.rows, zone), CSV, wanted)
        return _as_file(report_xlsx(sheet.rows, KIND_WORDS[wanted.key[0]], zone), XLSX, wanted)

    def _sheet(self, conn: Connection, wanted: ReportFile) -> PrintedReport:
        """What the file says; raises NotFound."""
        if wanted.version:
            versions = filed_reports(conn).get(wanted.key, ())
            return printed_version(wanted.key, version_of(versions, wanted.version))
        name, today = self._pages.organisation.name, self._today()
        try:
            due = known_reports(conn, name, today, wanted.key[1]).report(wanted.key)
        except NoSuchRule as missing:
            raise NotFound(str(missing), advice="Add the rule under Rules, then ask for the file again.") from None
        if due is None:
            raise NotFound
        return printed_draft(due)

    def _pdf(self, reader: SignedIn, wanted: ReportFile, look: int) -> Response:
        with reading(self._engine) as conn:
            sheet = self._sheet(conn, wanted)
            subject, pdf = self._kept(conn, wanted, sheet)
        if pdf is not None:
            self._record(reader, wanted)
            return _as_file(pdf, PDF, wanted)
        if look == 0:
            with writing(self._engine) as conn:
                payload = _payload(subject, wanted.key)
                enqueue(conn, PRINT_DONATION_REPORT, subject, payload, now=self._clock(), urgent=True)
        page = self._pages.page(
            "treasury/donation_report_preparing.html", private=True, status=202, member=reader.member,
            path=report_path(wanted.key), file=wanted.path, overdue=look >= MOST_RELOADS,
        )  # fmt: skip
        if look < MOST_RELOADS:
            page.headers["Refresh"] = f"{2**look}; url={wanted.path}?look={look + 1}"
        return page

    def _kept(self, conn: Connection, wanted: ReportFile, sheet: PrintedReport) -> tuple[str, bytes | None]:
        """The job's subject, and the PDF if it is printed."""
        if wanted.version:
            number = filed_report_id(conn, wanted.key, wanted.version) or 0
            return f"filed:{number}", filed_pdf(conn, number)
        key = draft_key(sheet, self._pages.organisation.name)
        return f"draft:{key}", draft_pdf(conn, key)

    def _record(self, reader: SignedIn, wanted: ReportFile) -> None:
        """Names and addresses leave the house: the log of acts says who took which file."""
        with changing(self._engine, reader.actor, self._clock()) as change:
            after = {"version": wanted.version, "as": wanted.ending.value}
            change.record("report.export", Subject(DONATION_REPORT, report_subject(wanted.key)), after=after)

    def _today(self) -> date:
        return self._pages.wording.local_day(self._clock())


def _payload(subject: str, key: PeriodKey) -> Mapping[str, object]:
    """What the worker needs: no name and no amount, because jobs are kept."""
    which, _, number = subject.partition(":")
    if which == "filed":
        return {"filed": int(number)}
    kind, first, last = key
    return {"kind": kind.value, "first": first.isoformat(), "last": last.isoformat()}


def _as_file(body: bytes, media_type: str, wanted: ReportFile) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{wanted.name}"', "Cache-Control": "no-store"}
    return Response(body, media_type=media_type, headers=headers)

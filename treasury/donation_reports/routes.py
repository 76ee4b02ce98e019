"""`/desk/reports`: which report to the Electoral Commission is due when, what it says, and filing it."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import Connection, Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from compliance.addresses import WAY_WORDS
from compliance.due_report import DueReport, DueState
from compliance.election_store import commission_addresses
from compliance.filed_report import FiledReport, NotFilable, report_differences, report_digest
from compliance.loans import regulated_loans
from compliance.report_calendar import PeriodKey
from compliance.report_store import filed_report_id, filed_reports, keep_report
from compliance.report_words import KIND_WORDS, REGIME_WORDS, STATE_WORDS
from compliance.rule import NoSuchRule
from database.instants import Clock
from database.transactions import reading
from outbox.jobs import enqueue
from payments.valuing.loan_views import loans
from staff.act import Subject
from staff.changing import changing_books
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.checks.taking import named
from treasury.donation_reports.addresses import (
    DONATION_REPORT,
    REPORT,
    REPORTS,
    report_path,
    report_subject,
    version_of,
)
from treasury.donation_reports.file_routes import FiledVersion, ReportKey, report_file_routes
from treasury.donation_reports.jobs import PRINT_DONATION_REPORT
from treasury.donation_reports.known import A_YEAR, KnownReports, known_reports
from treasury.donation_reports.shown_line import shown_facts, shown_lines, with_short_ids
from web.errors import NotFound, Refusal, Trouble
from web.forms import posted_fields
from web.pages import Pages
from web.typed import NotTidy, tidy

LONGEST_SIGNATURE = 100


class RuleIsMissing(Refusal):
    """No row of the rules says what a report has to go by."""

    template = "treasury/rule_is_missing.html"
    trouble = Trouble(
        409, "A rule is missing", "", "An owner can add the row under Rules, with its source. Nothing was changed."
    )


class ReportMoved(Refusal):
    """What a report says changed between the page and the button."""

    trouble = Trouble(
        409, "The report has changed", "A gift or a check came meanwhile. Nothing was filed.",
        "Go back to the report, read what it says now, and file it then.",
    )  # fmt: skip


def donation_report_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """READ_MONEY reads and takes files, CHANGE_MONEY files."""
    desk, router = DonationReportsDesk(engine, clock, pages), APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)
    Filer = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)

    @router.get(REPORTS)
    def show_reports(reader: Reader) -> Response:
        return desk.calendar(reader)

    router.include_router(report_file_routes(engine, clock, pages, door))

    @router.get(REPORT)
    def show_report(reader: Reader, key: ReportKey) -> Response:
        return desk.show(reader, key)

    @router.get(REPORT + "/versions/{version}")
    def show_version(reader: Reader, key: ReportKey, version: FiledVersion) -> Response:
        return desk.version(reader, key, version)

    @router.post(REPORT + "/file")
    async def file(filer: Filer, key: ReportKey, request: Request) -> Response:
        typed = await posted_fields(request, ("seen", "signature"))
        return await run_in_threadpool(desk.file, filer, key, typed)

    return router


class DonationReportsDesk:
    """The pages of reports."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def calendar(self, reader: SignedIn) -> Response:
        """Which report is due when: of the last twelve months and of the next."""
        with reading(self._engine) as conn:
            known = self._known(conn)
            try:
                due = known.due_within(A_YEAR, A_YEAR)
            except NoSuchRule as missing:
                raise RuleIsMissing(str(missing), values={"member": reader.member}) from None
        return self._pages.page(
            "treasury/donation_reports.html", private=True, member=reader.member, known=known, today=known.today,
            waiting=[each for each in due if each.waits],
            coming=[each for each in due if each.state is DueState.TO_COME],
            earlier=[each for each in reversed(due) if not each.waits and each.state is not DueState.TO_COME],
            kinds=KIND_WORDS, states=STATE_WORDS, regimes=REGIME_WORDS,
        )  # fmt: skip

    def show(self, reader: SignedIn, key: PeriodKey, mistake: str = "", signature: str = "") -> Response:
        """A report as it is known now, with what was filed of it and what has changed since."""
        with reading(self._engine) as conn:
            known = self._known(conn, key)
            due = self._due(known, key, reader)
            versions, addresses = known.filed.get(key, ()), commission_addresses(conn)
            lent = regulated_loans(loans(conn), due.period, known.books) if due else []
        if due is None and not versions:
            raise NotFound
        return self._pages.page(
            "treasury/donation_report.html", private=True, status=422 if mistake else 200, member=reader.member,
            key=key, due=due, versions=versions, addresses=addresses, today=known.today, mistake=mistake,
            signature=signature, longest=LONGEST_SIGNATURE, path=report_path(key),
            lines=shown_lines(due.report.lines) if due else [],
            returned=shown_lines(due.report.returned) if due else [],
            changes=_changes(due), missing=shown_facts(due.report.missing, known.books.checks) if due else [],
            seen=report_digest(due.report) if due else "", kinds=KIND_WORDS, ways=WAY_WORDS, loans=lent,
            lent_ids={each.kept.loan.id for each in lent},
        )  # fmt: skip

    def version(self, reader: SignedIn, key: PeriodKey, number: int) -> Response:
        """A version as it was filed, for ever."""
        with reading(self._engine) as conn:
            versions = filed_reports(conn).get(key, ())
        filed = version_of(versions, number)
        return self._pages.page(
            "treasury/donation_report_version.html", private=True, member=reader.member, key=key, filed=filed,
            newest=versions[-1].version, path=report_path(key), kinds=KIND_WORDS, lines=shown_lines(filed.lines),
            returned=shown_lines(filed.returned), changes=[with_short_ids(change) for change in filed.changes],
        )  # fmt: skip

    def file(self, filer: SignedIn, key: PeriodKey, typed: dict[str, str]) -> Response:
        """File the report that stood on the page, or amend what was filed. Raises ReportMoved."""
        try:
            signature = tidy(typed.get("signature", ""), LONGEST_SIGNATURE)
        except NotTidy as mistake:
            return self.show(filer, key, str(mistake))
        if not signature:
            return self.show(filer, key, "Type the name of the responsible person, who signs the report.")
        try:
            filed = self._file(filer, key, typed.get("seen", ""), signature)
        except NotFilable as mistake:
            return self.show(filer, key, str(mistake), signature)
        return RedirectResponse(f"{report_path(key)}/versions/{filed.version}", 303)

    def _file(self, filer: SignedIn, key: PeriodKey, seen: str, signature: str) -> FiledReport:
        by = named(filer.member)
        with changing_books(self._engine, filer.actor, self._clock()) as change:
            due = self._due(self._known(change.conn, key), key, filer)
            if due is None:
                raise NotFound
            if seen != report_digest(due.report):
                raise ReportMoved
            filed = keep_report(change.conn, due.report, by, self._today(), signature)
            number = filed_report_id(change.conn, key, filed.version)
            after = {"version": filed.version, "digest": filed.digest, "lines": len(filed.lines)}
            change.record("report.file", Subject(DONATION_REPORT, report_subject(key)), after=after)
            enqueue(change.conn, PRINT_DONATION_REPORT, f"filed:{number}", {"filed": number}, now=change.now)
        return filed

    def _due(self, known: KnownReports, key: PeriodKey, reader: SignedIn) -> DueReport | None:
        try:
            return known.report(key)
        except NoSuchRule as missing:
            raise RuleIsMissing(str(missing), values={"member": reader.member}) from None

    def _known(self, conn: Connection, key: PeriodKey | None = None) -> KnownReports:
        first = key[1] if key else None
        return known_reports(conn, self._pages.organisation.name, self._today(), first)

    def _today(self) -> date:
        return self._pages.wording.local_day(self._clock())


def _changes(due: DueReport | None) -> list[str]:
    """What the report says otherwise now than its newest version."""
    if due is None or due.newest is None:
        return []
    return [with_short_ids(change) for change in report_differences(due.newest, due.report)]

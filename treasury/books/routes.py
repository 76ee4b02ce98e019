"""The books at the desk: months, the report of one, closing it and opening it again, what changed since."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from sqlalchemy import Connection, Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from database.instants import Clock
from database.transactions import reading, writing
from ledger.period_store import close_month, late_entries, period_steps, reopen_month, report_pdf
from ledger.periods import MonthNotReady, month_after
from outbox.jobs import enqueue
from staff.act import Subject
from staff.changing import changing_books
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.books.account_words import ACCOUNTANTS_WORDS, PLAIN_WORDS
from treasury.books.closing_points import closing_points
from treasury.books.income_routes import INCOME
from treasury.books.jobs import PRINT_REPORT
from treasury.books.month_report import frozen_report
from treasury.books.months import BookMonth, book_months, report_now, report_of
from treasury.books.spans import BookSpan
from web.errors import NotFound
from web.forms import posted_fields
from web.pages import Pages

BOOKS = "/desk/books"
PATH = BOOKS + "/{month}"
PAGE_ROWS = 50
MOST_RELOADS = 6
MonthCode = Annotated[str, Path(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
Looks = Annotated[int, Query(ge=0, le=MOST_RELOADS)]


def book_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """`/desk/books` and what is below it: READ_MONEY reads, CHANGE_MONEY closes, REOPEN_MONTHS opens again."""
    desk, router = BooksDesk(engine, clock, pages), APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)
    Closer = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)
    Opener = Annotated[SignedIn, Depends(door.needs(Permission.REOPEN_MONTHS))]  # noqa: N806 (a type)

    @router.get(BOOKS)
    def list_months(reader: Reader) -> Response:
        return desk.months(reader)

    @router.get(PATH)
    def show_month(reader: Reader, month: MonthCode) -> Response:
        return desk.month(reader, month)

    @router.get(PATH + "/report.pdf")
    def download_report(reader: Reader, month: MonthCode, look: Looks = 0) -> Response:
        return desk.report(reader, month, look)

    @router.get(PATH + "/later")
    def list_later_entries(
        reader: Reader, month: MonthCode, before: Annotated[int | None, Query(ge=1)] = None
    ) -> Response:
        return desk.later(reader, month, before)

    @router.post(PATH + "/close")
    async def close(closer: Closer, month: MonthCode, request: Request) -> Response:
        typed = await posted_fields(request, ["all_the_same"])
        return await run_in_threadpool(desk.close, closer, month, all_the_same="all_the_same" in typed)

    @router.post(PATH + "/reopen")
    async def reopen(opener: Opener, month: MonthCode, request: Request) -> Response:
        typed = await posted_fields(request, ["reason"])
        return await run_in_threadpool(desk.reopen, opener, month, typed.get("reason", "").strip())

    return router


class BooksDesk:
    """The pages of the books."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def months(self, reader: SignedIn) -> Response:
        """Every month of the books, newest first."""
        with reading(self._engine) as conn:
            months = book_months(conn, self._today())
        return self._pages.page("treasury/books.html", private=True, member=reader.member, months=months)

    def month(self, reader: SignedIn, code: str, mistake: str = "", status: int = 200) -> Response:
        """A month's figures; what to look at before it is closed, or how it was closed."""
        with reading(self._engine) as conn:
            book_month = self._book_month(conn, code)
            report = report_of(conn, book_month, self._pages.organisation.name)
            month = book_month.month
            points = closing_points(conn, book_month.month, self._pages.wording.zone) if book_month.is_next else []
        return self._pages.page(
            "treasury/book_month.html", private=True, status=status, member=reader.member, book_month=book_month,
            report=report, points=points, plain=PLAIN_WORDS, accountants=ACCOUNTANTS_WORDS, code=code, mistake=mistake,
            income=BookSpan(month, month_after(month) - timedelta(days=1)).address(INCOME),
        )  # fmt: skip

    def close(self, closer: SignedIn, code: str, *, all_the_same: bool) -> Response:
        """Close the month, with its report as the books are now. The same button twice closes it once."""
        with reading(self._engine) as conn:
            book_month = self._book_month(conn, code)
            points = closing_points(conn, book_month.month, self._pages.wording.zone)
        if book_month.closed is not None:
            return self._back(code)
        if not all_the_same and not all(point.is_fine for point in points):
            mistake = "Something is still open. Mend it first, or tick that you close the month all the same."
            return self.month(closer, code, mistake, 422)
        try:
            self._close(closer, book_month.month, sum(point.open for point in points))
        except MonthNotReady as reason:
            return self.month(closer, code, str(reason), 422)
        return self._back(code)

    def _close(self, closer: SignedIn, month: date, open_points: int) -> None:
        now = self._clock()
        with changing_books(self._engine, closer.actor, now) as change:
            text, digest = frozen_report(report_now(change.conn, month, self._pages.organisation.name))
            close_month(change.conn, month, (text, digest), closer.member.id, (now, self._today()))
            after = {"month": f"{month:%Y-%m}", "digest": digest, "open_points": open_points}
            change.record("books.close_month", _subject(month), after=after)
            step = period_steps(change.conn)[-1]
            enqueue(change.conn, PRINT_REPORT, str(step.id), {"step": step.id}, now=now)

    def reopen(self, opener: SignedIn, code: str, reason: str) -> Response:
        """Open the month that was closed last again. Its old report is kept."""
        with reading(self._engine) as conn:
            book_month = self._book_month(conn, code)
        if not reason:
            return self.month(opener, code, "Say why the month is opened again: the log of acts keeps it.", 422)
        now = self._clock()
        try:
            with changing_books(self._engine, opener.actor, now) as change:
                reopen_month(change.conn, book_month.month, opener.member.id, now)
                change.record("books.reopen_month", _subject(book_month.month), after={"reason": reason[:500]})
        except MonthNotReady as mistake:
            return self.month(opener, code, str(mistake), 422)
        return self._back(code)

    def report(self, reader: SignedIn, code: str, look: int) -> Response:
        """The printed report of a closed month; until it is printed, a page that reloads itself."""
        with reading(self._engine) as conn:
            book_month = self._book_month(conn, code)
            step = book_month.closed
            pdf = report_pdf(conn, step.id) if step else None
        if step is None:
            raise NotFound(f"{book_month.month:%B %Y} is not closed, so its report is not final.")
        if pdf is not None:
            headers = {"Content-Disposition": f'attachment; filename="report-{code}.pdf"', "Cache-Control": "no-store"}
            return Response(pdf, media_type="application/pdf", headers=headers)
        if look == 0:
            with writing(self._engine) as conn:
                enqueue(conn, PRINT_REPORT, str(step.id), {"step": step.id}, now=self._clock(), urgent=True)
        page = self._pages.page(
            "treasury/report_preparing.html", private=True, status=202, member=reader.member, code=code,
            overdue=look >= MOST_RELOADS,
        )  # fmt: skip
        if look < MOST_RELOADS:
            page.headers["Refresh"] = f"{2**look}; url={BOOKS}/{code}/report.pdf?look={look + 1}"
        return page

    def later(self, reader: SignedIn, code: str, before: int | None) -> Response:
        """What was booked after the month was closed although it is of its days."""
        with reading(self._engine) as conn:
            book_month = self._book_month(conn, code)
            rows = late_entries(conn, book_month.month, PAGE_ROWS + 1, before)
        older = rows[PAGE_ROWS - 1].id if len(rows) > PAGE_ROWS else None
        return self._pages.page(
            "treasury/book_later.html", private=True, member=reader.member, book_month=book_month, code=code,
            rows=rows[:PAGE_ROWS], older=older,
        )  # fmt: skip

    def _today(self) -> date:
        return self._pages.wording.local_day(self._clock())

    def _book_month(self, conn: Connection, code: str) -> BookMonth:
        month = date.fromisoformat(f"{code}-01")
        months = {book_month.month: book_month for book_month in book_months(conn, self._today())}
        if month not in months:
            raise NotFound(f"Nothing is booked in {month:%B %Y}.")
        return months[month]

    def _back(self, code: str) -> Response:
        return RedirectResponse(f"{BOOKS}/{code}", 303)


def _subject(month: date) -> Subject:
    return Subject("month", f"{month:%Y-%m}")

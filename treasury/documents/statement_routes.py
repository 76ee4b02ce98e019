"""`/desk/statements`: makes and sends the statements of a year, says how far they are, and gives all as one file."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy.engine import Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from database.instants import Clock
from database.transactions import reading
from outbox.jobs import is_queued
from payments.statements.archive import zip_of_documents
from payments.statements.jobs import MAKE_STATEMENTS, queue_statements, unprinted_of_span, waiting_statements
from payments.statements.views import StatementSpan, numbers_of_span, progress_of_span
from receipts.statement import StatementKind, year_from
from staff.act import Subject
from staff.changing import changing
from staff.door import Door, SignedIn
from staff.permissions import Permission
from web.errors import NotFound
from web.forms import posted_fields
from web.pages import Pages

STATEMENTS_PATH = "/desk/statements"
FIELDS = ("first", "kind")
FirstDay = Annotated[str, Query(max_length=10)]
KindWord = Annotated[str, Query(max_length=20)]


def statement_run_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """READ_MONEY sees how far they are, CHANGE_MONEY has them made and takes them all."""
    router = APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)
    Changer = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)

    desk = StatementRunDesk(engine, clock, pages)

    @router.get(STATEMENTS_PATH)
    def show_statements(reader: Reader, first: FirstDay = "", kind: KindWord = "") -> Response:
        return desk.show(reader, first, kind)

    @router.post(STATEMENTS_PATH)
    async def make_statements(changer: Changer, request: Request) -> Response:
        return await run_in_threadpool(desk.make, changer, await posted_fields(request, FIELDS))

    @router.post(STATEMENTS_PATH + "/zip")
    async def take_statements(changer: Changer, request: Request) -> Response:
        return await run_in_threadpool(desk.take, changer, await posted_fields(request, FIELDS))

    return router


class StatementRunDesk:
    """Has statements made, and says how far they are. Nothing is printed here: the worker does it."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def show(self, reader: SignedIn, first: str, kind: str) -> Response:
        """How far the statements of a year are; of the last one where none is named."""
        first = first or date(self._pages.wording.local_day(self._clock()).year - 1, 1, 1).isoformat()
        span, mistake = _typed_span(first, kind or StatementKind.YEARLY.value)
        with reading(self._engine) as conn:
            so_far = progress_of_span(conn, span) if span else None
            waiting = [each for each in waiting_statements(conn) if span and each.first_day == span.first_day]
            waits = next((each for each in waiting if span and each.kind is span.kind), None)
            unprinted = unprinted_of_span(conn, span) if span else ()
            is_running = span is not None and waits is None and is_queued(conn, MAKE_STATEMENTS, span.name)
        page = self._pages.page(
            "treasury/statements.html", status=422 if mistake else 200, private=True, member=reader.member, span=span,
            so_far=so_far, is_running=is_running, waits=waits, unprinted=unprinted,
            typed={"first": first, "kind": kind},
            errors={"first": mistake} if mistake else {}, targets={"first": "first"},
        )  # fmt: skip
        if is_running:
            page.headers["Refresh"] = "5"
        return page

    def make(self, changer: SignedIn, typed: Mapping[str, str]) -> Response:
        """Have those that are missing made; while they are made, once more changes nothing."""
        span = _span(typed)
        with changing(self._engine, changer.actor, self._clock()) as change:
            queue_statements(change.conn, span, self._clock)
            change.record("statement.make", Subject("statements", span.name))
        return RedirectResponse(f"{STATEMENTS_PATH}?first={span.first_day}&kind={span.kind.value}", 303)

    def take(self, changer: SignedIn, typed: Mapping[str, str]) -> Response:
        """All of them as one file. Names and addresses leave the house: who took it is written down."""
        span = _span(typed)
        with changing(self._engine, changer.actor, self._clock()) as change:
            numbers = numbers_of_span(change.conn, span)
            change.record("list.export", Subject("list", "statements"), after={"as": "zip", "of": span.name})
        name = span.name.replace(":", "-")
        headers = {"Content-Disposition": f'attachment; filename="{name}.zip"', "Cache-Control": "no-store"}
        pieces = zip_of_documents(self._engine, numbers)
        return StreamingResponse(pieces, media_type="application/zip", headers=headers)


def _span(typed: Mapping[str, str]) -> StatementSpan:
    span, mistake = _typed_span(typed.get("first", ""), typed.get("kind", ""))
    if span is None:
        raise NotFound(mistake, advice="Go back and choose the first day of the year.")
    return span


def _typed_span(first: str, kind: str) -> tuple[StatementSpan | None, str]:
    """The span that begins on a typed day, or what is wrong with it."""
    try:
        first_day, last_day = year_from(date.fromisoformat(first))
        if not 2000 <= first_day.year < 2999:
            raise ValueError(first)
    except ValueError:
        return None, "Type the first day of the year as a date, such as 2026-04-06; 29 February is none."
    if kind not in set(StatementKind):
        return None, "Choose what is to be made."
    return StatementSpan(StatementKind(kind), first_day, last_day), ""

"""`/desk/books/income`: what each campaign and each group got in a month, a quarter, a year or other days."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Engine
from starlette.responses import Response

from campaigns.store import campaign_names
from database.instants import Clock
from database.transactions import reading
from ledger.income_views import campaign_incomes
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.books.campaign_income import INCOME_COLUMNS, IncomeSheet, income_sheets
from treasury.books.spans import BookSpan, NotASpan, offered_spans, read_span
from treasury.lists.csv_file import csv_parts
from web.errors import Refusal
from web.pages import Pages

INCOME = "/desk/books/income"


def income_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """The page and its file, for whoever reads money."""
    desk, router = IncomeDesk(engine, clock, pages), APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)

    @router.get(INCOME)
    def show_income(reader: Reader, request: Request) -> Response:
        return desk.show(reader, request.query_params)

    @router.get(INCOME + ".csv")
    def download_income(_reader: Reader, request: Request) -> Response:
        return desk.csv(request.query_params)

    return router


class IncomeDesk:
    """Income by campaign and group."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def show(self, reader: SignedIn, query: Mapping[str, str]) -> Response:
        """Each campaign with its figures, its groups under it."""
        span, sheets = self._sheets(query)
        return self._pages.page(
            "treasury/book_income.html", private=True, member=reader.member, span=span, sheets=sheets, path=INCOME,
            offered=offered_spans(self._pages.wording.local_day(self._clock())),
        )  # fmt: skip

    def csv(self, query: Mapping[str, str]) -> Response:
        """The same rows. A sum with its groups says so, so that nobody adds it to its parts."""
        span, sheets = self._sheets(query)
        parts = csv_parts(INCOME_COLUMNS, [sheet.rows for sheet in sheets], self._pages.wording.zone)
        headers = {"Content-Disposition": f'attachment; filename="income-{span.first}-{span.last}.csv"'}
        return Response(b"".join(parts), media_type="text/csv; charset=utf-8", headers=headers)

    def _sheets(self, query: Mapping[str, str]) -> tuple[BookSpan, list[IncomeSheet]]:
        try:
            span = read_span(query, self._pages.wording.local_day(self._clock()))
        except NotASpan:
            raise Refusal from None
        with reading(self._engine) as conn:
            incomes, names = campaign_incomes(conn, span.first, span.last), campaign_names(conn)
        return span, income_sheets(incomes, names, span)

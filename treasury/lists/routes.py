"""The routes of every list of the desk: its page, and the same rows as CSV and as XLSX."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection, Engine
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response, StreamingResponse

from campaigns.store import campaign_titles
from database.instants import Clock
from database.lists import ListChoice, ListWindow, list_rows, list_rows_and_total
from database.transactions import reading
from donors.store import donor_by_id
from ledger.views import currencies_kept
from staff.act import Subject
from staff.changing import changing
from staff.door import Door, SignedIn
from treasury.lists.csv_file import csv_parts
from treasury.lists.desk_list import DeskList, Shown
from treasury.lists.list_filter import CAMPAIGN, CURRENCY, DONOR, ListFilter, NotAFilter
from treasury.lists.list_page import PAGE_ROWS, list_page, offered_fields
from treasury.lists.xlsx_file import write_workbook
from web.errors import Refusal, Trouble
from web.pages import Pages

BATCH_ROWS = 2000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class BadFilter(Refusal):
    """An address that says something of a list that means nothing. The page keeps the desk around it."""

    template = "treasury/bad_filter.html"
    trouble = Trouble(400, "This address does not fit the list", "", "")

    def __init__(self, mistake: NotAFilter, desk_list: DeskList[Any], reader: SignedIn) -> None:
        super().__init__(
            str(mistake),
            advice="Nothing was changed. Choose in the list's own filter, or mend the address.",
            values={"member": reader.member, "desk_list": desk_list},
        )


def list_routes(
    engine: Engine, clock: Clock, pages: Pages, door: Door, desk_lists: Sequence[DeskList[Any]]
) -> APIRouter:
    """The page and the files of each of these lists."""
    router = APIRouter()
    for desk_list in desk_lists:
        _add_list(router, ListDesk(engine, clock, pages, desk_list), door)
    return router


def _add_list(router: APIRouter, desk: "ListDesk", door: Door) -> None:
    path, permission = desk.desk_list.path, desk.desk_list.permission
    Reader = Annotated[SignedIn, Depends(door.needs(permission))]  # noqa: N806 (a type)

    @router.get(path)
    def show_list(reader: Reader, request: Request) -> Response:
        return desk.show(reader, request.query_params)

    @router.get(f"{path}.csv")
    def export_csv(reader: Reader, request: Request) -> Response:
        return desk.csv(reader, request.query_params)

    @router.get(f"{path}.xlsx")
    def export_xlsx(reader: Reader, request: Request) -> Response:
        return desk.xlsx(reader, request.query_params)


class ListDesk:
    """One list: its page and its files."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages, desk_list: DeskList[Any]) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages
        self.desk_list = desk_list

    def show(self, reader: SignedIn, query: Mapping[str, str]) -> Response:
        """A page of the list, with what the whole of it adds up to."""
        desk_list, chosen = self.desk_list, self._filter(reader, query)
        choice = self._choice(chosen)
        window = ListWindow(chosen.sort.name, chosen.sort.descending, PAGE_ROWS + 1, chosen.beside, chosen.backwards)
        with reading(self._engine) as conn:
            rows, total = list_rows_and_total(conn, desk_list.question, choice, window)
            known = known_options(conn, chosen)
            above = desk_list.above(conn) if desk_list.above else {}
        return self._pages.page(
            desk_list.template,
            private=True,
            member=reader.member,
            desk_list=desk_list,
            chosen=chosen,
            is_narrowed=desk_list.form.is_narrowed(chosen),
            fields=offered_fields(desk_list, chosen, known),
            list=list_page(desk_list, chosen, rows, total, self._pages.wording),
            **above,
        )

    def csv(self, reader: SignedIn, query: Mapping[str, str]) -> Response:
        """All rows as CSV, sent while they are read. A slow reader holds no connection of the database."""
        chosen = self._filter(reader, query)
        self._record(reader, "csv")
        parts = csv_parts(self._columns, self.batches(chosen), self._pages.wording.zone)
        return StreamingResponse(parts, headers=self._as_file("csv"), media_type="text/csv; charset=utf-8")

    def xlsx(self, reader: SignedIn, query: Mapping[str, str]) -> Response:
        """All rows as a workbook, which is written to a file first: its table of contents depends on all of it."""
        chosen = self._filter(reader, query)
        self._record(reader, "xlsx")
        folder = TemporaryDirectory(prefix="farthing-export-")
        path = Path(folder.name) / f"{self.desk_list.name}.xlsx"
        write_workbook(path, self.desk_list.title, self._columns, self.batches(chosen), self._pages.wording.zone)
        return FileResponse(
            path, headers=self._as_file("xlsx"), media_type=XLSX, background=BackgroundTask(folder.cleanup)
        )

    @property
    def _columns(self) -> Sequence[Any]:
        return self.desk_list.columns_in(Shown.FILE)

    def _filter(self, reader: SignedIn, query: Mapping[str, str]) -> ListFilter:
        try:
            return self.desk_list.form.read(query)
        except NotAFilter as mistake:
            raise BadFilter(mistake, self.desk_list, reader) from None

    def batches(self, chosen: ListFilter) -> Iterator[Sequence[Any]]:
        """The rows, so many at a time, each batch in a transaction of its own."""
        desk_list, choice = self.desk_list, self._choice(chosen)
        window = ListWindow(chosen.sort.name, chosen.sort.descending, BATCH_ROWS)
        while True:
            with reading(self._engine) as conn:
                rows = list_rows(conn, desk_list.question, choice, window)
            yield rows
            if len(rows) < BATCH_ROWS:
                return
            window = replace(window, beside=str(desk_list.row_id(rows[-1])))

    def _choice(self, chosen: ListFilter) -> ListChoice:
        wording = self._pages.wording
        return chosen.choice(wording.zone, wording.local_day(self._clock()))

    def _record(self, reader: SignedIn, kind: str) -> None:
        """Names and addresses leave the house: the log of acts says who took which list."""
        with changing(self._engine, reader.actor, self._clock()) as change:
            change.record("list.export", Subject("list", self.desk_list.name), after={"as": kind})

    def _as_file(self, kind: str) -> dict[str, str]:
        day = self._pages.wording.local_day(self._clock())
        name = f"{self.desk_list.name}-{day}.{kind}"
        return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}


def known_options(conn: Connection, chosen: ListFilter) -> Mapping[str, Mapping[str, str]]:
    """The options of fields that the database knows: campaigns by title, currencies that anything was booked in."""
    donor = donor_by_id(conn, chosen.words.get(DONOR, ""))
    titles = {str(number): title for number, title in campaign_titles(conn).items()}
    return {
        CAMPAIGN: {"": "All campaigns", **titles},
        DONOR: {"": "Everybody"} | ({donor.id: donor.name or "No name"} if donor else {}),
        CURRENCY: {"": "All currencies", **{code: code for code in currencies_kept(conn)}},
    }

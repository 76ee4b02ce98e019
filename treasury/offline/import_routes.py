"""Many offline gifts from a CSV file: the file, its columns, what it would do, and one button that enters all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlalchemy import Connection, Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from compliance.offline_receiving import receive_offline_gifts
from database.instants import Clock
from database.transactions import reading, writing
from ledger.period_store import open_from
from payments.gifts.offline import Means
from payments.gifts.offline_import_store import known_offline
from staff.act import Subject
from staff.changing import Change, changing_books
from staff.door import Door, SignedIn
from staff.permissions import Permission
from staff.store import acts_on
from treasury.lists.csv_file import csv_parts
from treasury.lists.desk_list import ListColumn
from treasury.offline.entering import offline_choices, offline_gifts
from treasury.offline.form import Days, receipt_fault
from treasury.offline.import_file import (
    IMPORT_FIELDS,
    Defaults,
    ImportLine,
    ImportReader,
    OfflineImportPlan,
    days_of,
    offline_plan,
)
from treasury.offline.imported_routes import IMPORT_SUBJECT, IMPORTED_PATH
from treasury.offline.issuer import issuer_of, offline_receipt_facts
from web.csv_columns import (
    Columns,
    column_form_fields,
    fits,
    names_of,
    read_columns,
)
from web.csv_files import MOST_LINES, PREAMBLE_LINES, CsvTable, UnreadableFile, read_csv
from web.csv_store import forget_upload, keep_upload, known_columns, remember_columns, upload_of
from web.errors import NotFound
from web.forms import posted_fields
from web.pages import Pages
from web.uploads import UploadedForm, uploaded_form

OFFLINE_PATH = "/desk/offline"
IMPORT_PATH = OFFLINE_PATH + "/import"
PURPOSE = "offline gifts"
OF_IMPORT = ("means", "campaign", "receipt")
ALL_ALIKE = "enter-all"
_ALIKE_FIELDS = {f"enter-{number}": number for number in range(1, MOST_LINES + PREAMBLE_LINES + 2)}
_Chosen = Annotated[str, Query(max_length=40)]


def _chosen(means: _Chosen = "", campaign: _Chosen = "", receipt: _Chosen = "") -> Mapping[str, str]:
    """What lines are that do not say it, as the address carries it."""
    return {"means": means, "campaign": campaign, "receipt": receipt}


Of = Annotated[Mapping[str, str], Depends(_chosen)]


def offline_import_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """`/desk/offline/import`: CHANGE_MONEY looks, and enters."""
    desk, router = OfflineImportDesk(engine, clock, pages), APIRouter()
    Changer = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)
    Uploaded = Annotated[UploadedForm, Depends(uploaded_form(OF_IMPORT, ["file"]))]  # noqa: N806 (a type)

    @router.get(IMPORT_PATH)
    def show_offline_import(changer: Changer) -> Response:
        return desk.form(changer, {"receipt": "yes"}, {})

    @router.post(IMPORT_PATH)
    def upload_offline_gifts(changer: Changer, form: Uploaded) -> Response:
        return desk.upload(changer, form)

    @router.get(IMPORT_PATH + "/{upload}")
    def check_offline_gifts(changer: Changer, upload: UUID, of: Of) -> Response:
        return desk.check(changer, str(upload), of)

    @router.get(IMPORT_PATH + "/{upload}/bad.csv")
    def bad_offline_lines(_changer: Changer, upload: UUID, of: Of) -> Response:
        return desk.bad_lines(str(upload), of)

    @router.get(IMPORT_PATH + "/{upload}/columns")
    def show_offline_columns(changer: Changer, upload: UUID, of: Of) -> Response:
        return desk.show_columns(changer, str(upload), of, {})

    @router.post(IMPORT_PATH + "/{upload}/columns")
    async def choose_offline_columns(changer: Changer, upload: UUID, request: Request) -> Response:
        typed = await posted_fields(request, [*OF_IMPORT, *column_form_fields(IMPORT_FIELDS)])
        return await run_in_threadpool(desk.choose_columns, changer, str(upload), typed)

    @router.post(IMPORT_PATH + "/{upload}/save")
    async def save_offline_gifts(changer: Changer, upload: UUID, request: Request) -> Response:
        typed = await posted_fields(request, [*OF_IMPORT, ALL_ALIKE, *_ALIKE_FIELDS])
        return await run_in_threadpool(desk.save, changer, str(upload), typed)

    return router


@dataclass(frozen=True, slots=True)
class _ReadFile:
    """A kept file as it is read now: its lines, and the first day that was open then."""

    table: CsvTable
    columns: Columns
    lines: Sequence[ImportLine]
    open_from: date | None

    def plan(self, conn: Connection) -> OfflineImportPlan:
        """What it would do, beside what is known now."""
        return offline_plan(self.table, self.columns, self.lines, known_offline(conn, days_of(self.lines)))


class OfflineImportDesk:
    """Shows what a file of offline gifts would do, and does it."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def form(self, changer: SignedIn, typed: Mapping[str, str], errors: Mapping[str, str]) -> Response:
        """Which file, and what its lines are that do not say it."""
        with reading(self._engine) as conn:
            choices = offline_choices(conn)
        return self._pages.page(
            "treasury/offline_upload.html", private=True, status=422 if errors else 200, member=changer.member,
            typed=dict.fromkeys(OF_IMPORT, "") | dict(typed), errors=errors, targets={name: name for name in errors},
            campaigns=choices, means=tuple(Means), fields=IMPORT_FIELDS,
        )  # fmt: skip

    def upload(self, changer: SignedIn, form: UploadedForm) -> Response:
        """Keep the file for a day, and lead to what it would do."""
        content = form.files.get("file", b"")
        try:
            read_csv(content, names_of(IMPORT_FIELDS))
        except UnreadableFile as why:
            return self.form(changer, form.fields, {"file": str(why)})
        with writing(self._engine) as conn:
            kept = keep_upload(conn, PURPOSE, content, changer.member.id, self._clock())
        return _see(_address(kept.id, _of(form.fields)))

    def check(self, changer: SignedIn, upload: str, of: Mapping[str, str]) -> Response:
        """Every line, and what will happen to it."""
        with reading(self._engine) as conn:
            if not self._says_its_columns(conn, upload):
                return _see(_address(upload, of, "/columns"))
            plan, issuer = self._read(conn, upload, of).plan(conn), issuer_of(conn, self._pages)
        receipts = sum(gift.wants_receipt for gift in plan.new)
        return self._pages.page(
            "treasury/offline_check.html", private=True, member=changer.member, upload=upload, of=of, plan=plan,
            receipts=receipts, may_save=issuer is not None or not receipts,
            columns_address=_address(upload, of, "/columns"), bad_address=_address(upload, of, "/bad.csv"),
        )  # fmt: skip

    def bad_lines(self, upload: str, of: Mapping[str, str]) -> Response:
        """The lines that are no gift as a file of the same columns, each with why: to be mended and read in again."""
        with reading(self._engine) as conn:
            read = self._read(conn, upload, of)
        bad = [line for line in read.lines if line.gift is None]
        columns = [ListColumn(name, _cell(place)) for place, name in enumerate(read.table.names)]
        columns.append(ListColumn("Why not", _why))
        parts = csv_parts(columns, [bad], self._pages.wording.zone)
        headers = {"Content-Disposition": 'attachment; filename="lines-to-mend.csv"', "Cache-Control": "no-store"}
        return StreamingResponse(parts, media_type="text/csv; charset=utf-8", headers=headers)

    def show_columns(
        self, changer: SignedIn, upload: str, of: Mapping[str, str], errors: Mapping[str, str]
    ) -> Response:
        """Which column is what, beside the first lines of the file."""
        with reading(self._engine) as conn:
            table = self._table(conn, upload)
            columns = known_columns(conn, PURPOSE, table, IMPORT_FIELDS)
        return self._pages.page(
            "treasury/file_columns.html", private=True, status=422 if errors else 200, member=changer.member,
            path=OFFLINE_PATH, upload=upload, of=of, table=table, columns=columns, fields=IMPORT_FIELDS,
            errors=errors, targets={name: name for name in errors},
        )  # fmt: skip

    def choose_columns(self, changer: SignedIn, upload: str, typed: Mapping[str, str]) -> Response:
        """Remember the columns for every file of this shape."""
        of = _of(typed)
        with writing(self._engine) as conn:
            table = self._table(conn, upload)
            columns, errors = read_columns(typed, table, IMPORT_FIELDS)
            if not errors:
                remember_columns(conn, PURPOSE, table.shape, columns, self._clock())
        return self.show_columns(changer, upload, of, errors) if errors else _see(_address(upload, of))

    def save(self, changer: SignedIn, upload: str, typed: Mapping[str, str]) -> Response:
        """Enter every new gift in one transaction; pressed twice it is one import.

        The file is read before the transaction, so that gifts which come meanwhile wait for its writing alone. Lines
        that look like a gift in the books are entered where that was chosen.
        """
        imported, of = Subject(IMPORT_SUBJECT, upload), _of(typed)
        with reading(self._engine) as conn:
            if acts_on(conn, imported):
                return _see(f"{IMPORTED_PATH}/{upload}")
            read = self._read(conn, upload, of)
        with changing_books(self._engine, changer.actor, self._clock()) as change:
            plan = (
                OfflineImportPlan((), None)
                if acts_on(change.conn, imported)
                else _chosen_plan(read.plan(change.conn), typed)
            )
            self._enter(change, plan, changer.member.id, read.open_from)
            forget_upload(change.conn, upload)
            after = {"gifts": len(plan.new), "here": len(plan.here) + len(plan.alike), "unread": len(plan.bad)}
            change.record("gift.import", imported, after=after, act_id=f"gift.import:{upload}")
        return _see(f"{IMPORTED_PATH}/{upload}")

    def _enter(self, change: Change, plan: OfflineImportPlan, who: str, was_open_from: date | None) -> None:
        if not plan.new:
            return
        issuer = issuer_of(change.conn, self._pages)
        law = issuer.profile.receipts.jurisdiction if issuer else None
        if fault := next(filter(None, (receipt_fault(gift, law) for gift in plan.new)), ""):
            raise NotFound(fault, advice="Nothing was entered.")
        if open_from(change.conn) != was_open_from:
            raise NotFound("A month was closed meanwhile. Nothing was entered.", advice="Look at the file again.")
        offline = offline_gifts(change, plan.new, who)
        wanting = {gift.key for gift in plan.new if gift.wants_receipt}
        facts = offline_receipt_facts(change.conn, issuer, offline)
        receive_offline_gifts(change.conn, offline, wanting, issuer, (change.now, self._pages.wording.zone), facts)

    def _says_its_columns(self, conn: Connection, upload: str) -> bool:
        table = self._table(conn, upload)
        return fits(known_columns(conn, PURPOSE, table, IMPORT_FIELDS), table, IMPORT_FIELDS)

    def _table(self, conn: Connection, upload: str) -> CsvTable:
        kept = upload_of(conn, PURPOSE, upload, self._clock())
        if kept is None:
            raise NotFound("This file is not here any more: its gifts were entered, or it is older than a day.",
                           advice="Choose it again at /desk/offline/import.")  # fmt: skip
        return read_csv(kept.content, names_of(IMPORT_FIELDS))

    def _read(self, conn: Connection, upload: str, of: Mapping[str, str]) -> _ReadFile:
        table = self._table(conn, upload)
        columns = known_columns(conn, PURPOSE, table, IMPORT_FIELDS)
        if not fits(columns, table, IMPORT_FIELDS):
            raise NotFound("Say first which columns of the file are what.", advice="Go back to the file.")
        choices, first_open = offline_choices(conn), open_from(conn)
        styles = {each.currency.code: self._pages.wording.number_style(each.currency) for each in choices}
        days = Days(self._pages.wording.local_day(self._clock()), first_open)
        defaults = Defaults(of["means"] or Means.CASH.value, of["campaign"], of["receipt"] == "yes")
        lines = ImportReader(upload, choices, days, styles, defaults).lines(table, columns)
        return _ReadFile(table, columns, lines, first_open)


def _chosen_plan(plan: OfflineImportPlan, typed: Mapping[str, str]) -> OfflineImportPlan:
    everything = bool(typed.get(ALL_ALIKE))
    return plan.entering({number for name, number in _ALIKE_FIELDS.items() if everything or typed.get(name)})


def _why(line: ImportLine) -> str:
    return line.why


def _cell(place: int) -> Callable[[ImportLine], str]:
    return lambda line: line.cells[place] if place < len(line.cells) else ""


def _of(typed: Mapping[str, str]) -> dict[str, str]:
    return {name: typed.get(name, "")[:40] for name in OF_IMPORT}


def _address(upload: str, of: Mapping[str, str], part: str = "") -> str:
    return f"{IMPORT_PATH}/{upload}{part}?{urlencode(dict(of))}"


def _see(address: str) -> Response:
    return RedirectResponse(address, 303)

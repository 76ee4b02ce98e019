"""Reads a bank's statement in: the file, its columns, what would happen, one button that saves it, and its undoing."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlalchemy import Connection, Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from campaigns.store import campaigns
from database.instants import Clock
from database.transactions import reading, writing
from ledger.money import CURRENCIES, Currency
from ledger.period_store import open_from
from payments.bank.import_store import add_import, is_imported, plan_with_known
from payments.bank.line import LONGEST_ACCOUNT, ImportPlan, NotAStatement, StatementFormat
from payments.bank.match_plan import PlannedMatch, plan_matches
from payments.bank.matching import OpenLine
from payments.bank.views import bank_accounts, bank_import_by_id, lines_of_import, unmatched_lines
from payments.gifts.offline_store import MovedSince
from staff.act import Subject
from staff.changing import changing_books
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.bank.matching_lines import IMPORT, match_planned, undo_import
from treasury.bank.statement_file import (
    AMOUNT,
    FIELDS,
    ReadFile,
    csv_statement_table,
    have_amount,
    read_csv_statement,
    read_other_statement,
)
from web.csv_columns import PREFIX, column_form_fields, fits, read_columns
from web.csv_store import CsvUpload, forget_upload, keep_upload, known_columns, remember_columns, upload_of
from web.errors import NotFound
from web.forms import posted_fields
from web.pages import Pages
from web.typed import NotTidy, tidy
from web.uploads import UploadedForm, uploaded_form

BANK_PATH = "/desk/bank"
BANK_UPLOAD_PATH = BANK_PATH + "/import"
PURPOSE = "bank"
OF_ACCOUNT = ("account", "currency")
BankAccountName = Annotated[str, Query(min_length=1, max_length=LONGEST_ACCOUNT)]
BankCurrency = Annotated[str, Query(pattern="^[A-Z]{3}$")]


def bank_import_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """`/desk/bank/import` and `/desk/bank/imports`: READ_MONEY reads, CHANGE_MONEY changes."""
    desk, router = ImportDesk(engine, clock, pages), APIRouter()
    router.include_router(_saved_import_routes(desk, door))
    Changer = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)
    Uploaded = Annotated[UploadedForm, Depends(uploaded_form(OF_ACCOUNT, ["file"]))]  # noqa: N806 (a type)

    @router.get(BANK_UPLOAD_PATH)
    def show_bank_import(changer: Changer) -> Response:
        return desk.form(changer, {}, {})

    @router.post(BANK_UPLOAD_PATH)
    def upload_statement(changer: Changer, form: Uploaded) -> Response:
        return desk.upload(changer, form)

    @router.get(BANK_UPLOAD_PATH + "/{upload}")
    def check_statement(changer: Changer, upload: UUID, account: BankAccountName, currency: BankCurrency) -> Response:
        return desk.check(changer, str(upload), {"account": account, "currency": currency})

    @router.get(BANK_UPLOAD_PATH + "/{upload}/columns")
    def show_statement_columns(
        changer: Changer, upload: UUID, account: BankAccountName, currency: BankCurrency
    ) -> Response:
        return desk.show_columns(changer, str(upload), {"account": account, "currency": currency}, {})

    @router.post(BANK_UPLOAD_PATH + "/{upload}/columns")
    async def choose_statement_columns(changer: Changer, upload: UUID, request: Request) -> Response:
        typed = await posted_fields(request, [*OF_ACCOUNT, *column_form_fields(FIELDS)])
        return await run_in_threadpool(desk.choose_columns, changer, str(upload), typed)

    @router.post(BANK_UPLOAD_PATH + "/{upload}/save")
    async def save_statement(changer: Changer, upload: UUID, request: Request) -> Response:
        return await run_in_threadpool(desk.save, changer, str(upload), await posted_fields(request, OF_ACCOUNT))

    return router


def _saved_import_routes(desk: "ImportDesk", door: Door) -> APIRouter:
    router = APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)
    Changer = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)

    @router.get(BANK_PATH + "/imports/{identity}")
    def show_import(reader: Reader, identity: UUID) -> Response:
        return desk.show(reader, str(identity))

    @router.post(BANK_PATH + "/imports/{identity}/undo")
    def undo_statement(changer: Changer, identity: UUID) -> Response:
        return desk.undo(changer, str(identity))

    return router


class ImportDesk:
    """Shows what a statement would do, and does it."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def form(self, changer: SignedIn, typed: Mapping[str, str], errors: Mapping[str, str]) -> Response:
        """Which file, and of which account."""
        with reading(self._engine) as conn:
            accounts, currencies = bank_accounts(conn), sorted({each.currency.code for each in campaigns(conn)})
        filled = {"account": accounts[0] if accounts else "", "currency": "GBP"}
        return self._pages.page(
            "treasury/bank_upload.html", private=True, status=422 if errors else 200, member=changer.member,
            typed=filled | dict(typed), errors=errors, targets={name: name for name in errors}, accounts=accounts,
            currencies=currencies, longest=LONGEST_ACCOUNT,
        )  # fmt: skip

    def upload(self, changer: SignedIn, form: UploadedForm) -> Response:
        """Keep the file for a day, and lead to what it would do."""
        errors, content, account = dict[str, str](), form.files.get("file", b""), ""
        try:
            account = tidy(form.fields.get("account", ""), LONGEST_ACCOUNT)
            if not account:
                errors["account"] = "Enter a name for the account, such as the name of its bank."
        except NotTidy as mistake:
            errors["account"] = str(mistake)
        if form.fields.get("currency", "") not in CURRENCIES:
            errors["currency"] = "Choose the currency of the account."
        try:
            table = csv_statement_table(content)
            if table is None:
                read_other_statement(content)
        except NotAStatement as why:
            errors["file"] = str(why)
        if errors:
            return self.form(changer, form.fields, errors)
        with writing(self._engine) as conn:
            kept = keep_upload(conn, PURPOSE, content, changer.member.id, self._clock())
        return RedirectResponse(_address(kept.id, {"account": account, "currency": form.fields["currency"]}), 303)

    def check(self, changer: SignedIn, upload: str, of: Mapping[str, str]) -> Response:
        """Every line, and what will happen to it."""
        with reading(self._engine) as conn:
            read = self._read(conn, self._upload(conn, upload), _currency(of))
            if read is None:
                return RedirectResponse(_address(upload, of, "/columns"), 303)
            plan = plan_with_known(conn, of["account"], read.statement)
            matches = self._matches(conn, plan)
        return self._pages.page(
            "treasury/bank_check.html", private=True, member=changer.member, upload=upload, of=of, plan=plan,
            matches=matches, both_ways=read.both_ways, is_csv=read.statement.format is StatementFormat.CSV,
            columns_address=_address(upload, of, "/columns"),
        )  # fmt: skip

    def _upload(self, conn: Connection, upload: str) -> CsvUpload:
        kept = upload_of(conn, PURPOSE, upload, self._clock())
        if kept is None:
            raise NotFound("This file is not here any more: it was saved, or is older than a day.",
                           advice="Choose it again at /desk/bank/import.")  # fmt: skip
        return kept

    def _read(self, conn: Connection, upload: CsvUpload, of: Currency) -> ReadFile | None:
        """The file as it is read now; None while nobody has said which columns are what."""
        table = csv_statement_table(upload.content)
        if table is None:
            return read_other_statement(upload.content)
        columns = known_columns(conn, PURPOSE, table, FIELDS)
        if not fits(columns, table, FIELDS) or not have_amount(columns):
            return None
        return read_csv_statement(table, columns, of, self._pages.wording.number_style(of))

    def _matches(self, conn: Connection, plan: ImportPlan) -> dict[str, PlannedMatch]:
        """What the new lines are beyond doubt, by their keys."""
        new = [OpenLine(each.key, each.line.day, each.line.amount, f"{each.line.description} {each.line.reference}")
               for each in plan.new]  # fmt: skip
        here = [line.open_line for line in unmatched_lines(conn)]
        planned = plan_matches(conn, [*here, *new], self._today(), open_from(conn))
        keys = {each.key for each in plan.new}
        return {match.line.id: match for match in planned if match.line.id in keys}

    def _today(self) -> date:
        return self._pages.wording.local_day(self._clock())

    def show_columns(
        self, changer: SignedIn, upload: str, of: Mapping[str, str], errors: Mapping[str, str]
    ) -> Response:
        """Which column is what, beside the first lines of the file."""
        with reading(self._engine) as conn:
            table = csv_statement_table(self._upload(conn, upload).content)
            if table is None:
                raise NotFound
            columns = known_columns(conn, PURPOSE, table, FIELDS)
        return self._pages.page(
            "treasury/file_columns.html", private=True, status=422 if errors else 200, member=changer.member,
            path=BANK_PATH, upload=upload, of=of, table=table, columns=columns, fields=FIELDS, errors=errors,
            targets={name: name for name in errors},
        )  # fmt: skip

    def choose_columns(self, changer: SignedIn, upload: str, typed: Mapping[str, str]) -> Response:
        """Remember the columns for every file of this shape."""
        of = {name: typed.get(name, "") for name in OF_ACCOUNT}
        with writing(self._engine) as conn:
            table = csv_statement_table(self._upload(conn, upload).content)
            if table is None:
                raise NotFound
            columns, errors = read_columns(typed, table, FIELDS)
            if not errors and not have_amount(columns):
                errors[PREFIX + AMOUNT] = "Choose the column of the amount, or those of what was paid in and paid out."
            if not errors:
                remember_columns(conn, PURPOSE, table.shape, columns, self._clock())
        return self.show_columns(changer, upload, of, errors) if errors else _see(_address(upload, of))

    def save(self, changer: SignedIn, upload: str, of: Mapping[str, str]) -> Response:
        """Keep every new line and match what is beyond doubt, in one transaction; pressed twice it is one import.

        The file is read before the transaction: gifts that come meanwhile wait for its writing alone.
        """
        who = changer.member.id
        with reading(self._engine) as conn:
            if is_imported(conn, upload):
                return _see(f"{BANK_PATH}/imports/{upload}")
            read = self._read(conn, self._upload(conn, upload), _currency(of))
        if read is None:
            raise NotFound("Say first which columns of the file are what.", advice="Go back to the file.")
        with changing_books(self._engine, changer.actor, self._clock()) as change:
            self._upload(change.conn, upload)  # not saved meanwhile by a second press
            plan = plan_with_known(change.conn, of.get("account", "")[:LONGEST_ACCOUNT], read.statement)
            add_import(change.conn, upload, plan, who, change.now)
            lines = [line.open_line for line in unmatched_lines(change.conn)]
            match_planned(
                change, self._pages, plan_matches(change.conn, lines, self._today(), open_from(change.conn)), who
            )
            forget_upload(change.conn, upload)
            after = {"lines": len(plan.new), "here": len(plan.here), "unread": len(read.statement.unread)}
            change.record("bank.import", Subject(IMPORT, upload), after=after, act_id=f"bank.import:{upload}")
        return _see(f"{BANK_PATH}/imports/{upload}")

    def show(self, reader: SignedIn, identity: str, mistake: str = "") -> Response:
        """An import: its lines, what each of them is, and the way to undo it."""
        with reading(self._engine) as conn:
            row = bank_import_by_id(conn, identity)
            if row is None:
                raise NotFound("There is no such import.", advice="Go back to the bank's page.")
            lines = lines_of_import(conn, identity)
        return self._pages.page(
            "treasury/bank_import.html", private=True, status=422 if mistake else 200, member=reader.member,
            row=row, lines=lines, mistake=mistake,
        )  # fmt: skip

    def undo(self, changer: SignedIn, identity: str) -> Response:
        """Strike its lines, and take their matches back; gifts that were entered from them are reversed."""
        try:
            with changing_books(self._engine, changer.actor, self._clock()) as change:
                if not is_imported(change.conn, identity):
                    raise NotFound
                undo_import(change, self._pages, identity, changer.member.id)
        except MovedSince as moved:
            return self.show(changer, identity, f"Gift {moved} was moved to another campaign. Move it back first.")
        return _see(f"{BANK_PATH}/imports/{identity}")


def _currency(of: Mapping[str, str]) -> Currency:
    code = of.get("currency", "")
    if code not in CURRENCIES:
        raise NotFound
    return CURRENCIES[code]


def _address(upload: str, of: Mapping[str, str], part: str = "") -> str:
    return f"{BANK_UPLOAD_PATH}/{upload}{part}?{urlencode(dict(of))}"


def _see(address: str) -> Response:
    return RedirectResponse(address, 303)

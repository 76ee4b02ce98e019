"""`/desk/books/accounts/{account}`: an account's statement page by page, and all of it as CSV and as a workbook."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import Connection, Engine
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response, StreamingResponse

from database.instants import Clock
from database.lists import ListWindow, list_rows, list_total
from database.transactions import reading
from ledger.accounts import ACCOUNT_TYPES, Account
from ledger.money import CURRENCIES, Currency, Money
from ledger.period_views import AccountMovement, account_movements
from ledger.statement_views import held_before
from payments.gifts.entry_list_views import ENTRIES
from staff.act import Subject
from staff.changing import changing
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.books.account_words import ACCOUNTANTS_WORDS, PLAIN_WORDS
from treasury.books.ledger_sheets import ACCOUNTS
from treasury.books.linked import account_words, entries_address
from treasury.books.spans import BookSpan, NotASpan, offered_spans, read_span
from treasury.books.statement import (
    OPENING,
    STATEMENT_COLUMNS,
    AccountLine,
    statement_batches,
    statement_lines,
)
from treasury.lists.csv_file import csv_parts
from treasury.lists.entries_list import ENTRY_LIST
from treasury.lists.list_filter import ListFilter, NotAFilter
from treasury.lists.list_page import PAGE_ROWS
from treasury.lists.routes import XLSX, ListDesk
from treasury.lists.xlsx_file import write_workbook
from web.errors import NotFound, Refusal
from web.pages import Pages

StatementCurrency = Annotated[str, Query(pattern=r"^[A-Z]{3}$")]
STATEMENT = ACCOUNTS + "/{account}"


def statement_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """`/desk/books/accounts/{account}` and its files, for whoever reads money."""
    desk, router = StatementDesk(engine, clock, pages), APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)

    @router.get(STATEMENT + ".csv")
    def statement_csv(reader: Reader, account: Account, currency: StatementCurrency, request: Request) -> Response:
        return desk.csv(reader, account, currency, request.query_params)

    @router.get(STATEMENT + ".xlsx")
    def statement_xlsx(reader: Reader, account: Account, currency: StatementCurrency, request: Request) -> Response:
        return desk.xlsx(reader, account, currency, request.query_params)

    @router.get(STATEMENT)
    def show_statement(reader: Reader, account: Account, currency: StatementCurrency, request: Request) -> Response:
        return desk.show(reader, account, currency, request.query_params)

    return router


@dataclass(frozen=True, slots=True)
class ChosenStatement:
    """An account in one currency in some days, and the list of its entries from the oldest on."""

    account: Account
    currency: Currency
    span: BookSpan
    entries: ListFilter

    def address(self, suffix: str = "", **words: str) -> str:
        """The address of its page, or of its file."""
        path = f"{ACCOUNTS}/{self.account.value}{suffix}"
        return self.span.address(path, currency=self.currency.code, **words)


@dataclass(frozen=True, slots=True)
class ShownStatement:
    """A page of a statement: what the account held before the period, some lines, and the whole period's sums."""

    movement: AccountMovement
    rows: int
    before: Money
    lines: Sequence[AccountLine]
    earlier: str | None
    later: str | None


class StatementDesk:
    """The statement of every account."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages
        self._list = ListDesk(engine, clock, pages, ENTRY_LIST)

    def show(self, reader: SignedIn, account: Account, code: str, query: Mapping[str, str]) -> Response:
        """A page of it, oldest entry first, each with what it left."""
        chosen = self._chosen(account, code, query)
        with reading(self._engine) as conn:
            shown = shown_statement(conn, chosen, self._pages)
        span = chosen.span
        return self._pages.page(
            "treasury/book_statement.html", private=True, member=reader.member, chosen=chosen, shown=shown, span=span,
            offered=offered_spans(self._today()), plain=PLAIN_WORDS, accountants=ACCOUNTANTS_WORDS,
            type=ACCOUNT_TYPES[account], entries=_entries_of(chosen, (span.first, span.last)),
        )  # fmt: skip

    def csv(self, reader: SignedIn, account: Account, code: str, query: Mapping[str, str]) -> Response:
        """All of it, written while it is read."""
        chosen = self._chosen(account, code, query)
        self._record(reader, account, "csv")
        parts = csv_parts(STATEMENT_COLUMNS, self._batches(chosen), self._pages.wording.zone)
        return StreamingResponse(parts, headers=_as_file(chosen, "csv"), media_type="text/csv; charset=utf-8")

    def xlsx(self, reader: SignedIn, account: Account, code: str, query: Mapping[str, str]) -> Response:
        """All of it as a workbook."""
        chosen = self._chosen(account, code, query)
        self._record(reader, account, "xlsx")
        folder = TemporaryDirectory(prefix="farthing-statement-")
        path = Path(folder.name) / "statement.xlsx"
        title = ACCOUNTANTS_WORDS[account].capitalize()
        write_workbook(path, title, STATEMENT_COLUMNS, self._batches(chosen), self._pages.wording.zone)
        task = BackgroundTask(folder.cleanup)
        return FileResponse(path, headers=_as_file(chosen, "xlsx"), media_type=XLSX, background=task)

    def _batches(self, chosen: ChosenStatement) -> Iterator[Sequence[AccountLine]]:
        span = chosen.span
        with reading(self._engine) as conn:
            before = held_before(conn, chosen.account, chosen.currency, span.first)
        opening = AccountLine(span.first, OPENING, before)
        return statement_batches(chosen.account, opening, self._list.batches(chosen.entries), span.last)

    def _chosen(self, account: Account, code: str, query: Mapping[str, str]) -> ChosenStatement:
        if code not in CURRENCIES:
            raise NotFound
        try:
            span = read_span(query, self._today())
            page = {name: query.get(name, "") for name in ("after", "before")}
            words = {**account_words(account), "currency": code, "sort": "day", **span.query, **page}
            return ChosenStatement(account, CURRENCIES[code], span, ENTRY_LIST.form.read(words))
        except (NotASpan, NotAFilter):
            raise Refusal from None

    def _record(self, reader: SignedIn, account: Account, kind: str) -> None:
        """Donors' names leave the house with it."""
        with changing(self._engine, reader.actor, self._clock()) as change:
            change.record("list.export", Subject("list", "statement"), after={"as": kind, "account": account.value})

    def _today(self) -> date:
        return self._pages.wording.local_day(self._clock())


def shown_statement(conn: Connection, chosen: ChosenStatement, pages: Pages) -> ShownStatement:
    """A page of a statement, with the addresses of the pages around it."""
    choice, filtered = chosen.entries.choice(pages.wording.zone), chosen.entries
    backwards = filtered.backwards
    window = ListWindow("day", descending=False, limit=PAGE_ROWS + 1, beside=filtered.beside, backwards=backwards)
    fetched = list_rows(conn, ENTRIES, choice, window)
    goes_on = len(fetched) > PAGE_ROWS
    rows = fetched[-PAGE_ROWS:] if backwards else fetched[:PAGE_ROWS]
    movement = _movement(conn, chosen)
    first = rows[0] if rows else None
    before = held_before(conn, chosen.account, chosen.currency, first.day, first.id) if first else movement.opening
    is_first = not goes_on if backwards else filtered.beside is None
    is_last = not (backwards or goes_on)
    return ShownStatement(
        movement,
        list_total(conn, ENTRIES, choice).rows,
        before,
        statement_lines(chosen.account, before, rows),
        None if is_first or not rows else chosen.address(before=str(rows[0].id)),
        None if is_last or not rows else chosen.address(after=str(rows[-1].id)),
    )


def _movement(conn: Connection, chosen: ChosenStatement) -> AccountMovement:
    """The account's own row of the general ledger, so that both say the same."""
    nothing = Money(0, chosen.currency)
    movements = account_movements(conn, chosen.span.first, chosen.span.last)
    return next(
        (row for row in movements if (row.account, row.opening.currency) == (chosen.account, chosen.currency)),
        AccountMovement(chosen.account, nothing, nothing, nothing),
    )


def _entries_of(chosen: ChosenStatement, days: tuple[date, date]) -> str:
    return entries_address(chosen.currency, days, **account_words(chosen.account))


def _as_file(chosen: ChosenStatement, kind: str) -> dict[str, str]:
    name = f"{chosen.account.value}-{chosen.currency.code}-{chosen.span.first}-{chosen.span.last}.{kind}"
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}

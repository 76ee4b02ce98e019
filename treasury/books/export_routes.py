"""The books as files for other programs: Beancount, hledger, Xero, QuickBooks; and what those call our accounts."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from sqlalchemy import Connection, Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from campaigns.store import campaigns
from database.instants import Clock
from database.transactions import reading
from ledger.account_code_store import LONGEST_CODE, account_codes, save_account_codes
from ledger.accounts import Account
from ledger.journal_views import JournalEntry, account_sums, journal_entries
from ledger.period_store import first_book_date, open_from
from ledger.periods import month_after, months_between
from staff.act import Subject
from staff.changing import changing
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.books.account_words import ACCOUNTANTS_WORDS, PLAIN_WORDS
from treasury.books.accounting_csv import (
    AccountingMonth,
    AccountingProgram,
    UnmappedAccounts,
    quickbooks_csv,
    xero_csv,
)
from treasury.books.journals import JournalSpan, beancount_lines, hledger_lines
from web.errors import NotFound
from web.forms import posted_fields
from web.pages import Pages

EXPORTS = "/desk/books/exports"
CODES = EXPORTS + "/{program}/accounts"
TAX_RATE = "No VAT"
LINES_AT_ONCE = 2000
MonthQuery = Annotated[str, Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]


class JournalFormat(StrEnum):
    """A plain-text accounting program."""

    BEANCOUNT = "beancount"
    HLEDGER = "hledger"


JOURNALS: Mapping[JournalFormat, Callable[[JournalSpan, Iterable[JournalEntry]], Iterator[str]]] = {
    JournalFormat.BEANCOUNT: beancount_lines,
    JournalFormat.HLEDGER: hledger_lines,
}


def export_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """`/desk/books/exports`: READ_MONEY reads and downloads, CHANGE_MONEY maps accounts."""
    desk, router = ExportsDesk(engine, clock, pages), APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)
    Changer = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)

    @router.get(EXPORTS)
    def show_exports(reader: Reader) -> Response:
        return desk.show(reader)

    @router.get(EXPORTS + "/journal/{kind}")
    def download_journal(
        _reader: Reader, kind: JournalFormat, first: Annotated[MonthQuery, Query(alias="from")], to: MonthQuery
    ) -> Response:
        return desk.journal(kind, date.fromisoformat(f"{first}-01"), date.fromisoformat(f"{to}-01"))

    @router.get(EXPORTS + "/month/{program}")
    def download_month(reader: Reader, program: AccountingProgram, month: MonthQuery) -> Response:
        return desk.month(reader, program, date.fromisoformat(f"{month}-01"))

    @router.post(CODES)
    async def map_accounts(
        changer: Changer, program: Annotated[AccountingProgram, Path()], request: Request
    ) -> Response:
        typed = await posted_fields(request, [account.value for account in Account])
        return await run_in_threadpool(desk.map_accounts, changer, program, typed)

    return router


class ExportsDesk:
    """The page of exports, and their files."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def show(self, reader: SignedIn, mistake: str = "", status: int = 200) -> Response:
        """What can be exported, and what each program calls our accounts."""
        with reading(self._engine) as conn:
            first, open_day = first_book_date(conn), open_from(conn)
            codes = {program: account_codes(conn, program.value) for program in AccountingProgram}
        today = self._pages.wording.local_day(self._clock())
        months = months_between(first, max(today, first)) if first else []
        newest_closed = next((month for month in months if open_day and month < open_day), None)
        return self._pages.page(
            "treasury/book_exports.html", private=True, status=status, member=reader.member, months=months,
            newest_closed=newest_closed, journals=list(JournalFormat), programs=list(AccountingProgram), codes=codes,
            accounts=list(Account), plain=PLAIN_WORDS, accountants=ACCOUNTANTS_WORDS, longest=LONGEST_CODE,
            mistake=mistake,
        )  # fmt: skip

    def journal(self, kind: JournalFormat, first: date, last_month: date) -> Response:
        """The journal of these months, written while it is read: a million entries need no more memory than one."""
        if last_month < first:
            raise NotFound
        after, engine, name = month_after(last_month), self._engine, self._pages.organisation.name

        def parts() -> Iterator[str]:
            with reading(engine) as conn:
                span = _span(conn, name, first, after)
                yield from _joined(JOURNALS[kind](span, journal_entries(conn, first, after)))

        filename = f"{kind.value}-{first:%Y-%m}-{last_month:%Y-%m}.{'beancount' if kind == 'beancount' else 'journal'}"
        return StreamingResponse(parts(), media_type="text/plain; charset=utf-8", headers=_download(filename))

    def month(self, reader: SignedIn, program: AccountingProgram, month: date) -> Response:
        """The month as one journal; the page again, saying which accounts that program does not know yet."""
        with reading(self._engine) as conn:
            titles = {campaign.id: campaign.title for campaign in campaigns(conn)}
            of = AccountingMonth(month, account_sums(conn, month, month_after(month)), titles)
            codes = account_codes(conn, program.value)
        try:
            file = xero_csv(of, codes, TAX_RATE) if program is AccountingProgram.XERO else quickbooks_csv(of, codes)
        except UnmappedAccounts as missing:
            names = ", ".join(PLAIN_WORDS[account] for account in missing.accounts)
            mistake = f"{program.label} does not know these accounts yet: {names}. Give each its {program.field} below."
            return self.show(reader, mistake, 422)
        name = f"{program.value}-{month:%Y-%m}.csv"
        return Response(file.encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=_download(name))

    def map_accounts(self, changer: SignedIn, program: AccountingProgram, typed: dict[str, str]) -> Response:
        """Keep what this program calls our accounts."""
        codes = {account: typed.get(account.value, "").strip()[:LONGEST_CODE] for account in Account}
        with changing(self._engine, changer.actor, self._clock()) as change:
            before = account_codes(change.conn, program.value)
            save_account_codes(change.conn, program.value, codes)
            change.record(
                "books.map_accounts", Subject("program", program.value), before=_by_name(before), after=_by_name(codes)
            )
        return RedirectResponse(f"{EXPORTS}#{program.value}", 303)


def _span(conn: Connection, organisation: str, first: date, after: date) -> JournalSpan:
    slugs = {campaign.id: campaign.slug for campaign in campaigns(conn)}
    return JournalSpan(
        organisation, first, after, slugs, account_sums(conn, None, first), account_sums(conn, None, after)
    )


def _joined(lines: Iterable[str]) -> Iterator[str]:
    """Many lines in one part: a part has its cost in the server."""
    waiting = list[str]()
    for line in lines:
        waiting.append(line)
        if len(waiting) == LINES_AT_ONCE:
            yield "\n".join(waiting) + "\n"
            waiting.clear()
    yield "\n".join(waiting) + "\n"


def _by_name(codes: Mapping[Account, str]) -> dict[str, object]:
    return {account.value: code for account, code in codes.items() if code}


def _download(filename: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{filename}"', "Cache-Control": "no-store"}

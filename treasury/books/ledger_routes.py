"""The general ledger at the desk: the trial balance of a day, and every account of a period."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import Engine
from starlette.responses import Response

from database.instants import Clock
from database.transactions import reading
from ledger.accounts import ACCOUNT_TYPES
from ledger.period_views import account_movements
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.books.account_words import ACCOUNTANTS_WORDS, PLAIN_WORDS
from treasury.books.ledger_sheets import ACCOUNTS, ledger_sheets, trial_sheets
from treasury.books.spans import BookSpan, NotASpan, asked_day, offered_spans, read_span
from web.errors import Refusal
from web.pages import Pages

TRIAL_BALANCE = "/desk/books/trial-balance"


def ledger_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """`/desk/books/trial-balance` and `/desk/books/accounts`, for whoever reads money."""
    desk, router = LedgerDesk(engine, clock, pages), APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)

    @router.get(TRIAL_BALANCE)
    def show_trial_balance(reader: Reader, day: Annotated[str, Query(max_length=10)] = "") -> Response:
        return desk.trial_balance(reader, day)

    @router.get(ACCOUNTS)
    def list_accounts(reader: Reader, request: Request) -> Response:
        return desk.accounts(reader, request.query_params)

    return router


class LedgerDesk:
    """The pages of all accounts."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def trial_balance(self, reader: SignedIn, text: str) -> Response:
        """What every account held at the end of a day; both sides add up to the same."""
        try:
            day = asked_day(text, self._today())
        except NotASpan:
            raise Refusal from None
        with reading(self._engine) as conn:
            movements = account_movements(conn, day, day)
        return self._pages.page(
            "treasury/book_trial_balance.html", private=True, member=reader.member, day=day,
            sheets=trial_sheets(movements, day), plain=PLAIN_WORDS, accountants=ACCOUNTANTS_WORDS,
        )  # fmt: skip

    def accounts(self, reader: SignedIn, query: Mapping[str, str]) -> Response:
        """Every account: what it held before, what came to either side, what it held at the end."""
        span = _span(query, self._today())
        with reading(self._engine) as conn:
            movements = account_movements(conn, span.first, span.last)
        return self._pages.page(
            "treasury/book_accounts.html", private=True, member=reader.member, span=span, path=ACCOUNTS,
            offered=offered_spans(self._today()), sheets=ledger_sheets(movements, span), plain=PLAIN_WORDS,
            accountants=ACCOUNTANTS_WORDS, types=ACCOUNT_TYPES,
        )  # fmt: skip

    def _today(self) -> date:
        return self._pages.wording.local_day(self._clock())


def _span(query: Mapping[str, str], today: date) -> BookSpan:
    try:
        return read_span(query, today)
    except NotASpan:
        raise Refusal from None

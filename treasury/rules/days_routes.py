"""`/desk/rules/regime` and `/desk/rules/elections`: from which days rules hold here, and when people vote."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from compliance.election_store import add_election, elections
from compliance.gate import CheckGate
from compliance.regime import RegimePeriod
from compliance.report_calendar import Election
from compliance.report_words import REGIME_WORDS
from compliance.rule_store import regime_periods
from database.instants import Clock
from database.transactions import reading
from staff.act import Subject
from staff.changing import changing_books
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.rules.rule_form import (
    ELECTION_FIELDS,
    LONGEST_NAME,
    LONGEST_SOURCE,
    REGIME_FIELDS,
    read_election,
    read_regime,
)
from web.errors import NotFound
from web.forms import posted_fields
from web.pages import Pages

REGIME, ELECTIONS = "/desk/rules/regime", "/desk/rules/elections"


def days_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """READ_MONEY reads elections, EDIT_RULES enters them and the regime."""
    desk, router = DaysDesk(engine, clock, pages), APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)
    Editor = Annotated[SignedIn, Depends(door.needs(Permission.EDIT_RULES))]  # noqa: N806 (a type)

    @router.get(REGIME)
    def show_regime_form(editor: Editor) -> Response:
        return desk.regime_form(editor, {})

    @router.post(REGIME)
    async def enter_regime(editor: Editor, request: Request) -> Response:
        return await run_in_threadpool(desk.enter_regime, editor, await posted_fields(request, REGIME_FIELDS))

    @router.get(ELECTIONS)
    def show_elections(reader: Reader) -> Response:
        return desk.elections(reader, {})

    @router.post(ELECTIONS)
    async def enter_election(editor: Editor, request: Request) -> Response:
        return await run_in_threadpool(desk.enter_election, editor, await posted_fields(request, ELECTION_FIELDS))

    @router.post(ELECTIONS + "/withdraw")
    async def withdraw_election(editor: Editor, request: Request) -> Response:
        typed = await posted_fields(request, ["name"])
        return await run_in_threadpool(desk.withdraw_election, editor, typed.get("name", ""))

    return router


class DaysDesk:
    """The forms of regimes and elections."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def regime_form(
        self, editor: SignedIn, typed: Mapping[str, str], errors: Mapping[str, str] | None = None
    ) -> Response:
        """From which day the organisation is under which rules."""
        with reading(self._engine) as conn:
            periods = regime_periods(conn)
        return self._pages.page(
            "treasury/rule_regime.html", private=True, status=422 if errors else 200, member=editor.member,
            typed=typed, errors=errors or {}, periods=periods, regimes=REGIME_WORDS,
        )  # fmt: skip

    def enter_regime(self, editor: SignedIn, typed: dict[str, str]) -> Response:
        """Enter a regime, and open the checks that are due by it. What was entered before stays, for its days.

        The same form sent twice is one row.
        """
        period = read_regime(typed)
        if not isinstance(period, RegimePeriod):
            return self.regime_form(editor, typed, period)
        with changing_books(self._engine, editor.actor, self._clock()) as change:
            if regime_periods(change.conn)[-1:] != [period]:
                gate = CheckGate(self._pages.wording.zone)
                gate.enter_regime(change.conn, period, editor.member.id, change.now)
            after = {"from": str(period.first), "until": str(period.last), "northern_irish": period.is_northern_irish}
            change.record("regime.enter", Subject("regime", period.regime.value), after=after)
        return RedirectResponse("/desk/rules", 303)

    def elections(
        self, reader: SignedIn, typed: Mapping[str, str], errors: Mapping[str, str] | None = None
    ) -> Response:
        """Every election that counts, and the form of another."""
        with reading(self._engine) as conn:
            known = elections(conn)
        return self._pages.page(
            "treasury/rule_elections.html", private=True, status=422 if errors else 200, member=reader.member,
            typed=typed, errors=errors or {}, elections=known, longest=LONGEST_SOURCE, longest_name=LONGEST_NAME,
        )  # fmt: skip

    def enter_election(self, editor: SignedIn, typed: dict[str, str]) -> Response:
        """Enter an election, or correct the one of the same name."""
        entered = read_election(typed)
        if not isinstance(entered, Election):
            return self.elections(editor, typed, entered)
        with changing_books(self._engine, editor.actor, self._clock()) as change:
            if entered not in elections(change.conn):
                add_election(change.conn, entered, editor.member.id, change.now)
            after = {"dissolved": str(entered.dissolved_on), "poll": str(entered.polling_day), "source": entered.source}
            change.record("election.enter", Subject("election", entered.name), after=after)
        return RedirectResponse(ELECTIONS, 303)

    def withdraw_election(self, editor: SignedIn, name: str) -> Response:
        """Take an election off the calendar; what was filed for it stays."""
        with changing_books(self._engine, editor.actor, self._clock()) as change:
            entered = next((each for each in elections(change.conn) if each.name == name), None)
            if entered is None:
                raise NotFound
            add_election(change.conn, entered, editor.member.id, change.now, is_withdrawn=True)
            change.record("election.withdraw", Subject("election", name))
        return RedirectResponse(ELECTIONS, 303)

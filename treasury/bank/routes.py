"""`/desk/bank`: what is proved to the bank, and what each line of its statement is."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from database.instants import Clock
from database.transactions import reading
from ledger.money import Money
from ledger.period_store import open_from
from ledger.periods import month_before, month_of
from payments.bank.line import MatchKind
from payments.bank.match_plan import PlannedMatch, plan_matches
from payments.bank.match_store import BankMatch
from payments.bank.matching import OpenTarget, likely_targets
from payments.bank.views import (
    BankLineRow,
    bank_imports,
    bank_line_by_id,
    money_in,
    money_in_count,
    open_targets,
    proved_to_bank,
    unmatched_lines,
)
from payments.gifts.offline_store import MovedSince, NotEnoughCash, cash_in_hand
from staff.changing import changing_books
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.bank.import_routes import BANK_PATH, bank_import_routes
from treasury.bank.matching_lines import match_line, match_planned, take_match_back
from treasury.offline.entering import deposit_cash
from web.errors import NotFound, SeeOther
from web.forms import posted_fields
from web.pages import Pages
from web.typed import NotTidy, tidy

LINE_PATH = BANK_PATH + "/lines/{line}"
SHOWN_LINES, SHOWN_IMPORTS, SHOWN_TARGETS, LONGEST_WORD = 30, 20, 3, 100


def bank_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """`/desk/bank` and what is below it: READ_MONEY reads, CHANGE_MONEY changes."""
    desk, router = BankDesk(engine, clock, pages), APIRouter()
    router.include_router(bank_import_routes(engine, clock, pages, door))
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)
    Changer = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)

    @router.get(BANK_PATH)
    def show_bank(reader: Reader) -> Response:
        return desk.show(reader)

    @router.post(BANK_PATH + "/match")
    def match_certain_lines(changer: Changer) -> Response:
        return desk.match_certain(changer)

    @router.get(LINE_PATH)
    def show_bank_line(reader: Reader, line: UUID) -> Response:
        return desk.show_line(reader, str(line))

    @router.post(LINE_PATH + "/match")
    async def match_bank_line(changer: Changer, line: UUID, request: Request) -> Response:
        typed = await posted_fields(request, ["kind", "target"])
        return await run_in_threadpool(desk.match, changer, str(line), typed)

    @router.post(LINE_PATH + "/cash")
    def match_banked_cash(changer: Changer, line: UUID) -> Response:
        return desk.bank_cash(changer, str(line))

    @router.post(LINE_PATH + "/not-a-gift")
    async def set_bank_line_aside(changer: Changer, line: UUID, request: Request) -> Response:
        typed = await posted_fields(request, ["why"])
        return await run_in_threadpool(desk.set_aside, changer, str(line), typed.get("why", ""))

    @router.post(LINE_PATH + "/undo")
    def undo_bank_match(changer: Changer, line: UUID) -> Response:
        return desk.undo(changer, str(line))

    return router


class BankDesk:
    """The bank's statement beside our books."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def _today(self) -> date:
        return self._pages.wording.local_day(self._clock())

    def show(self, reader: SignedIn) -> Response:
        """How much of last month is proved, the lines that are nothing yet, and the imports."""
        last_month = month_before(month_of(self._today()))
        with reading(self._engine) as conn:
            lines = money_in(conn, SHOWN_LINES)
            targets = open_targets(conn, [line.open_line for line in lines])
            certain = self._certain(conn)
            return self._pages.page(
                "treasury/bank.html", private=True, member=reader.member, month=last_month,
                proved=proved_to_bank(conn, last_month), this_month=proved_to_bank(conn, month_of(self._today())),
                lines=lines, count=money_in_count(conn), certain=len(certain),
                likely={line.id: likely_targets(line.open_line, targets)[:SHOWN_TARGETS] for line in lines},
                imports=bank_imports(conn, SHOWN_IMPORTS),
            )  # fmt: skip

    def _certain(self, conn: Connection) -> list[PlannedMatch]:
        lines = [line.open_line for line in unmatched_lines(conn)]
        return plan_matches(conn, lines, self._today(), open_from(conn))

    def match_certain(self, changer: SignedIn) -> Response:
        """Match all that is beyond doubt now: payouts and gifts that came since the lines were read."""
        with reading(self._engine) as conn:
            certain = self._certain(conn)
        if certain:
            with changing_books(self._engine, changer.actor, self._clock()) as change:
                again = self._certain(change.conn)
                if not again:
                    raise SeeOther(BANK_PATH)
                match_planned(change, self._pages, again, changer.member.id)
        return RedirectResponse(BANK_PATH, 303)

    def show_line(
        self, reader: SignedIn, line_id: str, typed: Mapping[str, str] | None = None,
        errors: Mapping[str, str] | None = None,
    ) -> Response:  # fmt: skip
        """A line: what it is, or what it may be."""
        with reading(self._engine) as conn:
            line = _kept(conn, line_id)
            likely = [] if line.match else likely_targets(line.open_line, open_targets(conn, [line.open_line]))
            in_hand = cash_in_hand(conn, line.amount.currency)
        return self._pages.page(
            "treasury/bank_line.html", private=True, status=422 if errors else 200, member=reader.member, line=line,
            likely=likely, in_hand=in_hand, can_be_cash=_can_be_cash(line, likely, in_hand), typed=typed or {"why": ""},
            errors=errors or {}, targets={name: name for name in errors or {}}, longest=LONGEST_WORD,
        )  # fmt: skip

    def match(self, changer: SignedIn, line_id: str, typed: Mapping[str, str]) -> Response:
        """This line is that payout, gift or deposit: one of those that were suggested."""
        with reading(self._engine) as conn:
            line = _kept(conn, line_id)
            offered = likely_targets(line.open_line, open_targets(conn, [line.open_line]))
        chosen = [each for each in offered if (each.kind.value, each.id) == (typed.get("kind"), typed.get("target"))]
        if not chosen:
            return self._refused(changer, line_id)
        return self._match(changer, BankMatch(line_id, chosen[0].kind, chosen[0].id))

    def bank_cash(self, changer: SignedIn, line_id: str) -> Response:
        """This line is cash in hand that was paid in: the deposit is booked and is the line, in one transaction."""
        now = self._clock()
        try:
            with changing_books(self._engine, changer.actor, now) as change:
                line = _kept(change.conn, line_id)
                day = max(line.day, open_from(change.conn) or line.day)
                if line.is_struck or line.match or line.amount.minor <= 0:
                    raise SeeOther(f"{BANK_PATH}/lines/{line_id}")
                deposit_cash(change, (line_id, line.amount), day, self._pages.wording.zone)
                match_line(change, BankMatch(line_id, MatchKind.DEPOSIT, line_id), changer.member.id)
        except NotEnoughCash:
            return self.show_line(changer, line_id, errors={"target": "So much is not in hand any more."})
        except IntegrityError:
            return self._refused(changer, line_id)
        return RedirectResponse(BANK_PATH, 303)

    def set_aside(self, changer: SignedIn, line_id: str, typed: str) -> Response:
        """This line is no gift; with a word that says what it is."""
        try:
            why = tidy(typed, LONGEST_WORD)
        except NotTidy as mistake:
            return self.show_line(changer, line_id, {"why": typed}, {"why": str(mistake)})
        if not why:
            return self.show_line(changer, line_id, {"why": typed}, {"why": "Say what it is: “Interest”."})
        return self._match(changer, BankMatch(line_id, MatchKind.NOT_GIFT, why=why))

    def _match(self, changer: SignedIn, match: BankMatch) -> Response:
        try:
            with changing_books(self._engine, changer.actor, self._clock()) as change:
                _kept(change.conn, match.line)
                match_line(change, match, changer.member.id)
        except IntegrityError:  # somebody else has matched one of the two meanwhile
            return self._refused(changer, match.line)
        return RedirectResponse(BANK_PATH, 303)

    def _refused(self, changer: SignedIn, line_id: str) -> Response:
        return self.show_line(changer, line_id, errors={"target": "One of the two is matched already. Look again."})

    def undo(self, changer: SignedIn, line_id: str) -> Response:
        """The line is nothing any more; a gift that was entered from it is taken back."""
        try:
            with changing_books(self._engine, changer.actor, self._clock()) as change:
                if not take_match_back(change, self._pages, line_id, changer.member.id):
                    raise SeeOther(f"{BANK_PATH}/lines/{line_id}")
        except MovedSince:
            mistake = "Its gift was moved to another campaign: move it back first."
            return self.show_line(changer, line_id, errors={"target": mistake})
        return RedirectResponse(f"{BANK_PATH}/lines/{line_id}", 303)


def _can_be_cash(line: BankLineRow, likely: Sequence[OpenTarget], in_hand: Money) -> bool:
    """Whether so much is in hand, and no deposit was noted that this line may be."""
    return in_hand >= line.amount and not any(target.kind is MatchKind.DEPOSIT for target in likely)


def _kept(conn: Connection, line_id: str) -> BankLineRow:
    line = bank_line_by_id(conn, line_id)
    if line is None:
        raise NotFound("There is no such line.", advice="Go back to the bank's page.")
    return line

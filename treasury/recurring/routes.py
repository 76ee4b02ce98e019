"""The desk's pages of recurring gifts, and what a treasurer can do to one."""

from dataclasses import dataclass
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Form, Query
from sqlalchemy.engine import Connection, Engine
from starlette.responses import RedirectResponse, Response

from database.instants import Clock
from database.transactions import reading
from ledger.money import BadAmount, Money
from payments.gifts.recurring import Interval, Recurring, RecurringState
from payments.gifts.recurring_changes import ChangeKind, NotRunning, RecurringChange
from payments.gifts.recurring_store import changes_of, recurring_of, request_change
from payments.gifts.recurring_words import A, until
from payments.giving.form import read_amount
from staff.act import Subject
from staff.changing import changing
from staff.door import Door, SignedIn
from staff.member import StaffMember
from treasury.recurring import store
from treasury.recurring.store import Line
from web.errors import NotFound, Refusal, Trouble
from web.pages import Pages
from web.sessions import SessionCookie

PAGE_ROWS = 50
INSTALMENT_ROWS = 200
LAST_PAGE = 10_000
PATH = "/desk/recurring"
WISH = r"^[0-9a-f]{32}$"
# What follows from a button alone; another amount is read first, and an end is asked about once more.
BUTTONS = {
    "pause": ChangeKind.PAUSE,
    "resume": ChangeKind.RESUME,
    "end-now": ChangeKind.END_NOW,
    "end-later": ChangeKind.END_LATER,
}
NAMES = {
    RecurringState.PENDING: "Not begun",
    RecurringState.ACTIVE: "Active",
    RecurringState.PAST_DUE: "Payment failed",
    RecurringState.PAUSED: "Paused",
    RecurringState.ENDING: "Ending",
    RecurringState.ENDED: "Ended",
}
ENDS = {"now": ChangeKind.END_NOW, "later": ChangeKind.END_LATER}


class CannotChange(Refusal):
    """A recurring gift that does not run (any more)."""

    trouble = Trouble(
        409, "This recurring gift cannot be changed", "It has ended, or its first payment has not arrived yet.",
        "Go back to its page to see how it stands.",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """A recurring gift with its words: "£10 a month", "until 6 May 2027" (as its donor chose)."""

    line: Line
    each: str
    lasts: str


@dataclass(frozen=True, slots=True)
class Promised:
    """What recurring gifts of one rhythm come to: "£120 a month", from so many."""

    count: int
    each: str


def recurring_desk_routes(engine: Engine, clock: Clock, pages: Pages) -> APIRouter:
    """`/desk/recurring`, one page for each recurring gift, and its buttons."""
    router, door = APIRouter(), Door(engine, clock, SessionCookie(pages.base_url))
    Reader = Annotated[SignedIn, Depends(door.reader)]  # noqa: N806 (a type)
    Editor = Annotated[SignedIn, Depends(door.editor)]  # noqa: N806 (a type)
    WishId = Annotated[str, Form(pattern=WISH)]  # noqa: N806 (a type)
    desk = RecurringDesk(engine, clock, pages)

    @router.get(PATH)
    def list_recurring(
        reader: Reader,
        state: RecurringState | None = None,
        page: Annotated[int, Query(ge=1, le=LAST_PAGE)] = 1,
    ) -> Response:
        return desk.list(reader.member, state, page)

    @router.get(PATH + "/{identity}")
    def show_recurring(reader: Reader, identity: str) -> Response:
        return desk.show(reader.member, identity)

    @router.get(PATH + "/{identity}/end-{when}")
    def ask_whether_to_end(reader: Reader, identity: str, when: str) -> Response:
        return desk.ask_whether_to_end(reader.member, identity, when)

    @router.post(PATH + "/{identity}/amount")
    def change_amount(
        editor: Editor, identity: str, wish_id: WishId, amount: Annotated[str, Form(max_length=40)] = ""
    ) -> Response:
        return desk.change_amount(editor, identity, wish_id, amount)

    @router.post(PATH + "/{identity}/{button}")
    def press(editor: Editor, identity: str, button: str, wish_id: WishId) -> Response:
        if button not in BUTTONS:
            raise NotFound
        return desk.press(editor, identity, wish_id, BUTTONS[button])

    return router


class RecurringDesk:
    """Shows recurring gifts and keeps what is wished for them; the worker asks Stripe."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def list(self, member: StaffMember, state: RecurringState | None, page: int) -> Response:
        """The recurring gifts that have begun, newest first, with what they promise."""
        with reading(self._engine) as conn:
            found = store.lines(conn, state, PAGE_ROWS + 1, page)
            counts, promises = store.counts(conn), store.promises(conn)
        return self._pages.page(
            "treasury/recurring.html",
            private=True,
            member=member,
            state=state,
            names=NAMES,
            shown=[self._shown(line) for line in found[:PAGE_ROWS]],
            counts=counts,
            promises=[Promised(one.count, self._each(one.amount, one.interval)) for one in promises],
            page=page,
            more=len(found) > PAGE_ROWS,
        )

    def show(
        self, member: StaffMember, identity: str, *, typed: str = "", mistake: str = "", status: int = 200
    ) -> Response:
        """One recurring gift with its instalments and what was asked for."""
        with reading(self._engine) as conn:
            line, asked = _line(conn, identity), changes_of(conn, _recurring(conn, identity))
            instalments, why = store.instalments(conn, identity, INSTALMENT_ROWS), store.why_it_waits(conn, identity)
        return self._pages.page(
            "treasury/recurring_gift.html",
            status=status,
            private=True,
            member=member,
            names=NAMES,
            shown=self._shown(line),
            instalments=instalments,
            wishes=asked,
            waiting=[one for one in asked if one.done_at is None],
            why=why,
            typed=typed,
            errors={"amount": mistake} if mistake else {},
            wish_id=uuid4().hex,
        )

    def ask_whether_to_end(self, member: StaffMember, identity: str, when: str) -> Response:
        """A page between the button and the end: it cannot be undone."""
        with reading(self._engine) as conn:
            line = _line(conn, identity)
        if when not in ENDS:
            raise NotFound
        if not line.runs:
            raise CannotChange
        return self._pages.page(
            "treasury/recurring_end.html",
            private=True,
            member=member,
            shown=self._shown(line),
            when=when,
            wish_id=uuid4().hex,
        )

    def change_amount(self, editor: SignedIn, identity: str, wish_id: str, typed: str) -> Response:
        """From the next instalment on another amount; one that cannot be taken comes back with what to do."""
        with reading(self._engine) as conn:
            of = _recurring(conn, identity).amount.currency
        try:
            amount = read_amount(typed.strip(), of, self._pages.wording.money)
        except BadAmount as mistake:
            return self.show(editor.member, identity, typed=typed, mistake=str(mistake), status=422)
        return self.press(editor, identity, wish_id, ChangeKind.AMOUNT, amount)

    def press(
        self, editor: SignedIn, identity: str, wish_id: str, act: ChangeKind, amount: Money | None = None
    ) -> Response:
        """Keep the wish; the page that follows says when Stripe has agreed."""
        with changing(self._engine, editor.actor, self._clock()) as change:
            recurring = _recurring(change.conn, identity)
            try:
                request_change(
                    change.conn,
                    recurring,
                    RecurringChange(wish_id, identity, act, amount, editor.member.email, change.now),
                )
            except NotRunning:
                raise CannotChange from None
            change.record(
                f"recurring.{act.value}",
                Subject("recurring", identity),
                before={"state": recurring.state.value, "amount": str(recurring.amount)},
                after={"asked": act.value} | ({"amount": str(amount)} if amount else {}),
                act_id=wish_id,
            )
        return RedirectResponse(f"{PATH}/{identity}", 303)

    def _shown(self, line: Line) -> Shown:
        lasts = until(line.rhythm, self._pages.wording, "until it is stopped")
        return Shown(line, self._each(line.amount, line.rhythm.interval), lasts)

    def _each(self, amount: Money, interval: Interval) -> str:
        return f"{self._pages.wording.money(amount)} {A[interval]}"


def _line(conn: Connection, identity: str) -> Line:
    found = store.line(conn, identity)
    if found is None:
        raise NotFound
    return found


def _recurring(conn: Connection, identity: str) -> Recurring:
    found = recurring_of(conn, [identity]).get(identity)
    if found is None:
        raise NotFound
    return found

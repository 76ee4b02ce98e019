"""The desk's pages of recurring gifts, and what a treasurer can do to one."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Form
from sqlalchemy.engine import Connection, Engine
from starlette.responses import RedirectResponse, Response

from campaigns.store import campaign_titles
from database.instants import Clock
from database.transactions import reading
from ledger.money import BadAmount, Money
from outbox.jobs import last_error
from payments.gifts.receipt_choice_store import latest_letters
from payments.gifts.recurring import Interval, Recurring
from payments.gifts.recurring_changes import CHANGE_RECURRING, ChangeKind, NotRunning, RecurringChange
from payments.gifts.recurring_store import changes_of, recurring_of, request_change
from payments.gifts.recurring_views import RecurringRow, instalment_rows, recurring_row
from payments.gifts.recurring_words import PER, lasting
from payments.giving.form import AmountWords, read_amount
from staff.act import Subject
from staff.changing import changing
from staff.door import Door, SignedIn
from staff.member import StaffMember
from staff.permissions import Permission
from treasury.recurring.names import NAMES, decline_words
from web.errors import NotFound, Refusal, Trouble
from web.pages import Pages

INSTALMENT_ROWS = 200
PATH = "/desk/recurring"
WISH = r"^[0-9a-f]{32}$"
# Buttons that need nothing but a press. Another amount is read first; an end has a page that asks once more.
BUTTONS = {
    "pause": ChangeKind.PAUSE,
    "resume": ChangeKind.RESUME,
}
ENDS = {"now": ChangeKind.END_NOW, "later": ChangeKind.END_LATER}


class CannotChange(Refusal):
    """A recurring gift that has not begun, or has ended."""

    trouble = Trouble(
        409, "This recurring gift cannot be changed", "It has ended, or its first payment has not arrived yet.",
        "Go back to its page to see how it stands.",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShownRecurring:
    """A recurring gift with its words: "£10 a month", "until 6 May 2027" (as its donor chose), and its days."""

    row: RecurringRow
    each: str
    lasts: str
    unpaid_since: date | None
    last_day: date | None


def recurring_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """A page for each recurring gift, and its buttons."""
    router = APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)
    Editor = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)
    WishId = Annotated[str, Form(pattern=WISH)]  # noqa: N806 (a type)
    desk = RecurringDesk(engine, clock, pages)
    router.include_router(_end_routes(desk, door))  # before the buttons, whose path would fit too

    @router.get(PATH + "/{identity}")
    def show_recurring(reader: Reader, identity: str) -> Response:
        return desk.show(reader.member, identity)

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


def _end_routes(desk: "RecurringDesk", door: Door) -> APIRouter:
    """An end cannot be undone, so a password or a code is asked for before it."""
    router = APIRouter()
    Ender = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY, recent=True))]  # noqa: N806 (a type)

    @router.get(PATH + "/{identity}/end-{when}")
    def ask_whether_to_end(ender: Ender, identity: str, when: str) -> Response:
        return desk.ask_whether_to_end(ender.member, identity, when)

    @router.post(PATH + "/{identity}/end-{when}")
    def end(ender: Ender, identity: str, when: str, wish_id: Annotated[str, Form(pattern=WISH)]) -> Response:
        if when not in ENDS:
            raise NotFound
        return desk.press(ender, identity, wish_id, ENDS[when])

    return router


class RecurringDesk:
    """Shows recurring gifts and keeps what staff ask for; the worker asks Stripe to do it."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def show(
        self, member: StaffMember, identity: str, *, typed: str = "", mistake: str = "", status: int = 200
    ) -> Response:
        """A recurring gift with its instalments and what was asked for."""
        with reading(self._engine) as conn:
            row, recurring, titles = _row(conn, identity), _recurring(conn, identity), campaign_titles(conn)
            asked = changes_of(conn, recurring)
            gifts, why = instalment_rows(conn, identity, INSTALMENT_ROWS), last_error(conn, CHANGE_RECURRING, identity)
            receipts = latest_letters(conn, identity)
        return self._pages.page(
            "treasury/recurring_gift.html",
            status=status,
            private=True,
            member=member,
            names=NAMES,
            decline_words=decline_words,
            shown=self._shown(row),
            instalments=gifts,
            wishes=asked,
            waiting=[wish for wish in asked if wish.done_at is None],
            why=why,
            receipts=receipts,
            campaigns=list(dict.fromkeys(titles[share.campaign] for share in recurring.shares)),
            donor_id=recurring.donor_id,
            typed=typed,
            errors={"amount": mistake} if mistake else {},
            wish_id=uuid4().hex,
        )

    def ask_whether_to_end(self, member: StaffMember, identity: str, when: str) -> Response:
        """A page that asks once more before an end, which cannot be undone."""
        with reading(self._engine) as conn:
            row = _row(conn, identity)
        if when not in ENDS:
            raise NotFound
        if not row.runs:
            raise CannotChange
        return self._pages.page(
            "treasury/recurring_end.html",
            private=True,
            member=member,
            shown=self._shown(row),
            when=when,
            wish_id=uuid4().hex,
        )

    def change_amount(self, editor: SignedIn, identity: str, wish_id: str, typed: str) -> Response:
        """Ask for another amount from the next instalment on; a wrong amount comes back with what to type."""
        with reading(self._engine) as conn:
            of = _recurring(conn, identity).amount.currency
        try:
            wording = self._pages.wording
            amount = read_amount(typed, AmountWords(of, wording.money, wording.number_style(of)))
        except BadAmount as mistake:
            return self.show(editor.member, identity, typed=typed, mistake=str(mistake), status=422)
        return self.press(editor, identity, wish_id, ChangeKind.AMOUNT, amount)

    def press(
        self, editor: SignedIn, identity: str, wish_id: str, act: ChangeKind, amount: Money | None = None
    ) -> Response:
        """Keep what is asked for, and log it; the page that follows says when Stripe has agreed."""
        with changing(self._engine, editor.actor, self._clock()) as change:
            recurring = _recurring(change.conn, identity)
            try:
                wanted = RecurringChange(wish_id, identity, act, amount, editor.member.email, change.now)
                request_change(change.conn, recurring, wanted)
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

    def _shown(self, row: RecurringRow) -> ShownRecurring:
        wording = self._pages.wording
        lasts, each = lasting(row.rhythm, wording, "until it is stopped"), self._each(row.amount, row.rhythm.interval)
        return ShownRecurring(row, each, lasts, row.unpaid_since(wording.zone), row.last_day(wording.zone))

    def _each(self, amount: Money, interval: Interval) -> str:
        return f"{self._pages.wording.money(amount)} {PER[interval]}"


def _row(conn: Connection, identity: str) -> RecurringRow:
    row = recurring_row(conn, identity)
    if row is None:
        raise NotFound
    return row


def _recurring(conn: Connection, identity: str) -> Recurring:
    recurring = recurring_of(conn, [identity]).get(identity)
    if recurring is None:
        raise NotFound
    return recurring

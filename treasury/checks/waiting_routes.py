"""`/desk/waiting-gifts`: gifts that nobody could look at yet, and what one in another currency is worth in pounds.

A value that was entered wrongly is put right here until somebody has accepted or returned the gift.
"""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.engine import Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from compliance.check_wait import CorrectionReason
from compliance.gate import CheckGate
from compliance.wait_store import add_pound_value
from compliance.wait_views import entered_values, waiting_gifts
from database.instants import Clock
from database.transactions import reading
from ledger.kinds import EntryKind
from ledger.money import GBP, BadAmount, Money
from ledger.typed_money import read_typed_money
from staff.act import Subject
from staff.changing import changing_books
from staff.door import Door, SignedIn
from staff.permissions import Permission
from web.errors import NotFound
from web.forms import posted_fields
from web.pages import Pages
from web.typed import NotTidy, tidy

WAITING = "/desk/waiting-gifts"
VALUE_FIELDS = ("value", "source")
CORRECTION_FIELDS = (*VALUE_FIELDS, "why")
LONGEST_SOURCE = 500
NEWEST_VALUES = 50
BACK = "Go back to the list."


def waiting_gift_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """The list, the value of one, and its correction."""
    router = APIRouter()
    desk = WaitingGifts(engine, clock, pages)
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)
    Changer = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)

    @router.get(WAITING)
    def show_waiting(reader: Reader) -> Response:
        return desk.show(reader)

    @router.post(WAITING + "/{gift_id}")
    async def enter_value(changer: Changer, gift_id: str, request: Request) -> Response:
        typed = await posted_fields(request, VALUE_FIELDS)
        return await run_in_threadpool(desk.enter, changer, gift_id, typed)

    @router.post(WAITING + "/{gift_id}/value")
    async def correct_value(changer: Changer, gift_id: str, request: Request) -> Response:
        typed = await posted_fields(request, CORRECTION_FIELDS)
        return await run_in_threadpool(desk.correct, changer, gift_id, typed)

    return router


class WaitingGifts:
    """What waits, and how it ends."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def show(
        self, reader: SignedIn, of: str = "", typed: Mapping[str, str] | None = None,
        errors: Mapping[str, str] | None = None,
    ) -> Response:  # fmt: skip
        """Every gift that waits, the longest first, and the values that can still be put right."""
        with reading(self._engine) as conn:
            waiting, entered = waiting_gifts(conn), entered_values(conn, NEWEST_VALUES)
        return self._pages.page(
            "treasury/waiting_gifts.html", private=True, status=422 if errors else 200, member=reader.member,
            waiting=waiting, of=of, typed=typed or {}, errors=errors or {}, longest=LONGEST_SOURCE,
            targets={field: f"{field}-{of}" for field in errors or {}}, entered=entered, reasons=list(CorrectionReason),
        )  # fmt: skip

    def enter(self, changer: SignedIn, gift_id: str, typed: Mapping[str, str]) -> Response:
        """Keep the value with its source, and look at the gift again in the same transaction."""
        value, source, errors = self._read(typed)
        if value is None or errors:
            return self.show(changer, gift_id, typed, errors)
        with changing_books(self._engine, changer.actor, self._clock()) as change:
            if gift_id not in {each.gift_id for each in waiting_gifts(change.conn)}:
                raise NotFound("This gift does not wait any more.", advice=BACK)
            add_pound_value(change.conn, gift_id, value, source, changer.member.id, change.now)
            CheckGate(self._pages.wording.zone).look_again(change.conn, [gift_id], change.now)
            change.record(
                "gift.pounds", Subject(EntryKind.GIFT.value, gift_id), after={"value": str(value), "source": source}
            )
        return RedirectResponse(WAITING, 303)

    def correct(self, changer: SignedIn, gift_id: str, typed: Mapping[str, str]) -> Response:
        """Keep another value in place of the newest, and look at the gift again. What was entered before stays."""
        value, source, errors = self._read(typed)
        if typed.get("why") not in set(CorrectionReason):
            errors["why"] = "Choose why the value changes."
        if value is None or errors:
            return self.show(changer, gift_id, typed, errors)
        with changing_books(self._engine, changer.actor, self._clock()) as change:
            if not (known := entered_values(change.conn, 1, gift_id)):
                raise NotFound("The value of this gift stands: somebody accepted or returned it.", advice=BACK)
            add_pound_value(change.conn, gift_id, value, source, changer.member.id, change.now)
            CheckGate(self._pages.wording.zone).look_at_gifts(change.conn, [gift_id], change.now)
            why = CorrectionReason(typed["why"]).words
            change.record(
                "gift.pounds", Subject(EntryKind.GIFT.value, gift_id),
                before={"value": str(known[0].value), "source": known[0].source},
                after={"value": str(value), "source": source, "why": why},
            )  # fmt: skip
        return RedirectResponse(WAITING, 303)

    def _read(self, typed: Mapping[str, str]) -> tuple[Money | None, str, dict[str, str]]:
        errors: dict[str, str] = {}
        value, source = None, ""
        try:
            value = read_typed_money(typed.get("value", ""), GBP, self._pages.wording.number_style(GBP))
        except BadAmount as mistake:
            errors["value"] = str(mistake)
        try:
            source = tidy(typed.get("source", ""), LONGEST_SOURCE)
        except NotTidy as mistake:
            errors["source"] = str(mistake)
        if not source and "source" not in errors:
            errors["source"] = "Say where you read the rate, and of which day."
        return value, source, errors

"""`/desk/waiting-gifts`: gifts that nobody could look at yet, and what one in another currency is worth in pounds."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.engine import Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from compliance.gate import CheckGate
from compliance.wait_store import add_pound_value
from compliance.wait_views import waiting_gifts
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
LONGEST_SOURCE = 500


def waiting_gift_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """The list, and the value of one."""
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

    return router


class WaitingGifts:
    """What waits, and how it ends."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def show(
        self, reader: SignedIn, of: str = "", typed: Mapping[str, str] | None = None,
        errors: Mapping[str, str] | None = None,
    ) -> Response:  # fmt: skip
        """Every gift that waits, the longest first."""
        with reading(self._engine) as conn:
            waiting = waiting_gifts(conn)
        return self._pages.page(
            "treasury/waiting_gifts.html", private=True, status=422 if errors else 200, member=reader.member,
            waiting=waiting, of=of, typed=typed or {}, errors=errors or {}, longest=LONGEST_SOURCE,
            targets={field: f"{field}-{of}" for field in errors or {}},
        )  # fmt: skip

    def enter(self, changer: SignedIn, gift_id: str, typed: Mapping[str, str]) -> Response:
        """Keep the value with its source, and look at the gift again in the same transaction."""
        value, source, errors = self._read(typed)
        if value is None or errors:
            return self.show(changer, gift_id, typed, errors)
        with changing_books(self._engine, changer.actor, self._clock()) as change:
            if gift_id not in {each.gift_id for each in waiting_gifts(change.conn)}:
                raise NotFound("This gift does not wait any more.", advice="Go back to the list.")
            add_pound_value(change.conn, gift_id, value, source, changer.member.id, change.now)
            CheckGate(self._pages.wording.zone).look_at_waiting(change.conn, change.now)
            change.record(
                "gift.value", Subject(EntryKind.GIFT.value, gift_id), after={"value": str(value), "source": source}
            )
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

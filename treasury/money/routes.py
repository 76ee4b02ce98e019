"""The desk's pages of money: what waits, traces, and receipts by number."""

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Path, Query
from sqlalchemy import Connection, Engine
from starlette.responses import RedirectResponse, Response

from database.instants import Clock
from database.transactions import reading
from payments.books.views import NOT_A_GIFT, is_charge_without_gift
from payments.gifts.store import settle_discrepancy
from payments.gifts.views import discrepancies
from payments.inbox.store import dead_letters
from proof.trace import NoTrace, SeveralTraces, trace
from receipts.store import mint_token, receipt_by_number
from staff.act import Subject
from staff.changing import changing
from staff.door import Door, SignedIn
from staff.member import StaffMember
from staff.permissions import Permission
from web.errors import NotFound, Trouble
from web.pages import Pages

PAGE_ROWS = 50
LAST_PAGE = 10_000
LONGEST_NAME = 200
RECEIPT_NUMBER = r"^20[0-9]{2}-[0-9]{6}$"
PageNumber = Annotated[int, Query(ge=1, le=LAST_PAGE)]
WaitingRow = TypeVar("WaitingRow")


class NoSuchMoney(NotFound):
    """No gift, payment, payout or receipt has this identifier. The page keeps the desk around it, with its search."""

    template = "treasury/not_found.html"
    trouble = Trouble(404, "Nothing here is called that", "", "")

    def __init__(self, identifier: str, member: StaffMember) -> None:
        super().__init__(
            f"Nothing here goes by the name {identifier[:LONGEST_NAME]}.",
            advice="Search for a gift's reference, a receipt number, or an id as Stripe shows it (pi_…, re_…, po_…).",
            values={"member": member},
        )


class SeveralGifts(NotFound):
    """A reference that more than one gift begins with."""

    template = "treasury/not_found.html"
    trouble = Trouble(404, "Several gifts begin like that", "", "")

    def __init__(self, ids: str, member: StaffMember) -> None:
        advice = "Search for the whole id of one of them."
        super().__init__(f"Several gifts begin like that: {ids}.", advice=advice, values={"member": member})


def money_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """`/desk/discrepancies`, `dead-letters`, `trace/{id}` and `receipts/{number}`."""
    router = APIRouter()
    router.include_router(_to_do(engine, clock, pages, door))
    router.include_router(_traces(engine, pages, door))
    router.include_router(_receipts(engine, clock, door))
    return router


def _to_do(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    router = APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)
    Editor = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)

    @router.get("/desk/discrepancies")
    def list_discrepancies(reader: Reader, page: PageNumber = 1) -> Response:
        return _listed(engine, pages, reader.member, "discrepancies", discrepancies, page)

    @router.get("/desk/dead-letters")
    def list_dead_letters(reader: Reader, page: PageNumber = 1) -> Response:
        def page_of(conn: Connection, limit: int, number: int) -> list[object]:
            first = (number - 1) * (limit - 1)
            return list(dead_letters(conn, first + limit)[first:])

        return _listed(engine, pages, reader.member, "dead_letters", page_of, page)

    @router.post("/desk/discrepancies/{charge}")
    def settle(editor: Editor, charge: str) -> Response:
        with changing(engine, editor.actor, clock()) as change:
            if not settle_discrepancy(change.conn, charge, editor.member.id, change.now):
                raise NotFound
            what = "discrepancy.settle"
            settled = {"settled": True}
            change.record(what, Subject("charge", charge), after=settled, act_id=f"{what}:{charge}")
        return RedirectResponse("/desk", 303)

    @router.post("/desk/charges-without-gift/{charge}")
    def settle_charge(editor: Editor, charge: str) -> Response:
        """The treasurer has looked: this money is no gift that we lack. It stays among the other money."""
        with changing(engine, editor.actor, clock()) as change:
            if not is_charge_without_gift(change.conn, charge):
                raise NotFound
            subject, settled = Subject("charge", charge), {"settled": True}
            change.record(NOT_A_GIFT, subject, after=settled, act_id=f"{NOT_A_GIFT}:{charge}")
        return RedirectResponse("/desk", 303)

    return router


def _receipts(engine: Engine, clock: Clock, door: Door) -> APIRouter:
    router = APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)

    @router.get("/desk/receipts/{number}")
    def open_receipt(reader: Reader, number: Annotated[str, Path(pattern=RECEIPT_NUMBER)]) -> Response:
        """The receipt as its donor sees it. Its address may be sent to the donor, and works as long as any link."""
        with changing(engine, reader.actor, clock()) as change:
            issued = receipt_by_number(change.conn, number)
            if issued is None:
                raise NoSuchMoney(number, reader.member)
            token = mint_token(change.conn, issued.gift_id, change.now)
            change.record("receipt.make_link", Subject("receipt", number))
        return RedirectResponse(f"/receipts/{token}", 303)

    return router


def _traces(engine: Engine, pages: Pages, door: Door) -> APIRouter:
    router = APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)

    @router.get("/desk/trace/{identifier}")
    def show_trace(reader: Reader, identifier: str) -> Response:
        with reading(engine) as conn:
            try:
                traced = trace(conn, identifier, pages.wording)
            except NoTrace:
                raise NoSuchMoney(identifier, reader.member) from None
            except SeveralTraces as several:
                raise SeveralGifts(str(several), reader.member) from None
        if traced.kind == "gift":
            return RedirectResponse(f"/desk/gifts/{traced.id}", 303)
        return pages.page("treasury/trace.html", private=True, member=reader.member, trace=traced)

    return router


def _listed(
    engine: Engine,
    pages: Pages,
    member: StaffMember,
    name: str,
    query: Callable[[Connection, int, int], Sequence[WaitingRow]],
    page: int,
) -> Response:
    """A page of a list, and whether there is another after it."""
    with reading(engine) as conn:
        rows = query(conn, PAGE_ROWS + 1, page)
    return pages.page(
        f"treasury/{name}.html",
        private=True,
        member=member,
        rows=rows[:PAGE_ROWS],
        page=page,
        more=len(rows) > PAGE_ROWS,
        path=f"/desk/{name.replace('_', '-')}",
    )

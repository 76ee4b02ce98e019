"""The pages behind the desk: payouts, refunds, disputes, things to do, and the trace of any money."""

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query
from sqlalchemy import Connection, Engine
from starlette.responses import RedirectResponse, Response

from database.instants import Clock
from database.transactions import reading, writing
from payments.gifts.store import settle_discrepancy
from payments.inbox.store import dead_letters
from proof.trace import NoTrace, SeveralTraces, trace
from receipts.store import mint_token, receipt_by_number
from treasury.money import store
from treasury.routes import Door
from treasury.store import Treasurer, discrepancies
from web.errors import NotFound
from web.pages import Pages
from web.sessions import SessionCookie

PAGE_ROWS = 50
LAST_PAGE = 10_000
LONGEST_NAME = 200
RECEIPT_NUMBER = r"^20[0-9]{2}-[0-9]{6}$"
PageNumber = Annotated[int, Query(ge=1, le=LAST_PAGE)]
Row = TypeVar("Row")


class NothingSoNamed(NotFound):
    """A name that no gift, payment, payout or receipt goes by."""

    def __init__(self, asked: str) -> None:
        super().__init__(
            f"Nothing here goes by the name {asked[:LONGEST_NAME]}.",
            advice="Type a gift's reference, a receipt number, or an id as Stripe shows it (pi_…, re_…, po_…).",
        )


class SeveralSoNamed(NotFound):
    """A reference that more than one gift begins with."""

    def __init__(self, ids: str) -> None:
        super().__init__(f"Several gifts begin like that: {ids}.", advice="Type the whole id of one of them.")


def money_routes(engine: Engine, clock: Clock, pages: Pages) -> APIRouter:
    """Lists at `/desk/payouts`, `/desk/refunds`, `/desk/disputes`; traces at `/desk/trace/{id}`."""
    router, door = APIRouter(), Door(engine, clock, SessionCookie(pages.base_url))
    router.include_router(_lists(engine, pages, door))
    router.include_router(_to_do(engine, clock, pages, door))
    router.include_router(_traces(engine, pages, door))
    router.include_router(_receipts(engine, clock, door))
    return router


def _lists(engine: Engine, pages: Pages, door: Door) -> APIRouter:
    router = APIRouter()
    SignedIn = Annotated[Treasurer, Depends(door)]  # noqa: N806 (a type)

    @router.get("/desk/payouts")
    def list_payouts(treasurer: SignedIn, page: PageNumber = 1) -> Response:
        return _listed(engine, pages, treasurer, "payouts", store.payouts, page)

    @router.get("/desk/refunds")
    def list_refunds(treasurer: SignedIn, page: PageNumber = 1) -> Response:
        return _listed(engine, pages, treasurer, "refunds", store.refunds, page)

    @router.get("/desk/disputes")
    def list_disputes(treasurer: SignedIn, page: PageNumber = 1) -> Response:
        return _listed(engine, pages, treasurer, "disputes", store.disputes, page)

    return router


def _to_do(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    router = APIRouter()
    SignedIn = Annotated[Treasurer, Depends(door)]  # noqa: N806 (a type)

    @router.get("/desk/discrepancies")
    def list_discrepancies(treasurer: SignedIn, page: PageNumber = 1) -> Response:
        return _listed(engine, pages, treasurer, "discrepancies", discrepancies, page)

    @router.get("/desk/dead-letters")
    def list_dead_letters(treasurer: SignedIn, page: PageNumber = 1) -> Response:
        def some(conn: Connection, limit: int, number: int) -> list[object]:
            first = (number - 1) * (limit - 1)
            return list(dead_letters(conn, first + limit)[first:])

        return _listed(engine, pages, treasurer, "dead_letters", some, page)

    @router.post("/desk/discrepancies/{charge}")
    def deal_with_discrepancy(treasurer: SignedIn, charge: str) -> Response:
        with writing(engine) as conn:
            if not settle_discrepancy(conn, charge, treasurer.id, clock()):
                raise NotFound
        return RedirectResponse("/desk", 303)

    return router


def _receipts(engine: Engine, clock: Clock, door: Door) -> APIRouter:
    router = APIRouter()
    SignedIn = Annotated[Treasurer, Depends(door)]  # noqa: N806 (a type)

    @router.get("/desk/receipts/{number}")
    def open_receipt(_treasurer: SignedIn, number: Annotated[str, Path(pattern=RECEIPT_NUMBER)]) -> Response:
        """The receipt as its donor sees it: its address may be sent to them, and works as long as any link."""
        with writing(engine) as conn:
            issued = receipt_by_number(conn, number)
            if issued is None:
                raise NothingSoNamed(number)
            token = mint_token(conn, issued.gift_id, clock())
        return RedirectResponse(f"/receipts/{token}", 303)

    return router


def _traces(engine: Engine, pages: Pages, door: Door) -> APIRouter:
    router = APIRouter()
    SignedIn = Annotated[Treasurer, Depends(door)]  # noqa: N806 (a type)

    @router.get("/desk/trace")
    def find(asked: Annotated[str, Query(alias="id", max_length=LONGEST_NAME)] = "") -> Response:
        name = asked.strip()
        return RedirectResponse(f"/desk/trace/{quote(name, safe='')}" if name else "/desk", 303)

    @router.get("/desk/trace/{asked}")
    def show_trace(treasurer: SignedIn, asked: str) -> Response:
        with reading(engine) as conn:
            try:
                found = trace(conn, asked)
            except NoTrace:
                raise NothingSoNamed(asked) from None
            except SeveralTraces as several:
                raise SeveralSoNamed(str(several)) from None
        return pages.page("treasury/trace.html", private=True, treasurer=treasurer, trace=found)

    return router


def _listed(
    engine: Engine,
    pages: Pages,
    treasurer: Treasurer,
    name: str,
    ask: Callable[[Connection, int, int], Sequence[Row]],
    page: int,
) -> Response:
    """A page of a list, and whether there is another after it."""
    with reading(engine) as conn:
        found = ask(conn, PAGE_ROWS + 1, page)
    return pages.page(
        f"treasury/{name}.html",
        private=True,
        treasurer=treasurer,
        rows=found[:PAGE_ROWS],
        page=page,
        more=len(found) > PAGE_ROWS,
        path=f"/desk/{name.replace('_', '-')}",
    )

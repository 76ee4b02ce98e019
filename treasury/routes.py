"""The pages of the desk."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import Connection, Engine
from starlette.responses import RedirectResponse, Response

from campaigns.store import campaigns
from database.instants import Clock
from database.transactions import reading, writing
from ledger.accounts import Account, Figure
from treasury import store
from treasury.figures import Choice, sheets
from treasury.money import store as money
from treasury.money.to_do import to_do
from treasury.sign_in import invited, sign_in
from treasury.store import Treasurer
from web.errors import Refusal, Trouble
from web.pages import Pages
from web.sessions import SessionCookie, end_session, see_session, session_of

PAGE_ROWS = 50
PLACES = {
    Account.CLEARING: "Not seen in both places yet",
    Account.STRIPE: "At Stripe",
    Account.IN_TRANSIT: "On its way to the bank",
    Account.BANK: "At the bank",
    Account.CASH: "In cash",
    Account.SUSPENSE: "Of a kind that nobody knows",
}
# A form sends what was left open as empty text.
NUMBER = r"^[0-9]{0,9}$"
MONTH = r"^(20[0-9]{2}-(0[1-9]|1[0-2]))?$"
CURRENCY = r"^([A-Z]{3})?$"


class NotSignedIn(Refusal):
    """Somebody at the desk's door without a session, or with one that has ended."""

    trouble = Trouble(
        403,
        "Sign in first",
        "Only treasurers who have signed in may see the desk. A session ends after an hour without use.",
        "Open your one-time link. For a new one, on the server: ./farthing treasurer add YOUR-EMAIL",
    )


class Door:
    """Lets a signed-in treasurer through to the desk, and nobody else."""

    def __init__(self, engine: Engine, clock: Clock, cookie: SessionCookie) -> None:
        self._engine, self._clock, self._cookie = engine, clock, cookie

    def __call__(self, request: Request) -> Treasurer:
        """Who is signed in; raises NotSignedIn."""
        token, now = self._cookie.read(request), self._clock()
        with reading(self._engine) as conn:
            session = session_of(conn, token, now)
            found = store.treasurer_by_id(conn, session.treasurer_id) if session else None
        if token is None or session is None or found is None:
            raise NotSignedIn
        if session.needs_seeing(now):
            with writing(self._engine) as conn:
                see_session(conn, token, now)
        return found


def asked_for(
    figure: Figure = Figure.RAISED,
    campaign: Annotated[str, Query(pattern=NUMBER)] = "",
    month: Annotated[str, Query(pattern=MONTH)] = "",
    currency: Annotated[str, Query(pattern=CURRENCY)] = "",
) -> Choice:
    """The choice of entries that an address names."""
    return Choice(
        figure,
        int(campaign) if campaign else None,
        date.fromisoformat(f"{month}-01") if month else None,
        currency or None,
    )


def desk_routes(engine: Engine, clock: Clock, pages: Pages) -> APIRouter:
    """`/desk` with its lists, and the ways in and out."""
    router = APIRouter()
    cookie = SessionCookie(pages.base_url)
    router.include_router(_ways_in_and_out(engine, clock, pages, cookie))
    router.include_router(_sheets_and_lists(engine, clock, pages, Door(engine, clock, cookie)))
    return router


def _ways_in_and_out(engine: Engine, clock: Clock, pages: Pages, cookie: SessionCookie) -> APIRouter:
    router = APIRouter()

    @router.get("/desk/sign-in/{token}")
    def ask_to_sign_in(token: str) -> Response:
        with reading(engine) as conn:
            treasurer = invited(conn, token, clock())
        return pages.page("treasury/sign_in.html", private=True, treasurer=treasurer, token=token)

    @router.post("/desk/sign-in/{token}")
    def use_link(token: str) -> Response:
        with writing(engine) as conn:
            session = sign_in(conn, token, clock())
        answer = RedirectResponse("/desk", 303)
        cookie.put(answer, session)
        return answer

    @router.post("/desk/sign-out")
    def sign_out(request: Request) -> Response:
        token = cookie.read(request)
        if token is not None:
            with writing(engine) as conn:
                end_session(conn, token)
        answer = RedirectResponse("/", 303)
        cookie.drop(answer)
        return answer

    return router


def _sheets_and_lists(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    router = APIRouter()
    SignedIn = Annotated[Treasurer, Depends(door)]  # noqa: N806 (a type)

    @router.get("/desk")
    def show_desk(treasurer: SignedIn) -> Response:
        with reading(engine) as conn:
            sums, titles = store.sums(conn), _titles(conn)
            where, touch, lists = money.whereabouts(conn), money.touch(conn), money.counts(conn)
            things = to_do(conn)
        return pages.page(
            "treasury/desk.html",
            private=True,
            treasurer=treasurer,
            now=clock(),
            sheets=sheets(sums),
            titles=titles,
            whereabouts=where,
            touch=touch,
            lists=lists,
            to_do=things,
            places=PLACES,
        )

    @router.get("/desk/gifts")
    def list_gifts(
        treasurer: SignedIn,
        choice: Annotated[Choice, Depends(asked_for)],
        before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
    ) -> Response:
        with reading(engine) as conn:
            found = store.movements(conn, choice, PAGE_ROWS + 1, before)
            totals, titles = store.totals_of(conn, choice), _titles(conn)
        shown = found[:PAGE_ROWS]
        return pages.page(
            "treasury/gifts.html",
            private=True,
            treasurer=treasurer,
            choice=choice,
            movements=shown,
            totals=totals,
            titles=titles,
            older=choice.address(shown[-1].entry) if len(found) > PAGE_ROWS else None,
            newest=choice.address() if before else None,
        )

    return router


def _titles(conn: Connection) -> dict[int, str]:
    return {campaign.id: campaign.title for campaign in campaigns(conn)}

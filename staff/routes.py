"""The desk's way in and out: the page behind a sign-in link, its button, and signing out."""

from fastapi import APIRouter, Request
from sqlalchemy.engine import Engine
from starlette.responses import RedirectResponse, Response

from database.instants import Clock
from database.transactions import reading, writing
from staff.sign_in import member_of_link, sign_in
from web.pages import Pages
from web.sessions import SessionCookie, end_session


def staff_routes(engine: Engine, clock: Clock, pages: Pages) -> APIRouter:
    """`/desk/sign-in/{token}` and `/desk/sign-out`."""
    router = APIRouter()
    cookie = SessionCookie(pages.base_url)

    @router.get("/desk/sign-in/{token}")
    def show_sign_in(token: str) -> Response:
        with reading(engine) as conn:
            member = member_of_link(conn, token, clock())
        return pages.page("staff/sign_in.html", private=True, member=member, token=token)

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

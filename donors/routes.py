"""The way to a donor's own pages: an address, a letter with a link, a button; and the way out."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlalchemy.engine import Connection, Engine
from starlette.responses import RedirectResponse, Response

from database.instants import Clock
from database.transactions import writing
from donors.donor import address_key
from donors.door import ASK_FOR_LINK, OWN_PAGE, DonorDoor
from donors.link_letters import OPEN_LINK, ask_for_donor_link
from donors.link_store import LINK_LASTS, use_donor_link
from web.attempts_store import AttemptLimit, count_attempt
from web.client_address import address_of_client, network_of
from web.language import to_translate, translated
from web.pages import Pages
from web.sessions import SessionCookie, end_session
from web.typed import compact
from web.typed_address import read_email_address

# Letters to one address from one network, so that a stranger's wishes do not use up a donor's, and in all; wishes from
# one network, and buttons pressed there.
LETTERS = AttemptLimit("donor letters", 5, timedelta(hours=1))
LETTERS_IN_ALL = AttemptLimit("donor letters in all", 20, timedelta(hours=1))
WISHES = AttemptLimit("donor wishes", 30, timedelta(hours=1))
OPENINGS = AttemptLimit("donor openings", 60, timedelta(minutes=15))
NOT_AN_EMAIL = to_translate("Enter your email address, like name@example.org.")
TOO_OFTEN = to_translate("Links were asked for very often from your network. Try again in an hour.")
WORN_LINK = to_translate("This link works no more: each works once, for half an hour. Have a new one sent.")
TypedText = Annotated[str, Form(max_length=1000)]


def donor_sign_in_routes(engine: Engine, clock: Clock, pages: Pages) -> APIRouter:
    """`/giving/sign-in`, `/giving/link` and `/giving/sign-out`."""
    router = APIRouter()
    desk = DonorSignIn(engine, clock, pages)

    @router.get(ASK_FOR_LINK)
    def show_sign_in() -> Response:
        return desk.show()

    @router.post(ASK_FOR_LINK)
    def send_link(request: Request, email: TypedText = "") -> Response:
        return desk.send_link(request, email)

    @router.get(OPEN_LINK + "/{token}")
    def take_link(token: str) -> Response:
        return desk.take_link(token)

    @router.get(OPEN_LINK)
    def show_button() -> Response:
        return desk.show_button()

    @router.post(OPEN_LINK)
    def open_pages(request: Request) -> Response:
        return desk.open_pages(request)

    @router.post(OWN_PAGE + "/sign-out")
    def sign_out(request: Request) -> Response:
        return desk.sign_out(request)

    return router


class DonorSignIn:
    """Sends links and takes them. It never says whether an address has given."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages
        self._door = DonorDoor(engine, clock, pages.base_url)
        self._link_cookie = SessionCookie(pages.base_url, "giving-link")

    def show(self, email: str = "", mistake: str = "", status: int = 200) -> Response:
        """The page that asks for an address."""
        errors = {"email": translated(mistake)} if mistake else {}
        return self._pages.page("donors/sign_in.html", private=True, status=status, email=email, errors=errors)

    def send_link(self, request: Request, typed: str) -> Response:
        """Queue a letter to this address; the answer is the same whoever has it."""
        email, now = compact(typed), self._clock()
        if not read_email_address(email) is not None:
            return self.show(typed, NOT_AN_EMAIL, 422)
        with writing(self._engine) as conn:
            key, network = address_key(email), _network(request)
            if not count_attempt(conn, WISHES, network, now):
                return self.show(email, TOO_OFTEN, 429)
            by_network = count_attempt(conn, LETTERS, f"{key} {network}", now)
            if by_network and count_attempt(conn, LETTERS_IN_ALL, key, now):
                ask_for_donor_link(conn, email, now)
        minutes = LINK_LASTS.seconds // 60
        return self._pages.page("donors/link_sent.html", private=True, email=email, minutes=minutes)

    def take_link(self, token: str) -> Response:
        """Move the link's secret from the address into a cookie, so that it is in no page's address.

        It is not used up: mail programs open links to preview them.
        """
        answer = RedirectResponse(OPEN_LINK, 303)
        self._link_cookie.put(answer, token[:200], LINK_LASTS.seconds)
        return answer

    def show_button(self) -> Response:
        """The page whose button uses the link up."""
        return self._pages.page("donors/open_link.html", private=True)

    def open_pages(self, request: Request) -> Response:
        """Use a link up, and open its donor's pages."""
        token, now = self._link_cookie.read(request), self._clock()
        with writing(self._engine) as conn:
            may = count_attempt(conn, OPENINGS, _network(request), now)
        with writing(self._engine) as conn:
            session = self._session_of_link(conn, token, self._door.cookie.read(request)) if token and may else None
        answer = RedirectResponse(OWN_PAGE, 303) if session else self.show("", WORN_LINK, 422)
        self._link_cookie.drop(answer)
        if session:
            self._door.cookie.put(answer, session)
        return answer

    def _session_of_link(self, conn: Connection, token: str, old_token: str | None) -> str | None:
        donor_id = use_donor_link(conn, token, self._clock())
        return None if donor_id is None else self._door.open(conn, donor_id, old_token)

    def sign_out(self, request: Request) -> Response:
        """End the session, and have the browser forget what it keeps of these pages.

        Not its cookies: the desk may be open beside them.
        """
        token = self._door.cookie.read(request)
        if token is not None:
            with writing(self._engine) as conn:
                end_session(conn, token)
        answer = RedirectResponse("/", 303, {"Clear-Site-Data": '"cache", "storage"'})
        self._door.cookie.drop(answer)
        return answer


def _network(request: Request) -> str:
    return network_of(address_of_client(request) or "")

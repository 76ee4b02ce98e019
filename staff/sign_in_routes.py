"""The way to the desk: address and password, then a code; or a one-time link. And the way out."""

import re
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from sqlalchemy.engine import Connection
from starlette.responses import RedirectResponse, Response

from database.transactions import reading, writing
from staff import store
from staff.authentication import TooManyAttempts, Visit, WrongCredentials
from staff.context import StaffContext
from staff.credentials_store import credentials_of
from staff.door import CONFIRM, SIGN_IN
from staff.letters import post_staff_link
from staff.member import StaffMember
from staff.sign_in import LINK_PATH, SignInLink, code_of
from web.client_address import address_of_client
from web.sessions import Device, Session, SessionStage, end_session

CODE, FIRST_PASSWORD, FIRST_FACTOR = f"{SIGN_IN}/code", f"{SIGN_IN}/password", f"{SIGN_IN}/second-factor"
FORGOTTEN = f"{SIGN_IN}/forgotten"
WRONG = "The email address or the password is wrong. Type both again."
WRONG_CODE = "That code is not right, or it was used before. Wait for the next one and type it."
TOO_MANY = "There were too many attempts. Wait a quarter of an hour, or have a sign-in link mailed to you."
_OWN_PATH = re.compile(r"/desk(/(?!sign-)[\w.~-]+)*", re.ASCII)
TypedField = Annotated[str, Form(max_length=1000)]


def sign_in_routes(context: StaffContext) -> APIRouter:
    """`/desk/sign-in`, `/desk/sign-in/code`, `/desk/sign-in/link` and `/desk/sign-out`."""
    router = APIRouter()
    desk = SignInDesk(context)

    @router.get(SIGN_IN)
    def show_sign_in(to: Annotated[str, Query(max_length=200)] = "") -> Response:
        return desk.show_password(own_path(to))

    @router.post(SIGN_IN)
    def enter_password(
        request: Request, email: TypedField = "", password: TypedField = "", to: TypedField = ""
    ) -> Response:
        return desk.enter_password(request, email, password, own_path(to))

    @router.get(CODE)
    def show_code(request: Request, to: Annotated[str, Query(max_length=200)] = "") -> Response:
        return desk.show_code(request, own_path(to))

    @router.post(CODE)
    def enter_code(request: Request, code: TypedField = "", to: TypedField = "") -> Response:
        return desk.enter_code(request, code, own_path(to))

    @router.get(LINK_PATH)
    def show_link() -> Response:
        return desk.show_link()

    @router.post(LINK_PATH)
    def use_link(request: Request, link: TypedField = "") -> Response:
        return desk.use_link(request, link)

    @router.post("/desk/sign-out")
    def sign_out(request: Request) -> Response:
        return desk.sign_out(request)

    return router


def confirm_routes(context: StaffContext) -> APIRouter:
    """`/desk/sign-in/forgotten`, and `/desk/confirm`: a password or a code again, before something that matters."""
    router = APIRouter()
    desk = SignInDesk(context)

    @router.get(FORGOTTEN)
    def show_forgotten() -> Response:
        return desk.show_forgotten()

    @router.post(FORGOTTEN)
    def mail_link(request: Request, email: TypedField = "") -> Response:
        return desk.mail_link(request, email)

    @router.get(CONFIRM)
    def ask_to_confirm(request: Request, to: Annotated[str, Query(max_length=200)] = "") -> Response:
        return desk.ask_to_confirm(request, own_path(to))

    @router.post(CONFIRM)
    def confirm(request: Request, secret: TypedField = "", to: TypedField = "") -> Response:
        return desk.confirm(request, secret, own_path(to))

    return router


class SignInDesk:
    """Asks for what opens the desk, and says what is wrong with what was typed."""

    def __init__(self, context: StaffContext) -> None:
        self._context, self._pages = context, context.pages
        self._authentication, self._cookie = context.authentication, context.cookie

    def show_password(
        self, to: str, email: str = "", errors: dict[str, str] | None = None, status: int = 200
    ) -> Response:
        """The page that asks for address and password."""
        values = {"title": "Sign in", "message": "", "to": to, "email": email, "errors": errors or {}}
        return self._pages.page("staff/sign_in.html", private=True, status=status, **values)

    def enter_password(self, request: Request, email: str, password: str, to: str) -> Response:
        """Take address and password; a code is due next."""
        try:
            entrance = self._authentication.enter_by_password(email, password, self._visit(request))
        except WrongCredentials:
            return self.show_password(to, email, {"password": WRONG}, 422)
        except TooManyAttempts:
            return self.show_password(to, email, {"password": TOO_MANY}, 429)
        return self._on_to(_with(CODE, to), entrance.token)

    def show_code(self, request: Request, to: str, mistake: str = "", status: int = 200) -> Response:
        """The page that asks for a code of the app, or leads to where the app is set up."""
        session, member = self._visitor(request)
        if member is None or session is None:
            return RedirectResponse(_with(SIGN_IN, to), 303)
        with reading(self._context.engine) as conn:
            has_factor = credentials_of(conn, member.id).sealed_secret is not None
        if session.stage is SessionStage.OPEN:
            return RedirectResponse(to or member.home, 303)
        if not has_factor:
            return RedirectResponse(FIRST_FACTOR if session.stage is SessionStage.CODE else FIRST_PASSWORD, 303)
        errors = {"code": mistake} if mistake else {}
        return self._pages.page("staff/code.html", private=True, status=status, to=to, errors=errors)

    def enter_code(self, request: Request, code: str, to: str) -> Response:
        """Take a code; the desk is open."""
        session, member = self._visitor(request)
        if member is None or session is None or session.stage is not SessionStage.CODE:
            return RedirectResponse(_with(SIGN_IN, to), 303)
        try:
            entrance = self._authentication.enter_by_code(session, code, self._visit(request))
        except WrongCredentials:
            return self.show_code(request, to, WRONG_CODE, 422)
        except TooManyAttempts:
            return self.show_code(request, to, TOO_MANY, 429)
        return self._on_to(to or member.home, entrance.token)

    def show_link(self, mistake: str = "") -> Response:
        """The page of a one-time link. Its code stands behind the #, or is pasted."""
        errors = {"link": mistake} if mistake else {}
        status = 422 if mistake else 200
        demonstration = self._authentication.demonstration
        return self._pages.page(
            "staff/link.html", private=True, status=status, errors=errors, demonstration=demonstration
        )

    def use_link(self, request: Request, link: str) -> Response:
        """Use a link up. Raises NoSuchLink."""
        if not code_of(link):
            return self.show_link("Paste the whole link that you were given.")
        entrance = self._authentication.enter_by_link(code_of(link), self._visit(request))
        return self._on_to(entrance.home or FIRST_PASSWORD, entrance.token)

    def show_forgotten(self, email: str = "", mistake: str = "", status: int = 200, *, sent: bool = False) -> Response:
        """The page that mails a link, and what it says afterwards: the same whoever has the address."""
        errors = {"email": mistake} if mistake else {}
        return self._pages.page(
            "staff/forgotten.html", private=True, status=status, email=email, errors=errors, sent=sent
        )

    def mail_link(self, request: Request, email: str) -> Response:
        """Mail a link to whoever has this address."""

        def post(conn: Connection, link: SignInLink, now: datetime) -> None:
            post_staff_link(conn, self._pages, link.member, link, now, invited_by=None)

        if not email.strip():
            return self.show_forgotten(email, "Write the email address that you sign in with.", 422)
        try:
            self._authentication.ask_for_link(email, self._visit(request), post)
        except TooManyAttempts:
            return self.show_forgotten(email, "A link was asked for too often. Wait an hour, or ask an owner.", 429)
        return self.show_forgotten(email.strip(), sent=True)

    def ask_to_confirm(self, request: Request, to: str, mistake: str = "", status: int = 200) -> Response:
        """The page that asks for a password or a code again, before something that matters."""
        member = self._context.door.needs(None)(request).member
        with reading(self._context.engine) as conn:
            nothing_set = not credentials_of(conn, member.id).are_complete
        errors = {"secret": mistake} if mistake else {}
        return self._pages.page(
            "staff/confirm.html", private=True, status=status, member=member, to=to, errors=errors,
            demonstration=self._authentication.demonstration and nothing_set,
        )  # fmt: skip

    def confirm(self, request: Request, secret: str, to: str) -> Response:
        """Take a password or a code again, and lead back to what was asked for."""
        signed_in = self._context.door.needs(None)(request)
        member, session = signed_in.member, signed_in.session
        assert session is not None
        try:
            entrance = self._authentication.confirm(member, session, secret, self._visit(request))
        except WrongCredentials:
            return self.ask_to_confirm(request, to, "That is neither your password nor a new code. Type it again.", 422)
        except TooManyAttempts:
            return self.ask_to_confirm(request, to, TOO_MANY, 429)
        return self._on_to(to or member.home, entrance.token)

    def sign_out(self, request: Request) -> Response:
        """End the session, and have the browser forget what it keeps of this site."""
        token = self._cookie.read(request)
        if token is not None:
            with writing(self._context.engine) as conn:
                end_session(conn, token)
        answer = RedirectResponse("/", 303, {"Clear-Site-Data": '"cache", "cookies", "storage"'})
        self._cookie.drop(answer)
        return answer

    def _visitor(self, request: Request) -> tuple[Session | None, StaffMember | None]:
        kept = self._context.door.session_of(request)
        if kept is None:
            return None, None
        with reading(self._context.engine) as conn:
            return kept[1], store.member_by_id(conn, kept[1].holder.id)

    def _visit(self, request: Request) -> Visit:
        return Visit(device_of(request), self._cookie.read(request))

    def _on_to(self, path: str, token: str) -> Response:
        answer = RedirectResponse(path, 303)
        self._cookie.put(answer, token)
        return answer


def device_of(request: Request) -> Device:
    """Where a request came from."""
    return Device(address_of_client(request), request.headers.get("user-agent"))


def own_path(to: str) -> str:
    """A page of the desk to go on to; nothing for any other address."""
    inside = _OWN_PATH.fullmatch(to) and not {".", ".."} & set(to.split("/"))
    return to if inside else ""


def _with(path: str, to: str) -> str:
    return f"{path}?{urlencode({'to': to})}" if to else path

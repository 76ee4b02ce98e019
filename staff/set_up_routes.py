"""What somebody sets who came by a one-time link: a password, then a second factor. Only then the desk opens."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from database.transactions import reading
from staff import store
from staff.act import by_member
from staff.authentication import BEFORE_CODE, Visit
from staff.changing import changing
from staff.context import StaffContext
from staff.credentials import (
    OfferedSecret,
    keep_password,
    keep_recovery_codes,
    keep_second_factor,
    make_recovery_codes,
    offer_secret,
    proved_step,
)
from staff.credentials_store import credentials_of
from staff.door import SIGN_IN
from staff.member import StaffMember
from staff.passwords import password_mistake
from staff.sign_in_routes import CODE, FIRST_FACTOR, FIRST_PASSWORD, WRONG_CODE, TypedField, device_of
from web.errors import SeeOther
from web.sessions import Holder, HolderKind, SessionStage, end_sessions_of, start_session


def set_up_routes(context: StaffContext) -> APIRouter:
    """`/desk/sign-in/password` and `/desk/sign-in/second-factor`."""
    router = APIRouter()
    desk = SetUpDesk(context)

    @router.get(FIRST_PASSWORD)
    def show_password(request: Request) -> Response:
        return desk.show_password(request)

    @router.post(FIRST_PASSWORD)
    def choose_password(request: Request, password: TypedField = "", again: TypedField = "") -> Response:
        return desk.choose_password(request, password, again)

    @router.get(FIRST_FACTOR)
    def show_second_factor(request: Request) -> Response:
        return desk.show_second_factor(request)

    @router.post(FIRST_FACTOR)
    def prove_second_factor(request: Request, sealed: TypedField = "", code: TypedField = "") -> Response:
        return desk.prove_second_factor(request, sealed, code)

    return router


class SetUpDesk:
    """Asks for what is missing, one page each."""

    def __init__(self, context: StaffContext) -> None:
        self._context, self._pages = context, context.pages

    def show_password(self, request: Request, mistake: str = "") -> Response:
        """The page that asks for a new password."""
        _, member = self._visitor(request, SessionStage.LINK)
        errors = {"password": mistake} if mistake else {}
        return self._pages.page(
            "staff/first_password.html", private=True, status=422 if mistake else 200, visitor=member, errors=errors
        )

    def choose_password(self, request: Request, password: str, again: str) -> Response:
        """Keep the password. Every other session of the member ends; a code, or setting the app up, is next."""
        _, member = self._visitor(request, SessionStage.LINK)
        mistake = password_mistake(password, again)
        if mistake is not None:
            return self.show_password(request, mistake)
        password_hash, device = self._context.authentication.passwords.hash(password), device_of(request)
        with changing(self._context.engine, by_member(member, device.address), self._context.clock()) as change:
            keep_password(change, member, password_hash)
            holder = Holder(HolderKind.STAFF, member.id)
            end_sessions_of(change.conn, holder)
            token = start_session(change.conn, holder, change.now, SessionStage.CODE, device, BEFORE_CODE * 3)
        answer = RedirectResponse(CODE, 303)
        self._context.cookie.put(answer, token)
        return answer

    def show_second_factor(self, request: Request, sealed: str | None = None, mistake: str = "") -> Response:
        """The page with the QR code."""
        _, member = self._visitor(request, SessionStage.CODE)
        offered = self._offer(member, sealed)
        errors = {"code": mistake} if mistake else {}
        return self._pages.page(
            "staff/first_factor.html",
            private=True,
            status=422 if mistake else 200,
            visitor=member,
            offered=offered,
            errors=errors,
        )

    def prove_second_factor(self, request: Request, sealed: str, code: str) -> Response:
        """Take a code of the app, open the desk and show the recovery codes, once."""
        token, member = self._visitor(request, SessionStage.CODE)
        context, now = self._context, self._context.clock()
        step = proved_step(context.authentication.box, member, sealed, code, now)
        if step is None:
            return self.show_second_factor(request, sealed, WRONG_CODE)
        codes, device = make_recovery_codes(context.authentication.passwords), device_of(request)
        with changing(context.engine, by_member(member, device.address), now) as change:
            if credentials_of(change.conn, member.id).sealed_secret is not None:  # the same button twice
                raise SeeOther(CODE)
            keep_second_factor(change, member, sealed, step)
            keep_recovery_codes(change, member, codes)
            entrance = context.authentication.open_session(
                change.conn, member, "second factor", Visit(device, token), now
            )
        answer = self._pages.page(
            "staff/recovery_codes.html", private=True, member=member, codes=codes.shown, to=member.home
        )
        context.cookie.put(answer, entrance.token)
        return answer

    def _offer(self, member: StaffMember, sealed: str | None) -> OfferedSecret:
        return offer_secret(self._context.authentication.box, member, self._pages.organisation.name, sealed)

    def _visitor(self, request: Request, stage: SessionStage) -> tuple[str, StaffMember]:
        """Whose session has come to this stage. Raises SeeOther for any other."""
        kept = self._context.door.session_of(request)
        if kept is None:
            raise SeeOther(SIGN_IN)
        token, session = kept
        with reading(self._context.engine) as conn:
            member = store.member_by_id(conn, session.holder.id)
            has_factor = member is not None and credentials_of(conn, member.id).sealed_secret is not None
        if member is None:
            raise SeeOther(SIGN_IN)
        if session.stage is not stage or (stage is SessionStage.CODE and has_factor):
            raise SeeOther(FIRST_PASSWORD if session.stage is SessionStage.LINK else CODE)
        return token, member

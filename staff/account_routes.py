"""One's own account at the desk: password, second factor, recovery codes, sessions."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from database.transactions import reading
from staff.act import Subject
from staff.changing import changing
from staff.context import StaffContext
from staff.credentials import (
    keep_password,
    keep_recovery_codes,
    keep_second_factor,
    make_recovery_codes,
    offer_secret,
    proved_step,
)
from staff.credentials_store import credentials_of
from staff.door import SignedIn
from staff.passwords import LONGEST_PASSWORD, password_mistake
from staff.session_words import shown_sessions
from staff.sign_in_routes import WRONG_CODE, TypedField
from web.errors import NotFound
from web.sessions import Holder, HolderKind, end_session_named, end_sessions_of, sessions_of

PATH = "/desk/account"
_SESSION_ID = re.compile(r"[0-9a-f]{64}", re.ASCII)


def account_routes(context: StaffContext) -> APIRouter:
    """`/desk/account` and what can be set there."""
    router = APIRouter()
    Confirmed = Annotated[SignedIn, Depends(context.door.needs(None, recent=True))]  # noqa: N806 (a type)
    desk = AccountDesk(context)

    @router.get(PATH + "/password")
    def show_password(signed_in: Confirmed) -> Response:
        return desk.show_password(signed_in)

    @router.post(PATH + "/password")
    def change_password(
        signed_in: Confirmed, current: TypedField = "", password: TypedField = "", again: TypedField = ""
    ) -> Response:
        return desk.change_password(signed_in, current, password, again)

    @router.get(PATH + "/second-factor")
    def show_second_factor(signed_in: Confirmed) -> Response:
        return desk.show_second_factor(signed_in)

    @router.post(PATH + "/second-factor")
    def change_second_factor(signed_in: Confirmed, sealed: TypedField = "", code: TypedField = "") -> Response:
        return desk.change_second_factor(signed_in, sealed, code)

    @router.get(PATH + "/recovery-codes")
    def ask_for_codes(signed_in: Confirmed) -> Response:
        return desk.ask_for_codes(signed_in)

    @router.post(PATH + "/recovery-codes")
    def make_codes(signed_in: Confirmed) -> Response:
        return desk.make_codes(signed_in)

    router.include_router(_session_routes(context))
    return router


def _session_routes(context: StaffContext) -> APIRouter:
    router = APIRouter()
    Member = Annotated[SignedIn, Depends(context.door.needs(None))]  # noqa: N806 (a type)
    desk = AccountDesk(context)

    @router.get(PATH)
    def show_account(signed_in: Member) -> Response:
        return desk.show(signed_in)

    @router.post(PATH + "/sessions")
    def end_session(signed_in: Member, session: TypedField = "") -> Response:
        return desk.end_sessions(signed_in, session)

    return router


class AccountDesk:
    """Shows a member their own account, and sets what they sign in with."""

    def __init__(self, context: StaffContext) -> None:
        self._context, self._pages = context, context.pages

    def show(self, signed_in: SignedIn) -> Response:
        """The account: what is set, and where one is signed in."""
        holder = Holder(HolderKind.STAFF, signed_in.member.id)
        with reading(self._context.engine) as conn:
            credentials = credentials_of(conn, signed_in.member.id)
            sessions = sessions_of(conn, holder, self._context.clock())
        return self._pages.page(
            "staff/account.html",
            private=True,
            member=signed_in.member,
            credentials=credentials,
            sessions=shown_sessions(sessions, signed_in.session.id if signed_in.session else ""),
        )

    def show_password(self, signed_in: SignedIn, errors: dict[str, str] | None = None) -> Response:
        """The form of a new password."""
        with reading(self._context.engine) as conn:
            has_password = credentials_of(conn, signed_in.member.id).password_hash is not None
        return self._pages.page(
            "staff/password.html",
            private=True,
            status=422 if errors else 200,
            member=signed_in.member,
            has_password=has_password,
            errors=errors or {},
        )

    def change_password(self, signed_in: SignedIn, current: str, password: str, again: str) -> Response:
        """Take another password. Every other session of the member ends."""
        context, member, errors = self._context, signed_in.member, {}
        with reading(context.engine) as conn:
            kept = credentials_of(conn, member.id).password_hash
        if kept is not None and not context.authentication.passwords.matches(current[: LONGEST_PASSWORD + 1], kept):
            errors["current"] = "This is not your present password."
        if mistake := password_mistake(password, again):
            errors["password"] = mistake
        if errors:
            return self.show_password(signed_in, errors)
        password_hash = context.authentication.passwords.hash(password)
        with changing(context.engine, signed_in.actor, context.clock()) as change:
            keep_password(change, member, password_hash)
            this = signed_in.session.id if signed_in.session else None
            end_sessions_of(change.conn, Holder(HolderKind.STAFF, member.id), but=this)
        return RedirectResponse(PATH, 303)

    def show_second_factor(self, signed_in: SignedIn, sealed: str | None = None, mistake: str = "") -> Response:
        """The page with a QR code for another app or phone."""
        offered = offer_secret(
            self._context.authentication.box, signed_in.member, self._pages.organisation.name, sealed
        )
        return self._pages.page(
            "staff/second_factor.html",
            private=True,
            status=422 if mistake else 200,
            member=signed_in.member,
            offered=offered,
            errors={"code": mistake} if mistake else {},
        )

    def change_second_factor(self, signed_in: SignedIn, sealed: str, code: str) -> Response:
        """Take another second factor, and show new recovery codes once."""
        context, now = self._context, self._context.clock()
        step = proved_step(context.authentication.box, signed_in.member, sealed, code, now)
        if step is None:
            return self.show_second_factor(signed_in, sealed, WRONG_CODE)
        codes = make_recovery_codes(context.authentication.passwords)
        with changing(context.engine, signed_in.actor, now) as change:
            keep_second_factor(change, signed_in.member, sealed, step)
            keep_recovery_codes(change, signed_in.member, codes)
        return self._show_codes(signed_in, codes.shown)

    def ask_for_codes(self, signed_in: SignedIn) -> Response:
        """A page that says that the present codes will work no more."""
        with reading(self._context.engine) as conn:
            left = credentials_of(conn, signed_in.member.id).codes_left
        return self._pages.page("staff/new_codes.html", private=True, member=signed_in.member, left=left)

    def make_codes(self, signed_in: SignedIn) -> Response:
        """Make new recovery codes, and show them once."""
        codes = make_recovery_codes(self._context.authentication.passwords)
        with changing(self._context.engine, signed_in.actor, self._context.clock()) as change:
            keep_recovery_codes(change, signed_in.member, codes)
        return self._show_codes(signed_in, codes.shown)

    def end_sessions(self, signed_in: SignedIn, session: str) -> Response:
        """End one session of one's own, or (`others`) all but this one."""
        holder, this = Holder(HolderKind.STAFF, signed_in.member.id), signed_in.session
        if session != "others" and not _SESSION_ID.fullmatch(session):
            raise NotFound
        with changing(self._context.engine, signed_in.actor, self._context.clock()) as change:
            if session == "others":
                ended = end_sessions_of(change.conn, holder, but=this.id if this else None)
            else:
                ended = int(end_session_named(change.conn, holder, session))
            change.record("staff.end_sessions", Subject("staff_member", holder.id), before={"sessions": ended})
        return RedirectResponse(PATH, 303)

    def _show_codes(self, signed_in: SignedIn, codes: list[str]) -> Response:
        return self._pages.page(
            "staff/recovery_codes.html", private=True, member=signed_in.member, codes=codes, to=PATH
        )

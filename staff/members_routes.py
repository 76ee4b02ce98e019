"""The desk's pages of members of staff: list, invite, role and campaigns, disable, remove, reset."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from sqlalchemy.engine import Connection
from starlette.responses import RedirectResponse, Response

from database.transactions import reading
from staff import managing, store
from staff.changing import Change, changing
from staff.context import StaffContext
from staff.door import SignedIn
from staff.letters import post_staff_link
from staff.member import StaffMember
from staff.permissions import Permission
from staff.role import Role
from staff.session_words import ShownSession, shown_sessions
from staff.sign_in import NotAnEmail, SignInLink, invited, link_address
from staff.sign_in_routes import TypedField
from staff.views import MemberRow, member_row, member_rows
from web.errors import NotFound, Refusal, Trouble
from web.sessions import Holder, HolderKind, sessions_of
from web.typed import NotTidy, tidy

PATH = "/desk/staff"
LONGEST_NAME = 120
ROLES: Mapping[Role, str] = {
    Role.OWNER: "Everything, staff and keys too.",
    Role.TREASURER: "Money, documents and campaigns. No staff.",
    Role.ORGANISER: "The campaigns that you choose: texts, pictures and totals. No donors' addresses, no money.",
    Role.AUDITOR: "Sees everything, changes nothing.",
}


@dataclass(frozen=True, slots=True)
class Ask:
    """Something that can be done to a member, after a page that asks whether it should be."""

    title: str
    consequence: str
    button: str
    do: Callable[[Change, StaffMember], SignInLink | None]


ASKS: Mapping[str, Ask] = {
    "disable": Ask(
        "Disable {0}?",
        "{0} is signed out at once and cannot sign in until you enable them again. Nothing of theirs is lost.",
        "Disable",
        managing.disable,
    ),
    "enable": Ask("Enable {0}?", "{0} can sign in again, as before.", "Enable", managing.enable),
    "remove": Ask(
        "Remove {0}?",
        "{0} is signed out at once and leaves the list. Their password, second factor and campaigns are forgotten;"
        " their name stays beside what they did.",
        "Remove",
        managing.remove,
    ),
    "reset": Ask(
        "Reset how {0} signs in?",
        "For somebody who has lost their password or their phone. {0} is signed out at once, the password and the"
        " second factor are forgotten, and you get a link with which they set new ones.",
        "Reset",
        managing.reset,
    ),
    "end-sessions": Ask(
        "Sign {0} out everywhere?",
        "Every session of {0} ends at once. They can sign in again.",
        "Sign out everywhere",
        managing.end_sessions,
    ),
}


class NotYourself(Refusal):
    """An owner who would shut themselves out."""

    trouble = Trouble(
        409,
        "You cannot do that to yourself",
        "You would be signed out of the desk in the middle of it. Nothing was changed.",
        "Ask another owner to do it.",
    )


def members_routes(context: StaffContext) -> APIRouter:
    """`/desk/staff` and a page for each member."""
    router = APIRouter()
    door = context.door
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_STAFF))]  # noqa: N806 (a type)
    Owner = Annotated[SignedIn, Depends(door.needs(Permission.MANAGE_STAFF, recent=True))]  # noqa: N806 (a type)
    Campaigns = Annotated[list[str] | None, Form(max_length=1000)]  # noqa: N806 (a type)
    desk = MembersDesk(context)

    @router.get(PATH)
    def list_members(reader: Reader) -> Response:
        return desk.list(reader)

    @router.get(PATH + "/invite")
    def show_invite(owner: Owner) -> Response:
        return desk.show_invite(owner, {}, {})

    @router.post(PATH + "/invite")
    def invite_member(owner: Owner, email: TypedField = "", name: TypedField = "", role: TypedField = "") -> Response:
        return desk.invite(owner, email, name, role)

    @router.get(PATH + "/{identity}")
    def show_member(reader: Reader, identity: str) -> Response:
        return desk.show(reader, identity)

    @router.get(PATH + "/{identity}/work")
    def show_work(owner: Owner, identity: str) -> Response:
        return desk.show_work(owner, identity)

    @router.post(PATH + "/{identity}/work")
    def change_work(owner: Owner, identity: str, role: TypedField = "", campaign: Campaigns = None) -> Response:
        return desk.change_work(owner, identity, role, campaign or [])

    router.include_router(_ask_routes(context))
    return router


def _ask_routes(context: StaffContext) -> APIRouter:
    router = APIRouter()
    Owner = Annotated[SignedIn, Depends(context.door.needs(Permission.MANAGE_STAFF, recent=True))]  # noqa: N806 (a type)
    desk = MembersDesk(context)

    @router.get(PATH + "/{identity}/{act}")
    def ask(owner: Owner, identity: str, act: str) -> Response:
        return desk.ask(owner, identity, act)

    @router.post(PATH + "/{identity}/{act}")
    def do(owner: Owner, identity: str, act: str) -> Response:
        return desk.do(owner, identity, act)

    return router


class MembersDesk:
    """Shows members of staff, and does to them what an owner asks for."""

    def __init__(self, context: StaffContext) -> None:
        self._context, self._pages = context, context.pages

    def list(self, reader: SignedIn) -> Response:
        """Everybody, by name."""
        with reading(self._context.engine) as conn:
            rows = member_rows(conn)
        return self._pages.page("staff/members.html", private=True, member=reader.member, rows=rows)

    def show_invite(
        self, owner: SignedIn, typed: Mapping[str, str], errors: Mapping[str, str], status: int = 200
    ) -> Response:
        """The form of an invitation."""
        form = {"email": "", "name": "", "role": "", **typed}
        return self._pages.page(
            "staff/invite.html", private=True, status=status, member=owner.member, form=form, errors=errors, roles=ROLES
        )

    def invite(self, owner: SignedIn, email: str, name: str, role: str) -> Response:
        """Invite somebody, and show the link once."""
        typed, errors = {"email": email, "name": name, "role": role}, {}
        try:
            name = tidy(name, LONGEST_NAME)
        except NotTidy as mistake:
            errors["name"] = str(mistake)
        if role not in list(Role):
            errors["role"] = "Choose what they are there for."
        if not email.strip():
            errors["email"] = "Write the email address of the person you invite."
        if errors:
            return self.show_invite(owner, typed, errors, 422)
        now = self._context.clock()
        try:
            with changing(self._context.engine, owner.actor, now) as change:
                known = store.member_by_email(change.conn, email.strip().lower())
                if known is not None:
                    errors["email"] = f"{known.name} is a member of staff already. Change their role on their page."
                    raise NotAnEmail(errors["email"])
                link = invited(change, email, name, Role(role))
                post_staff_link(change.conn, self._pages, link.member, link, now, invited_by=owner.member.name)
        except NotAnEmail as mistake:
            return self.show_invite(owner, typed, {"email": str(mistake)}, 422)
        return self._show_link(owner, link)

    def show(self, reader: SignedIn, identity: str) -> Response:
        """One member: role, campaigns, sessions."""
        with reading(self._context.engine) as conn:
            row, sessions, campaigns = (
                self._row(conn, identity),
                self._sessions(conn, identity),
                self._context.campaign_titles(conn),
            )
            theirs = store.campaigns_of(conn, identity)
        return self._pages.page(
            "staff/member.html",
            private=True,
            member=reader.member,
            row=row,
            explained=ROLES[row.member.role],
            sessions=sessions,
            campaigns=[title for number, title in campaigns.items() if number in theirs],
        )

    def show_work(self, owner: SignedIn, identity: str, errors: Mapping[str, str] | None = None) -> Response:
        """The form of role and campaigns."""
        with reading(self._context.engine) as conn:
            row, titles, theirs = (
                self._row(conn, identity),
                self._context.campaign_titles(conn),
                store.campaigns_of(conn, identity),
            )
        return self._pages.page(
            "staff/work.html",
            private=True,
            status=422 if errors else 200,
            member=owner.member,
            row=row,
            roles=ROLES,
            titles=titles,
            theirs=theirs,
            errors=errors or {},
        )

    def change_work(self, owner: SignedIn, identity: str, role: str, campaigns: Sequence[str]) -> Response:
        """Give a member another role or other campaigns. Raises LastOwner."""
        if role not in list(Role):
            return self.show_work(owner, identity, {"role": "Choose one of the roles."})
        with changing(self._context.engine, owner.actor, self._context.clock()) as change:
            member, titles = self._row(change.conn, identity).member, self._context.campaign_titles(change.conn)
            wanted = {int(text) for text in campaigns if text.isascii() and text.isdecimal() and len(text) < 10}
            if not wanted <= set(titles):
                raise NotFound
            managing.change_work(change, member, Role(role), wanted)
        return RedirectResponse(f"{PATH}/{identity}", 303)

    def ask(self, owner: SignedIn, identity: str, act: str) -> Response:
        """A page that asks once more, and says what follows."""
        asked = _asked(act)
        with reading(self._context.engine) as conn:
            member = self._row(conn, identity).member
        return self._pages.page(
            "staff/ask.html",
            private=True,
            member=owner.member,
            of=member,
            act=act,
            title=asked.title.format(member.name),
            consequence=asked.consequence.format(member.name),
            button=asked.button,
        )

    def do(self, owner: SignedIn, identity: str, act: str) -> Response:
        """Do it. Raises LastOwner and NotYourself."""
        asked = _asked(act)
        if identity == owner.member.id:
            raise NotYourself
        with changing(self._context.engine, owner.actor, self._context.clock()) as change:
            member = self._row(change.conn, identity).member
            link = asked.do(change, member)
            if link is not None:
                post_staff_link(change.conn, self._pages, member, link, change.now, invited_by=owner.member.name)
        if link is not None:
            return self._show_link(owner, link)
        return RedirectResponse(PATH if act == "remove" else f"{PATH}/{identity}", 303)

    def _show_link(self, owner: SignedIn, link: SignInLink) -> Response:
        address = link_address(self._pages.base_url, link.code)
        return self._pages.page("staff/made_link.html", private=True, member=owner.member, of=link.member, link=address)

    def _row(self, conn: Connection, identity: str) -> MemberRow:
        row = member_row(conn, identity)
        if row is None:
            raise NotFound
        return row

    def _sessions(self, conn: Connection, identity: str) -> Sequence[ShownSession]:
        return shown_sessions(sessions_of(conn, Holder(HolderKind.STAFF, identity), self._context.clock()))


def _asked(act: str) -> Ask:
    if act not in ASKS:
        raise NotFound
    return ASKS[act]

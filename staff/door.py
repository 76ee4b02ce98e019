"""The door of the desk: who has signed in, and what their role lets them do."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import structlog
from sqlalchemy.engine import Engine
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp

from database.instants import Clock
from database.transactions import reading, writing
from staff.act import Actor, by_member
from staff.member import StaffMember
from staff.permissions import Permission
from staff.role import Role
from staff.store import campaigns_of, member_by_id
from web.client_address import address_of_client
from web.errors import NotFound, Refusal, SeeOther, Trouble, refusal_page
from web.headers import HeaderSets, WithHeaders
from web.pages import Pages
from web.security import SAFE_METHODS
from web.sessions import HolderKind, Session, SessionCookie, SessionStage, see_session, session_of

log = structlog.get_logger()
SIGN_IN, CONFIRM = "/desk/sign-in", "/desk/confirm"
DESK = "/desk"  # the address that everybody knows: it leads each role to its own first page
# Where a session that does not open the desk yet goes on.
NEXT_STEP = {SessionStage.CODE: f"{SIGN_IN}/code", SessionStage.LINK: f"{SIGN_IN}/password"}


class NotSignedIn(Refusal):
    """A request for the desk without a session of a member of staff, or with one that has ended."""

    template = "staff/sign_in.html"
    trouble = Trouble(
        403,
        "Sign in first",
        "Only members of staff see the desk. A session ends after an hour without use.",
        "Sign in again at /desk/sign-in.",
    )

    def __init__(self, to: str = "") -> None:
        super().__init__(values={"to": to, "email": "", "errors": {}})


class NotYourRole(Refusal):
    """A member of staff whose role does not allow this. The page keeps their menu."""

    template = "staff/not_your_role.html"
    trouble = Trouble(
        403,
        "Your role does not allow this",
        "Owners, treasurers and auditors see the desk's pages about money; only owners and treasurers change anything.",
        "If you need it, ask an owner to give you another role.",
    )

    def __init__(self, member: StaffMember) -> None:
        super().__init__(values={"member": member})


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A member of staff who has signed in, and the network address of their request.

    `campaigns` are the ids of those that an organiser looks after; it is empty for other roles, which see all.
    """

    member: StaffMember
    address: str | None
    campaigns: frozenset[int] = frozenset()
    session: Session | None = None

    @property
    def actor(self) -> Actor:
        """This member, as the log of acts names them."""
        return by_member(self.member, self.address)

    def may_see_campaign(self, campaign_id: int) -> bool:
        """Whether a campaign is theirs to see: an organiser's own alone, for other roles every one."""
        return self.member.role is not Role.ORGANISER or campaign_id in self.campaigns

    def require_campaign(self, campaign_id: int) -> None:
        """Raise NotFound for another organiser's campaign, as for one that is not there."""
        if not self.may_see_campaign(campaign_id):
            raise NotFound


class Door:
    """Lets members of staff through to the desk. A route says `Depends(door.needs(Permission.READ_MONEY))`."""

    def __init__(self, engine: Engine, clock: Clock, cookie: SessionCookie) -> None:
        self._engine, self._clock, self._cookie = engine, clock, cookie

    def needs(self, permission: Permission | None, *, recent: bool = False) -> Callable[[Request], SignedIn]:
        """A FastAPI dependency: who is at the desk, with a role that allows this. None: whoever has signed in.

        With `recent` they must have given a password or a code within the last ten minutes; else a page asks for it
        and leads back to the same path, which must have a page of its own. Raises NotSignedIn or NotYourRole.
        """

        def signed_in_with_permission(request: Request) -> SignedIn:
            signed_in = self._signed_in(request)
            if permission is not None and not signed_in.member.may(permission):
                if request.url.path == DESK and request.method in SAFE_METHODS:
                    raise SeeOther(signed_in.member.home)
                log.warning("role does not allow", member=signed_in.member.id, permission=permission.value)
                raise NotYourRole(signed_in.member)
            if recent and signed_in.session and not signed_in.session.is_recent(self._clock()):
                raise SeeOther(f"{CONFIRM}?{urlencode({'to': request.url.path})}")
            return signed_in

        # The test of the access matrix reads from each route which permission it asks for.
        signed_in_with_permission.permission = permission  # type: ignore[attr-defined]
        signed_in_with_permission.recent = recent  # type: ignore[attr-defined]
        return signed_in_with_permission

    def user_of(self, request: Request) -> SignedIn:
        """Who sends a request to a part that is no page of ours: one who may change money, unless it only reads."""
        reads = request.method in SAFE_METHODS
        return self.needs(Permission.READ_MONEY if reads else Permission.CHANGE_MONEY)(request)

    def session_of(self, request: Request) -> tuple[str, Session] | None:
        """The token and the session of a member of staff, at whatever stage; None without one."""
        token = self._cookie.read(request)
        with reading(self._engine) as conn:
            session = session_of(conn, token, self._clock())
        return (token, session) if token and session and _is_of_staff(session) else None

    def _signed_in(self, request: Request) -> SignedIn:
        token, now = self._cookie.read(request), self._clock()
        with reading(self._engine) as conn:
            session = session_of(conn, token, now)
            member = member_by_id(conn, session.holder.id) if session and _is_of_staff(session) else None
            is_organiser = member is not None and member.role is Role.ORGANISER
            campaigns = campaigns_of(conn, member.id) if member and is_organiser else frozenset[int]()
        if token is None or session is None or member is None:
            raise NotSignedIn(request.url.path if request.method == "GET" else "")
        if session.stage is not SessionStage.OPEN:
            raise SeeOther(NEXT_STEP[session.stage])
        if session.needs_seeing(now):
            with writing(self._engine) as conn:
                see_session(conn, token, now)
        return SignedIn(member, address_of_client(request), campaigns, session)


def _is_of_staff(session: Session) -> bool:
    return session.holder.kind is HolderKind.STAFF


class DeskGuard:
    """Keeps a part that is no page of ours, such as the sandbox's panel, for those who may use the desk."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        cookie = SessionCookie(pages.base_url)
        self._door, self._pages, self._headers = Door(engine, clock, cookie), pages, HeaderSets(https=cookie.secure)

    def refusal(self, request: Request) -> ASGIApp | None:
        """The error page for somebody who may not use the desk so; None for a member of staff."""
        try:
            self._door.user_of(request)
        except Refusal as refusal:
            return WithHeaders(refusal_page(self._pages, refusal), self._headers)
        except SeeOther as other:
            return WithHeaders(RedirectResponse(other.path, 303), self._headers)
        return None

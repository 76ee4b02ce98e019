"""The door of the desk: who has signed in, and what their role lets them do."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.engine import Engine
from starlette.requests import Request
from starlette.types import ASGIApp

from database.instants import Clock
from database.transactions import reading, writing
from staff.act import Actor, by_member
from staff.member import StaffMember
from staff.permissions import Permission
from staff.role import Role
from staff.store import campaigns_of, member_by_id
from web.errors import NotFound, Refusal, Trouble, error_page
from web.headers import HeaderSets, WithHeaders
from web.pages import Pages
from web.security import SAFE_METHODS
from web.sessions import HolderKind, SessionCookie, see_session, session_of


class NotSignedIn(Refusal):
    """A request for the desk without a session of a member of staff, or with one that has ended."""

    trouble = Trouble(
        403,
        "Sign in first",
        "Only members of staff who have signed in may see the desk. A session ends after an hour without use.",
        "Open your one-time link. For a new one, on the server: ./farthing staff add YOUR-EMAIL",
    )


class NotYourRole(Refusal):
    """A member of staff whose role does not allow this."""

    trouble = Trouble(
        403,
        "Your role does not allow this",
        "Owners, treasurers and auditors see the desk's pages about money; only owners and treasurers change anything.",
        "If you need it, ask an owner to give you another role.",
    )


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A member of staff who has signed in, and the network address of their request.

    `campaigns` are the ids of those that an organiser looks after; it is empty for other roles, which see all.
    """

    member: StaffMember
    address: str | None
    campaigns: frozenset[int] = frozenset()

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

    def needs(self, permission: Permission) -> Callable[[Request], SignedIn]:
        """A FastAPI dependency: who is at the desk, with a role that allows this; raises NotSignedIn or NotYourRole."""

        def signed_in_with_permission(request: Request) -> SignedIn:
            signed_in = self._signed_in(request)
            if not signed_in.member.may(permission):
                raise NotYourRole
            return signed_in

        # The test of the access matrix reads from each route which permission it asks for.
        signed_in_with_permission.permission = permission  # type: ignore[attr-defined]
        return signed_in_with_permission

    def user_of(self, request: Request) -> SignedIn:
        """Who sends a request to a part that is no page of ours: one who may change money, unless it only reads."""
        reads = request.method in SAFE_METHODS
        return self.needs(Permission.READ_MONEY if reads else Permission.CHANGE_MONEY)(request)

    def _signed_in(self, request: Request) -> SignedIn:
        token, now = self._cookie.read(request), self._clock()
        with reading(self._engine) as conn:
            session = session_of(conn, token, now)
            is_staff = session is not None and session.holder.kind is HolderKind.STAFF
            member = member_by_id(conn, session.holder.id) if session and is_staff else None
            is_organiser = member is not None and member.role is Role.ORGANISER
            campaigns = campaigns_of(conn, member.id) if member and is_organiser else frozenset[int]()
        if token is None or session is None or member is None:
            raise NotSignedIn
        if session.needs_seeing(now):
            with writing(self._engine) as conn:
                see_session(conn, token, now)
        return SignedIn(member, request.client.host if request.client else None, campaigns)


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
            return WithHeaders(error_page(self._pages, refusal.trouble), self._headers)
        return None

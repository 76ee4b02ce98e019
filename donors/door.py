"""The door of a donor's own pages: whoever has used a link from a letter."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection, Engine
from starlette.requests import Request

from database.instants import Clock
from database.transactions import reading, writing
from donors.donor import Donor
from donors.merge_store import ids_of_person
from donors.store import donor_by_id
from web.errors import SeeOther
from web.sessions import Holder, HolderKind, Session, SessionCookie, end_session, see_session, session_of, start_session

OWN_PAGE = "/giving"
ASK_FOR_LINK = f"{OWN_PAGE}/sign-in"
COOKIE = "giving"


@dataclass(frozen=True, slots=True)
class DonorVisit:
    """A donor who has opened their own pages. `donor_ids` are all by which they are kept."""

    donor: Donor
    session: Session
    donor_ids: Sequence[str]


class DonorDoor:
    """Lets donors through to their own pages. A route says `Depends(door.donor)`."""

    def __init__(self, engine: Engine, clock: Clock, base_url: str) -> None:
        self._engine, self._clock = engine, clock
        self.cookie = SessionCookie(base_url, COOKIE)

    def donor(self, request: Request) -> DonorVisit:
        """Whose pages these are. Raises SeeOther, to where a link can be asked for."""
        token, now = self.cookie.read(request), self._clock()
        with reading(self._engine) as conn:
            session = session_of(conn, token, now)
            is_donors = session is not None and session.holder.kind is HolderKind.DONOR
            ids = ids_of_person(conn, session.holder.id) if session and is_donors else []
            donor = donor_by_id(conn, ids[0]) if ids else None
        if token is None or session is None or donor is None:
            raise SeeOther(ASK_FOR_LINK)
        if session.needs_seeing(now):
            with writing(self._engine) as conn:
                see_session(conn, token, now)
        return DonorVisit(donor, session, ids)

    def open(self, conn: Connection, donor_id: str, old_token: str | None) -> str:
        """Start a session of this donor, in the place of the one that the browser had; returns its token."""
        if old_token is not None:
            end_session(conn, old_token)
        return start_session(conn, Holder(HolderKind.DONOR, donor_id), self._clock())

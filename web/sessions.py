"""Sessions of members of staff and donors: started at sign-in, known by a token of which only the hash is kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import Response

from database.questions import has_come
from web.tables import session

TOKEN_BYTES = 32
LONGEST = timedelta(hours=12)
IDLE = timedelta(hours=1)
SEEN_EVERY = timedelta(minutes=5)


class HolderKind(StrEnum):
    """Whose session it is. A donor's session never opens the desk, nor the reverse."""

    STAFF = "staff"
    DONOR = "donor"


@dataclass(frozen=True, slots=True)
class Holder:
    """A member of staff or a donor, by id."""

    kind: HolderKind
    id: str


@dataclass(frozen=True)
class Session:
    """Who is signed in, since when, when last seen, and until when at the latest."""

    holder: Holder
    started_at: datetime
    seen_at: datetime
    expires_at: datetime

    def is_alive(self, now: datetime) -> bool:
        """Whether it is still open: at most 12 hours old, and used within the last hour.

        One that was used in the future is closed: the clock was ahead, and it would stay open for as long.
        """
        return now < self.expires_at and -SEEN_EVERY < now - self.seen_at < IDLE

    def needs_seeing(self, now: datetime) -> bool:
        """Whether five minutes have passed since its use was noted: noting it on each page would be a write a page."""
        return now - self.seen_at >= SEEN_EVERY


def start_session(conn: Connection, holder: Holder, now: datetime) -> str:
    """Start a session and return its token, which is kept nowhere. Removes sessions that have ended."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    conn.execute(sa.delete(session).where(has_come(session.c.expires_at, now, LONGEST)))
    conn.execute(
        sa.insert(session).values(
            token_hash=_hash(token),
            holder_kind=holder.kind.value,
            holder_id=holder.id,
            started_at=now,
            seen_at=now,
            expires_at=now + LONGEST,
        )
    )
    return token


def session_of(conn: Connection, token: str | None, now: datetime) -> Session | None:
    """The open session of a token; None without a token, for a wrong token, and for an ended session."""
    if not token:
        return None
    row = conn.execute(sa.select(session).where(session.c.token_hash == _hash(token))).one_or_none()
    if row is None:
        return None
    holder = Holder(HolderKind(row.holder_kind), row.holder_id)
    kept = Session(holder, row.started_at, row.seen_at, row.expires_at)
    return kept if kept.is_alive(now) else None


def see_session(conn: Connection, token: str, now: datetime) -> None:
    """Note that a session is in use (when it `needs_seeing`)."""
    conn.execute(sa.update(session).where(session.c.token_hash == _hash(token)).values(seen_at=now))


def end_session(conn: Connection, token: str) -> None:
    """End a session: its token opens nothing from now on."""
    conn.execute(sa.delete(session).where(session.c.token_hash == _hash(token)))


class SessionCookie:
    """The cookie that carries the token.

    Over https its name begins with `__Host-`, so no other host or path can set it. Browsers drop such a cookie
    over plain http, which is for loopback only.
    """

    def __init__(self, base_url: str) -> None:
        self.secure = urlsplit(base_url).scheme == "https"
        self.name = "__Host-session" if self.secure else "session"

    def read(self, request: Request) -> str | None:
        """The token that the browser sent."""
        return request.cookies.get(self.name)

    def put(self, response: Response, token: str) -> None:
        """Give the browser a token, until it is closed."""
        response.set_cookie(self.name, token, path="/", secure=self.secure, httponly=True, samesite="lax")

    def drop(self, response: Response) -> None:
        """Tell the browser to forget its token."""
        response.delete_cookie(self.name, path="/", secure=self.secure, httponly=True, samesite="lax")


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()

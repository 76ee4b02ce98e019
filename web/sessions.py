"""Sessions of members of staff and donors: started at sign-in, known by a token of which only the hash is kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import Response

from database.questions import has_come
from web.tables import session
from web.typed import clipped

TOKEN_BYTES = 32
LONGEST = timedelta(hours=12)
IDLE = timedelta(hours=1)
SEEN_EVERY = timedelta(minutes=5)
RECENT = timedelta(minutes=10)
LONGEST_BROWSER = 200  # characters of what a browser calls itself


class SessionStage(StrEnum):
    """How far its holder has come: only an open session opens the desk.

    CODE: the password was right, and a code of the second factor is due. LINK: a one-time link was used, and a
    password and a second factor have to be set, or a code given.
    """

    OPEN = "open"
    CODE = "code"
    LINK = "link"


class HolderKind(StrEnum):
    """Whose session it is. A donor's session never opens the desk, nor the reverse."""

    STAFF = "staff"
    DONOR = "donor"


@dataclass(frozen=True, slots=True)
class Holder:
    """A member of staff or a donor, by id."""

    kind: HolderKind
    id: str


@dataclass(frozen=True, slots=True)
class Device:
    """Where a session was started: the network address, and what the browser calls itself."""

    address: str | None = None
    browser: str | None = None


NO_DEVICE = Device()


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in, since when, when last seen, and until when at the latest.

    `id` names it in a list; it opens nothing. `confirmed_at` is when its holder last gave a password or a code.
    """

    id: str
    holder: Holder
    stage: SessionStage
    started_at: datetime
    confirmed_at: datetime
    seen_at: datetime
    expires_at: datetime
    device: Device

    def is_alive(self, now: datetime) -> bool:
        """Whether it is still open: at most 12 hours old, and used within the last hour.

        One that was used in the future is closed: the clock was ahead, and it would stay open for as long.
        """
        return now < self.expires_at and -SEEN_EVERY < now - self.seen_at < IDLE

    def is_recent(self, now: datetime) -> bool:
        """Whether its holder has given a password or a code within the last ten minutes."""
        return -SEEN_EVERY < now - self.confirmed_at < RECENT

    def needs_seeing(self, now: datetime) -> bool:
        """Whether five minutes have passed since its use was noted: noting it on each page would be a write a page."""
        return now - self.seen_at >= SEEN_EVERY


def start_session(
    conn: Connection,
    holder: Holder,
    now: datetime,
    stage: SessionStage = SessionStage.OPEN,
    device: Device = NO_DEVICE,
    lifetime: timedelta = LONGEST,
) -> str:
    """Start a session and return its token, which is kept nowhere. Removes sessions that have ended."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    conn.execute(sa.delete(session).where(has_come(session.c.expires_at, now, LONGEST)))
    conn.execute(
        sa.insert(session).values(
            token_hash=_hash(token),
            holder_kind=holder.kind.value,
            holder_id=holder.id,
            stage=stage.value,
            started_at=now,
            confirmed_at=now,
            seen_at=now,
            expires_at=now + lifetime,
            address=device.address,
            browser=device.browser and clipped(device.browser, LONGEST_BROWSER),
        )
    )
    return token


def session_of(conn: Connection, token: str | None, now: datetime) -> Session | None:
    """The open session of a token; None without a token, for a wrong token, and for an ended session."""
    if not token:
        return None
    row = conn.execute(sa.select(session).where(session.c.token_hash == _hash(token))).one_or_none()
    kept = row and _session(row)
    return kept if kept and kept.is_alive(now) else None


def sessions_of(conn: Connection, holder: Holder, now: datetime) -> list[Session]:
    """The sessions of a holder that have not ended, the one that was used last first."""
    rows = conn.execute(sa.select(session).where(*_of(holder)).order_by(session.c.seen_at.desc(), session.c.token_hash))
    return [kept for kept in map(_session, rows) if kept.is_alive(now)]


def end_sessions_of(conn: Connection, holder: Holder, *, but: str | None = None) -> int:
    """End every session of a holder, `but` the one with this id; returns how many ended."""
    kept = [] if but is None else [session.c.token_hash != bytes.fromhex(but)]
    return conn.execute(sa.delete(session).where(*_of(holder), *kept)).rowcount


def end_session_named(conn: Connection, holder: Holder, identity: str) -> bool:
    """End the session of a holder that has this id; False when there is none."""
    named = session.c.token_hash == bytes.fromhex(identity)
    return conn.execute(sa.delete(session).where(*_of(holder), named)).rowcount == 1


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

    def __init__(self, base_url: str, name: str = "session") -> None:
        """`name` tells cookies apart, so that a treasurer who gives keeps the desk beside their own donations."""
        self.secure = urlsplit(base_url).scheme == "https"
        self.name = f"__Host-{name}" if self.secure else name

    def read(self, request: Request) -> str | None:
        """The token that the browser sent."""
        return request.cookies.get(self.name)

    def put(self, response: Response, token: str, seconds: int | None = None) -> None:
        """Give the browser a token, for so many seconds; without them until it is closed."""
        response.set_cookie(self.name, token, seconds, path="/", secure=self.secure, httponly=True, samesite="lax")

    def drop(self, response: Response) -> None:
        """Tell the browser to forget its token."""
        response.delete_cookie(self.name, path="/", secure=self.secure, httponly=True, samesite="lax")


def _of(holder: Holder) -> tuple[sa.ColumnElement[bool], ...]:
    return session.c.holder_kind == holder.kind.value, session.c.holder_id == holder.id


def _session(row: sa.Row[Any]) -> Session:
    return Session(
        row.token_hash.hex(),
        Holder(HolderKind(row.holder_kind), row.holder_id),
        SessionStage(row.stage),
        row.started_at,
        row.confirmed_at,
        row.seen_at,
        row.expires_at,
        Device(row.address, row.browser),
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()

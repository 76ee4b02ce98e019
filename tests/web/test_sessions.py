"""A session is known by a secret that only its browser has, and it ends."""

from datetime import datetime, timedelta
from hashlib import sha256

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import Response

from database.transactions import reading, writing
from tests.clock import FixedClock
from web.sessions import (
    IDLE,
    LONGEST,
    NO_DEVICE,
    SEEN_EVERY,
    Holder,
    HolderKind,
    Session,
    SessionCookie,
    SessionStage,
    end_session,
    see_session,
    session_of,
    start_session,
)
from web.tables import session

MOMENT = timedelta(seconds=1)
ADA, DONOR = Holder(HolderKind.STAFF, "1"), Holder(HolderKind.DONOR, "1")


def signed_in(engine: Engine, clock: FixedClock, holder: Holder = ADA) -> str:
    """The token of a new session."""
    with writing(engine) as conn:
        return start_session(conn, holder, clock())


def current(engine: Engine, token: str | None, clock: FixedClock) -> Session | None:
    """The session of a token now."""
    with reading(engine) as conn:
        return session_of(conn, token, clock())


def open_session(holder: Holder, now: datetime, token: str = "") -> Session:
    """A session that has just begun."""
    identity = sha256(token.encode()).hexdigest()
    return Session(identity, holder, SessionStage.OPEN, now, now, now, now + LONGEST, NO_DEVICE)


def test_a_token_opens_the_session_that_it_was_given_for(engine: Engine, clock: FixedClock) -> None:
    """Each sign-in has its own; a donor and a member of staff with one id are two holders."""
    tokens = [signed_in(engine, clock, holder) for holder in (ADA, DONOR)]

    sessions = [current(engine, token, clock) for token in tokens]

    assert sessions == [
        open_session(holder, clock(), token) for holder, token in zip((ADA, DONOR), tokens, strict=True)
    ]


@pytest.mark.parametrize("token", [None, "", "wrong", "é"])
def test_no_other_token_opens_anything(engine: Engine, clock: FixedClock, token: str | None) -> None:
    """Nothing, and nothing raised."""
    signed_in(engine, clock)

    assert current(engine, token, clock) is None


def test_the_database_does_not_know_the_token(engine: Engine, clock: FixedClock) -> None:
    """Who steals a backup cannot sign in with it."""
    token = signed_in(engine, clock)

    with reading(engine) as conn:
        (kept,) = conn.scalars(sa.select(session.c.token_hash))
    assert (len(kept), token.encode() in kept) == (32, False)


def test_a_session_ends_when_it_is_not_used(engine: Engine, clock: FixedClock) -> None:
    """After an hour, and not before."""
    token = signed_in(engine, clock)

    clock.advance(IDLE - MOMENT)
    assert current(engine, token, clock) is not None
    clock.advance(MOMENT)
    assert current(engine, token, clock) is None


def test_a_session_that_is_used_ends_all_the_same(engine: Engine, clock: FixedClock) -> None:
    """Twelve hours after sign-in, however busy."""
    token = signed_in(engine, clock)
    minutes = 0
    while (session_now := current(engine, token, clock)) is not None:
        assert session_now.needs_seeing(clock()) is (minutes > 0)
        with writing(engine) as conn:
            see_session(conn, token, clock())
        clock.advance(timedelta(minutes=30))
        minutes += 30

    assert timedelta(minutes=minutes) == LONGEST


def test_use_is_noted_now_and_then(clock: FixedClock) -> None:
    """Not on each page: reading must cost no write."""
    seen = open_session(ADA, clock())

    looks = [seen.needs_seeing(clock() + after) for after in (SEEN_EVERY - MOMENT, SEEN_EVERY)]
    assert looks == [False, True]


def test_signing_out_ends_it_at_once(engine: Engine, clock: FixedClock) -> None:
    """And leaves the others alone."""
    token, other = signed_in(engine, clock), signed_in(engine, clock)
    with writing(engine) as conn:
        end_session(conn, token)

    assert (current(engine, token, clock), current(engine, other, clock) is not None) == (None, True)


def test_old_sessions_are_swept_out(engine: Engine, clock: FixedClock) -> None:
    """By the next sign-in."""
    signed_in(engine, clock)
    clock.advance(LONGEST)
    signed_in(engine, clock)

    with reading(engine) as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(session)) == 1


@pytest.mark.parametrize(
    ("base_url", "written"),
    [
        ("https://give.example", "__Host-session=abc; HttpOnly; Path=/; SameSite=lax; Secure"),
        ("http://127.0.0.1:8000", "session=abc; HttpOnly; Path=/; SameSite=lax"),
    ],
)
def test_the_cookie_is_for_us_alone(base_url: str, written: str) -> None:
    """No script reads it, no other site sends it, and over https no other host can set it."""
    cookie, response = SessionCookie(base_url), Response()
    cookie.put(response, "abc")

    assert response.headers["set-cookie"] == written


def test_the_cookie_comes_back_and_can_be_dropped() -> None:
    """Under the same name."""
    cookie, response = SessionCookie("https://give.example"), Response()
    cookie.drop(response)
    request = Request({"type": "http", "headers": [(b"cookie", b"session=other; __Host-session=abc")]})

    assert cookie.read(request) == "abc"
    assert "Max-Age=0" in response.headers["set-cookie"]


def test_a_session_of_a_clock_that_was_ahead_is_closed(engine: Engine, clock: FixedClock) -> None:
    """It would stay open until that day; the next sign-in removes it."""
    clock.advance(timedelta(days=1800))
    token = signed_in(engine, clock)
    clock.advance(timedelta(days=-1800))

    assert current(engine, token, clock) is None
    signed_in(engine, clock)
    with reading(engine) as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(session)) == 1

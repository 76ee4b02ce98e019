"""A link lets one person in, once, for a while; what is kept of it opens nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from database.transactions import reading, writing
from tests.clock import FixedClock
from treasury.sign_in import INVITATION_LIFETIME, LINK_LIFETIME, NoSuchLink, NotAnEmail, invite, invited, sign_in
from treasury.tables import sign_in_link, treasurer
from web.sessions import session_of


def link_for(engine: Engine, clock: FixedClock, lifetime: timedelta = LINK_LIFETIME) -> str:
    """A link for the treasurer Ada."""
    with writing(engine) as conn:
        return invite(conn, "ada@example.org", "Ada", clock(), lifetime)


def test_a_link_begins_a_session_of_its_treasurer(engine: Engine, clock: FixedClock) -> None:
    """The session is the treasurer's, by id."""
    token = link_for(engine, clock)
    with writing(engine) as conn:
        whose = invited(conn, token, clock())
        session = session_of(conn, sign_in(conn, token, clock()), clock())

    assert session is not None
    assert (whose.email, session.treasurer_id) == ("ada@example.org", whose.id)


def test_a_link_works_once(engine: Engine, clock: FixedClock) -> None:
    """Who finds it later, in a terminal or a mailbox, finds nothing."""
    token = link_for(engine, clock)
    with writing(engine) as conn:
        sign_in(conn, token, clock())

    with writing(engine) as conn, pytest.raises(NoSuchLink):
        sign_in(conn, token, clock())


def test_of_two_presses_at_once_one_gets_in(engine: Engine, clock: FixedClock) -> None:
    """The database decides."""
    token = link_for(engine, clock)

    def press(_n: int) -> bool:
        try:
            with writing(engine) as conn:
                sign_in(conn, token, clock())
        except NoSuchLink:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(press, range(4))) == [False, False, False, True]


@pytest.mark.parametrize("lifetime", [LINK_LIFETIME, INVITATION_LIFETIME], ids=["link", "invitation"])
def test_a_link_runs_out(engine: Engine, clock: FixedClock, lifetime: timedelta) -> None:
    """It works until its last second."""
    token = link_for(engine, clock, lifetime)
    clock.advance(lifetime - timedelta(seconds=1))
    with reading(engine) as conn:
        assert invited(conn, token, clock()).name == "Ada"
        clock.advance(timedelta(seconds=1))
        with pytest.raises(NoSuchLink):
            invited(conn, token, clock())


@pytest.mark.parametrize("token", ["", "x", "é" * 50, "A" * 10_000])
def test_any_other_token_lets_nobody_in(engine: Engine, clock: FixedClock, token: str) -> None:
    """Whatever stands in the address."""
    link_for(engine, clock)
    with reading(engine) as conn, pytest.raises(NoSuchLink):
        invited(conn, token, clock())


def test_what_is_kept_of_a_link_does_not_open_it(engine: Engine, clock: FixedClock) -> None:
    """A copy of the database signs nobody in."""
    token = link_for(engine, clock)
    with reading(engine) as conn:
        [row] = conn.execute(sa.select(sign_in_link)).all()

    assert row.token_hash == sha256(token.encode()).digest()


def test_one_address_is_one_treasurer(engine: Engine, clock: FixedClock) -> None:
    """Invited again, in capitals, Ada is still Ada; links that have run out are swept away."""
    link_for(engine, clock)
    clock.advance(LINK_LIFETIME)
    with writing(engine) as conn:
        invite(conn, " ADA@Example.ORG ", "Somebody else", clock())

    with reading(engine) as conn:
        assert [tuple(row) for row in conn.execute(sa.select(treasurer.c.email, treasurer.c.name))] == [
            ("ada@example.org", "Ada")
        ]
        assert conn.scalar(sa.select(sa.func.count()).select_from(sign_in_link)) == 1


def test_a_treasurer_without_an_address_is_refused(engine: Engine, clock: FixedClock) -> None:
    """With what to type instead."""
    with writing(engine) as conn, pytest.raises(NotAnEmail, match=r"write it like name@example\.org"):
        invite(conn, "Ada", "Ada", clock())

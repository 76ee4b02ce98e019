"""Who guesses is stopped, by account and by network, on both databases; and nobody is locked out for good."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine

from database.engine import open_database
from database.transactions import writing
from staff.authentication import (
    OF_ACCOUNT,
    OF_CODES,
    OF_NETWORK,
    WINDOW,
    Authentication,
    TooManyAttempts,
    Visit,
    WrongCredentials,
)
from staff.passwords import Passwords
from staff.second_factor import SecretBox
from tests.clock import FixedClock
from tests.examples import examples
from tests.staff.desk_visitor import PASSWORD, Person, enters_code, enters_password, joins, visitor
from tests.staff.signing_in import ADA, authentication, link_token
from web.attempts_store import AttemptLimit, count_attempt
from web.sessions import Device

TRIES = examples(1_000)
FAST = AttemptLimit("test", 5, timedelta(minutes=15))


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    """One database is enough for what the machine, not the database, decides."""
    opened = open_database(sqlite_url, durable=False)
    yield opened
    opened.dispose()


@pytest.fixture
def ada(engine: Engine, clock: FixedClock) -> Person:
    """Ada, who has set everything up on another day."""
    person = joins(visitor(engine, clock), engine, clock)
    clock.advance(timedelta(days=1))
    return person


def guess(checks: Authentication, number: int, network: int, email: str = ADA) -> str:
    """Try a password from a network; says whether it was looked at."""
    visit = Visit(Device(f"203.0.{network // 250}.{network % 250}"), None)
    try:
        checks.enter_by_password(email, f"a guess, the {number}th", visit)
    except WrongCredentials:
        return "wrong"
    except TooManyAttempts:
        return "refused"
    return "right"


def test_of_a_thousand_guesses_ten_are_looked_at(sqlite_engine: Engine, clock: FixedClock) -> None:
    """From five hundred networks, within a quarter of an hour; then Ada comes in by her password and code."""
    client = visitor(sqlite_engine, clock)
    ada = joins(client, sqlite_engine, clock)
    clock.advance(timedelta(days=1))
    checks = authentication(sqlite_engine, clock)

    answers = [guess(checks, number, number % 500) for number in range(TRIES)]

    assert (answers.count("wrong"), answers.count("refused")) == (OF_ACCOUNT.most, TRIES - OF_ACCOUNT.most)
    assert enters_password(client).status_code == 429
    clock.advance(WINDOW)
    assert enters_password(client).status_code == 303
    assert enters_code(client, ada.code(clock)).status_code == 303


def test_one_network_cannot_try_many_accounts(engine: Engine, clock: FixedClock) -> None:
    """Each account once: after a hundred it is refused, and another network is not."""
    checks = authentication(engine, clock)

    answers = [guess(checks, number, 1, f"somebody{number}@example.org") for number in range(OF_NETWORK.most + 5)]

    assert answers == ["wrong"] * OF_NETWORK.most + ["refused"] * 5
    assert guess(checks, 0, 2, "somebody@example.org") == "wrong"


def test_codes_are_counted_with_passwords(ada: Person, engine: Engine, clock: FixedClock) -> None:
    """Who has the password cannot try a million codes; a link opens the way that is shut meanwhile."""
    client = visitor(engine, clock)
    enters_password(client)

    statuses = [enters_code(client, f"{number:06}").status_code for number in range(OF_CODES.most + 2)]

    assert statuses == [422] * OF_CODES.most + [429] * 2
    assert "Wait a quarter of an hour" in enters_code(client, ada.code(clock)).text
    assert client.post("/desk/sign-in/link", data={"link": link_token(engine, clock())}).status_code == 303


def test_many_at_once_are_no_way_around_the_limit(engine: Engine, clock: FixedClock) -> None:
    """Sixteen at the same moment: five are let through, on both databases."""
    meeting = Barrier(16)

    def attempt(_number: int) -> bool:
        meeting.wait()
        with writing(engine) as conn:
            return count_attempt(conn, FAST, "somebody", clock())

    with ThreadPoolExecutor(16) as threads:
        assert sum(threads.map(attempt, range(16))) == FAST.most


def test_getting_in_begins_the_count_anew(ada: Person, engine: Engine, clock: FixedClock) -> None:
    """A member who mistypes now and then is never refused."""
    client = visitor(engine, clock)
    for _ in range(3):
        for _ in range(OF_ACCOUNT.most - 2):
            assert enters_password(client, password="mistyped password").status_code == 422
        assert enters_password(client).status_code == 303
        clock.advance(timedelta(seconds=30))
        assert enters_code(client, ada.code(clock)).status_code == 303


def test_an_unknown_address_takes_as_long_as_a_known_one(sqlite_engine: Engine, clock: FixedClock) -> None:
    """With the real hasher: the quickest of eleven tries, in processor time, are alike: without it they are not."""
    checks = Authentication(sqlite_engine, clock, Passwords(), SecretBox(b"a key"))
    client = visitor(sqlite_engine, clock)
    joins(client, sqlite_engine, clock)
    kept = Passwords().hash(PASSWORD)
    with writing(sqlite_engine) as conn:
        conn.exec_driver_sql("UPDATE staff_password SET password_hash = ?", (kept,))
    took: dict[str, list[float]] = {ADA: [], "nobody@example.org": []}
    for number in range(11):
        for email, times in took.items():
            clock.advance(WINDOW)
            started = time.process_time()
            assert guess(checks, number, number, email) == "wrong"
            times.append(time.process_time() - started)

    known, unknown = (min(times) for times in took.values())

    assert unknown == pytest.approx(known, rel=0.5)

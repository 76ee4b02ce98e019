"""Sessions of staff: nobody can plant, keep or repeat what opens the desk."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from staff.role import Role
from tests.clock import FixedClock
from tests.engines import ON_SQLITE
from tests.staff.desk_visitor import (
    PASSWORD,
    Person,
    enters_code,
    enters_password,
    hidden,
    joins,
    place,
    visitor,
)
from tests.staff.signing_in import ADA, link_token, sign_in_as

BO = "bo@example.org"


@pytest.fixture
def client(engine: Engine, clock: FixedClock) -> TestClient:
    """Ada's browser, at the desk."""
    return visitor(engine, clock)


@pytest.fixture
def ada(client: TestClient, engine: Engine, clock: FixedClock) -> Person:
    """Ada, who has set everything up, half an hour ago."""
    person = joins(client, engine, clock)
    clock.advance(timedelta(minutes=30))
    return person


def is_open(client: TestClient) -> bool:
    """Whether the desk opens."""
    return client.get("/desk").status_code == 200


def race(press: Callable[[int], int]) -> list[int]:
    """Two presses at the same moment, by their statuses."""
    meeting = Barrier(2)

    def at_once(number: int) -> int:
        meeting.wait()
        return press(number)

    with ThreadPoolExecutor(2) as threads:
        return sorted(threads.map(at_once, range(2)))


def test_a_planted_session_never_becomes_an_open_one(ada: Person, engine: Engine, clock: FixedClock) -> None:
    """Mallory has Ada sign in on a token that Mallory knows, at each of the steps."""
    victim = visitor(engine, clock)
    planted = ["planted by mallory"]
    enters_password(victim, cookie=planted[0])
    planted.append(victim.cookies["session"])
    enters_code(victim, ada.code(clock))

    for token in planted:
        mallory = visitor(engine, clock)
        mallory.cookies.set("session", token)
        assert not is_open(mallory)
    assert is_open(victim)


def test_signing_in_again_ends_the_session_before(
    client: TestClient, ada: Person, engine: Engine, clock: FixedClock
) -> None:
    """Of that browser; a copy of the old cookie opens nothing."""
    old = client.cookies["session"]
    enters_password(client)
    enters_code(client, ada.code(clock))
    copied = visitor(engine, clock)
    copied.cookies.set("session", old)

    assert (is_open(client), is_open(copied)) == (True, False)


def test_signing_out_clears_what_the_browser_keeps(
    client: TestClient, ada: Person, engine: Engine, clock: FixedClock
) -> None:
    """And ends the session, also for a copy of the cookie."""
    old = client.cookies["session"]
    answer = client.post("/desk/sign-out")
    copied = visitor(engine, clock)
    copied.cookies.set("session", old)

    assert answer.headers["clear-site-data"] == '"cache", "cookies", "storage"'
    assert (is_open(client), is_open(copied)) == (False, False)


def test_a_code_of_the_app_is_taken_once(client: TestClient, ada: Person, engine: Engine, clock: FixedClock) -> None:
    """Who looks over a shoulder cannot use it after, nor the one before it."""
    code, before = ada.code(clock), ada.code(clock, -1)
    mallory = visitor(engine, clock)
    for visitor_now in (client, mallory):
        enters_password(visitor_now)

    assert enters_code(client, code).status_code == 303
    assert [enters_code(mallory, replayed).status_code for replayed in (code, before)] == [422, 422]


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_two_at_once_with_one_code_one_gets_in(ada: Person, engine: Engine, clock: FixedClock, kind: str) -> None:
    """Whether it is of the app or a recovery code: the database decides."""
    code = ada.code(clock) if kind == "app" else ada.codes[0]
    clients = [visitor(engine, clock) for _ in range(2)]
    for client in clients:
        enters_password(client)

    assert race(lambda number: enters_code(clients[number], code).status_code) == [303, 422]


def test_of_two_at_once_with_one_link_one_gets_in(engine: Engine, clock: FixedClock) -> None:
    """The other is told that the link does not work."""
    code = link_token(engine, clock())
    clients = [visitor(engine, clock) for _ in range(2)]
    for client in clients:  # FastAPI builds its routes at the first request, which is no race of ours
        client.post("/desk/sign-in/link", data={"link": ""})

    assert race(lambda number: clients[number].post("/desk/sign-in/link", data={"link": code}).status_code) == [
        303,
        404,
    ]


def test_a_session_can_be_ended_from_another_browser(
    client: TestClient, ada: Person, engine: Engine, clock: FixedClock
) -> None:
    """One's own are listed with their browsers; a stranger's cannot be named."""
    other = visitor(engine, clock)
    other.headers["user-agent"] = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
    enters_password(other)
    enters_code(other, ada.code(clock))
    page = client.get("/desk/account").text
    stranger = visitor(engine, clock)
    sign_in_as(stranger, engine, clock(), Role.TREASURER, BO)

    assert "Firefox on Android" in page
    stranger.post("/desk/account/sessions", data={"session": hidden(page, "session")})
    assert is_open(other)
    client.post("/desk/account/sessions", data={"session": hidden(page, "session")})
    assert (is_open(client), is_open(other)) == (True, False)


def test_another_password_ends_every_other_session(
    client: TestClient, ada: Person, engine: Engine, clock: FixedClock
) -> None:
    """Whoever has got in stays out; the present password is asked for."""
    other = visitor(engine, clock)
    enters_password(other)
    enters_code(other, ada.code(clock))
    client.post("/desk/confirm", data={"secret": PASSWORD})
    new = {"password": "an even better one", "again": "an even better one"}

    assert client.post("/desk/account/password", data=new | {"current": "wrong"}).status_code == 422
    assert client.post("/desk/account/password", data=new | {"current": PASSWORD}).status_code == 303
    assert (is_open(client), is_open(other)) == (True, False)
    assert [enters_password(other, ADA, typed).status_code for typed in (PASSWORD, new["again"])] == [422, 303]


@ON_SQLITE
@pytest.mark.parametrize(
    "path",
    ["/desk/staff/invite", "/desk/account/password", "/desk/account/second-factor", "/desk/account/recovery-codes"],
)
def test_what_matters_asks_for_password_or_code_once_more(
    client: TestClient, ada: Person, clock: FixedClock, path: str
) -> None:
    """For ten minutes; then again. Nothing is done meanwhile, and the session gets a new token."""
    before = client.cookies["session"]
    for method in (client.get, client.post):
        assert place(method(path)) == f"/desk/confirm?to={path}"
    assert client.post("/desk/confirm", data={"secret": "wrong", "to": path}).status_code == 422
    assert place(client.post("/desk/confirm", data={"secret": PASSWORD, "to": path})) == path
    assert client.get(path).status_code == 200
    assert client.cookies["session"] != before
    clock.advance(timedelta(minutes=10))
    assert place(client.get(path)) == f"/desk/confirm?to={path}"
    assert place(client.post("/desk/confirm", data={"secret": ada.code(clock), "to": path})) == path


def test_new_recovery_codes_end_the_old_ones(
    client: TestClient, ada: Person, engine: Engine, clock: FixedClock
) -> None:
    """They are shown once, and their number on the account."""
    client.post("/desk/confirm", data={"secret": PASSWORD})
    page = client.post("/desk/account/recovery-codes").text
    other = visitor(engine, clock)
    enters_password(other)

    assert ada.codes[0] not in page
    assert enters_code(other, ada.codes[0]).status_code == 422
    assert "10 left of 10" in client.get("/desk/account").text

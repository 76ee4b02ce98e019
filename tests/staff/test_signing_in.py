"""From the first link to the desk, and every day after: a password and a code, and nothing less."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from database.transactions import reading
from staff.authentication import Authentication
from staff.passwords import Passwords
from staff.routes import staff_routes
from staff.second_factor import SecretBox
from staff.tables import recovery_code, second_factor, staff_password
from tests.clock import FixedClock
from tests.staff.desk_visitor import (
    BASE_URL,
    PASSWORD,
    Person,
    enters_code,
    enters_password,
    hidden,
    joins,
    place,
    typed_key,
    visitor,
)
from tests.staff.signing_in import ADA, link_token
from tests.web.samples import pages
from web.errors import install_errors

DESK, CODE = "/desk", "/desk/sign-in/code"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The pages are the same on both databases; what they decide is tried on both beside this."""
    return sqlite_url


@pytest.fixture
def ada(engine: Engine, clock: FixedClock) -> Person:
    """Ada, who has set everything up on another day."""
    person = joins(visitor(engine, clock), engine, clock)
    clock.advance(timedelta(days=1))
    return person


@pytest.fixture
def client(engine: Engine, clock: FixedClock) -> TestClient:
    """A browser without a session."""
    return visitor(engine, clock)


def test_a_link_leads_over_a_password_and_an_app_to_the_desk(
    client: TestClient, engine: Engine, clock: FixedClock
) -> None:
    """Ten recovery codes are shown, and what is kept of all of it opens nothing."""
    person = joins(client, engine, clock)

    assert client.get(DESK).status_code == 200
    assert len(set(person.codes)) == 10
    with reading(engine) as conn:
        kept = [conn.execute(sa.select(table)).all() for table in (staff_password, second_factor, recovery_code)]
    secrets = [PASSWORD, person.secret, *person.codes, *(code.replace("-", "") for code in person.codes)]
    assert [secret for secret in secrets if secret in str(kept)] == []
    assert "$argon2id$" in str(kept)


def test_a_link_alone_opens_nothing(client: TestClient, engine: Engine, clock: FixedClock) -> None:
    """The desk sends its visitor back to what is missing, one thing after the other."""
    client.post("/desk/sign-in/link", data={"link": link_token(engine, clock())})

    assert place(client.get(DESK)) == "/desk/sign-in/password"
    assert place(client.get("/desk/sign-in/second-factor")) == "/desk/sign-in/password"
    client.post("/desk/sign-in/password", data={"password": PASSWORD, "again": PASSWORD})
    assert place(client.get(DESK)) == CODE
    assert place(client.get(CODE)) == "/desk/sign-in/second-factor"
    assert place(client.post("/desk/account/password", data={})) == CODE


def test_in_a_demonstration_a_link_alone_opens_the_desk(engine: Engine, clock: FixedClock) -> None:
    """The page says that it is one, and the account offers what is due elsewhere."""
    client = visitor(engine, clock, demonstration=True)
    said = client.get("/desk/sign-in/link").text
    assert place(client.post("/desk/sign-in/link", data={"link": link_token(engine, clock())})) == DESK

    assert "demonstration" in said
    assert "Set a password and a second factor" in client.get("/desk/account").text


def test_the_whole_link_may_be_pasted(client: TestClient, engine: Engine, clock: FixedClock) -> None:
    """Without scripts nobody takes it apart; and an empty field says what to do."""
    code = link_token(engine, clock())

    assert client.post("/desk/sign-in/link", data={"link": " "}).status_code == 422
    pasted = f" http://127.0.0.1/desk/sign-in/link#{code}\n"
    assert client.post("/desk/sign-in/link", data={"link": pasted}).status_code == 303
    assert client.post("/desk/sign-in/link", data={"link": pasted}).status_code == 404


def test_a_password_and_a_code_open_the_desk(client: TestClient, ada: Person, clock: FixedClock) -> None:
    """And lead to the page that was asked for."""
    asked = client.get("/desk/payouts")
    assert (asked.status_code, hidden(asked.text, "to")) == (403, "/desk/payouts")

    first = enters_password(client, " ADA@example.org", to="/desk/payouts")
    assert place(first) == f"{CODE}?to=/desk/payouts"
    assert client.get(DESK).status_code == 303
    second = client.post(CODE, data={"code": ada.code(clock), "to": "/desk/payouts"})

    assert (place(second), client.get(DESK).status_code) == ("/desk/payouts", 200)


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example",
        "//evil.example",
        "/desk/sign-out",
        "/desk\\evil",
        "javascript:1",
        "/desk/../thanks",
        "/desk/.",
    ],
)
def test_signing_in_leads_nowhere_else(client: TestClient, ada: Person, clock: FixedClock, to: str) -> None:
    """Whatever the form says."""
    enters_password(client, to=to)

    assert place(client.post(CODE, data={"code": ada.code(clock), "to": to})) == DESK


@pytest.mark.parametrize(
    ("email", "password"), [(ADA, "wrong"), ("nobody@example.org", PASSWORD), ("", ""), (ADA, PASSWORD.upper())]
)
def test_a_wrong_password_and_an_unknown_address_get_one_answer(
    client: TestClient, ada: Person, email: str, password: str
) -> None:
    """The same words and the same status, and what was typed as an address is kept."""
    answer = enters_password(client, email, password)

    assert (answer.status_code, "session" in client.cookies) == (422, False)
    assert "The email address or the password is wrong." in answer.text
    assert f'value="{email}"' in answer.text


@pytest.mark.parametrize("code", ["", "000000", "abcd-efgh-2345", "1" * 900, "\uff11\uff12\uff13\uff14\uff15\uff16"])
def test_a_wrong_code_opens_nothing(client: TestClient, ada: Person, code: str) -> None:
    """Neither of the app nor a recovery code that nobody was given."""
    enters_password(client)

    assert (enters_code(client, code).status_code, client.get(DESK).status_code) == (422, 303)


def test_a_recovery_code_opens_the_desk_once(client: TestClient, ada: Person, clock: FixedClock) -> None:
    """Typed without its hyphens, in capitals."""
    statuses = []
    for _ in range(2):
        enters_password(client)
        statuses.append(enters_code(client, ada.codes[3].replace("-", " ").upper()).status_code)

    assert statuses == [303, 422]


def test_a_code_is_good_for_a_neighbouring_half_minute_and_no_longer(
    client: TestClient, ada: Person, clock: FixedClock
) -> None:
    """Clocks of phones differ a little."""
    enters_password(client)

    assert [enters_code(client, ada.code(clock, steps)).status_code for steps in (-2, 2, 1)] == [422, 422, 303]


def test_a_forgotten_password_is_set_by_a_link_and_the_code_is_due_all_the_same(
    client: TestClient, ada: Person, engine: Engine, clock: FixedClock
) -> None:
    """Who has the mailbox has not the phone."""
    client.post("/desk/sign-in/link", data={"link": link_token(engine, clock())})
    client.post("/desk/sign-in/password", data={"password": "another good password", "again": "another good password"})

    assert place(client.get(DESK)) == CODE
    assert place(client.get("/desk/sign-in/second-factor")) == CODE
    assert enters_code(client, ada.code(clock)).status_code == 303
    assert enters_password(visitor(engine, clock)).status_code == 422


@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [
        ("short", "short", "12 characters or more"),
        ("1q2w3e4r5t6y", "1q2w3e4r5t6y", "on the lists that thieves try first"),
        ("UNBELIEVABLE", "UNBELIEVABLE", "on the lists that thieves try first"),
        ("x" * 257, "x" * 257, "256 characters or fewer"),
        ("correct horse", "correct house", "twice"),
    ],
)
def test_length_and_a_list_are_the_only_rules(
    client: TestClient, engine: Engine, clock: FixedClock, password: str, again: str, sentence: str
) -> None:
    """Each refusal says what to do; nothing is kept."""
    client.post("/desk/sign-in/link", data={"link": link_token(engine, clock())})
    answer = client.post("/desk/sign-in/password", data={"password": password, "again": again})

    assert (answer.status_code, sentence in answer.text) == (422, True)
    with reading(engine) as conn:
        assert conn.execute(sa.select(staff_password)).all() == []


def test_a_secret_that_was_offered_to_another_is_not_taken(engine: Engine, clock: FixedClock) -> None:
    """Nor one that stands in an old page."""
    mallory, ada = visitor(engine, clock), visitor(engine, clock)
    offered = {}
    for client, email in ((mallory, "mallory@example.org"), (ada, ADA)):
        client.post("/desk/sign-in/link", data={"link": link_token(engine, clock(), email=email)})
        client.post("/desk/sign-in/password", data={"password": PASSWORD, "again": PASSWORD})
        offered[email] = client.get("/desk/sign-in/second-factor").text
    theirs = offered["mallory@example.org"]
    code = Person("", typed_key(theirs)).code(clock)

    answer = ada.post("/desk/sign-in/second-factor", data={"sealed": hidden(theirs, "sealed"), "code": code})

    assert answer.status_code == 422


def test_with_another_key_codes_are_refused_with_what_to_do_and_recovery_codes_work(
    ada: Person, engine: Engine, clock: FixedClock
) -> None:
    """After a restore without the key, say."""
    site = pages("test", BASE_URL)
    other = Authentication(engine, clock, Passwords(1, 8), SecretBox(b"another key"))
    app = FastAPI()
    app.router.routes += staff_routes(engine, clock, site, other, lambda _conn: {}).routes
    install_errors(app, site)
    client = TestClient(app, base_url=BASE_URL, follow_redirects=False)
    enters_password(client)

    refused = enters_code(client, ada.code(clock))

    assert (refused.status_code, "staff add EMAIL --reset" in refused.text) == (409, True)
    assert enters_code(client, ada.codes[0]).status_code == 303

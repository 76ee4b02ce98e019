"""What members of staff are mailed: an invitation, a link that they asked for, and every new sign-in."""

import re

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from database.transactions import reading
from outbox.tables import letter
from tests.clock import FixedClock
from tests.staff.desk_visitor import enters_code, enters_password, joins, place, visitor
from tests.staff.signing_in import ADA, sign_in_as

BO = "bo@example.org"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The pages are the same on both databases; what they decide is tried on both beside this."""
    return sqlite_url


@pytest.fixture
def owner(engine: Engine, clock: FixedClock) -> TestClient:
    """Ada, an owner, at the desk."""
    client = visitor(engine, clock)
    sign_in_as(client, engine, clock())
    return client


def letters(engine: Engine, to: str) -> list[tuple[str, str, bool]]:
    """The subjects, texts and secrecy of the letters to somebody."""
    question = sa.select(letter.c.subject, letter.c.text, letter.c.personal).where(letter.c.to_address == to)
    with reading(engine) as conn:
        return [(row.subject, row.text, row.personal) for row in conn.execute(question)]


def link_in(text: str) -> str:
    """The link of a letter."""
    found = re.search(r"\S+/desk/sign-in/link#\S+", text)
    assert found, text
    return found[0]


def test_an_invitation_is_mailed_and_its_link_works(owner: TestClient, engine: Engine, clock: FixedClock) -> None:
    """It names who invites; the desk never shows it."""
    owner.post("/desk/staff/invite", data={"email": BO, "name": "Bo", "role": "auditor"})

    [(subject, text, personal)] = letters(engine, BO)
    assert (subject, personal) == ("Ada invites you to the desk of Wren & Sons", True)
    joined = visitor(engine, clock).post("/desk/sign-in/link", data={"link": link_in(text)})
    assert place(joined) == "/desk/sign-in/password"


def test_a_new_sign_in_is_mailed(engine: Engine, clock: FixedClock) -> None:
    """With the browser and the address, and nothing that opens the desk."""
    client = visitor(engine, clock)
    client.headers["user-agent"] = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) Version/19.0 Mobile/15E148 Safari/604.1"
    ada = joins(client, engine, clock)
    enters_password(client)
    enters_code(client, ada.codes[0])

    subjects = [subject for subject, _, _ in letters(engine, ADA)]
    assert subjects == ["New sign-in to the desk of Wren & Sons"] * 2
    assert "Safari on an iPhone, from testclient" in letters(engine, ADA)[0][1]


def test_a_link_is_mailed_to_members_and_the_answer_is_the_same_for_everybody(
    owner: TestClient, engine: Engine, clock: FixedClock
) -> None:
    """Three an hour; then asking is refused, also for an address that nobody has."""
    stranger = visitor(engine, clock)
    answers = {
        email: [stranger.post("/desk/sign-in/forgotten", data={"email": email}) for _ in range(4)]
        for email in (ADA, "nobody@example.org")
    }

    known, unknown = answers.values()
    assert [answer.status_code for answer in known] == [answer.status_code for answer in unknown] == [200] * 3 + [429]
    assert known[0].text.replace(ADA, "") == unknown[0].text.replace("nobody@example.org", "")
    assert (len(letters(engine, ADA)), letters(engine, "nobody@example.org")) == (3, [])
    links = [link_in(text) for _, text, _ in letters(engine, ADA)]
    statuses = [stranger.post("/desk/sign-in/link", data={"link": link}).status_code for link in links]
    assert sorted(statuses) == [303, 404, 404]  # the newest alone works

"""Letters at the desk: found, read as they were written, sent again to a better address, and seen when they fail."""

import re
from dataclasses import replace
from uuid import uuid4

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from database.transactions import reading, writing
from outbox.letters import Attachment, Letter, LetterState, mark_sending, note_end, note_waiting, post_letters
from outbox.tables import letter as letter_table
from staff.act import Subject
from staff.role import Role
from staff.store import acts_on
from tests.clock import FixedClock
from tests.engines import ON_SQLITE
from tests.staff.signing_in import sign_in_as
from tests.web.samples import pages
from treasury.routes import treasury_routes
from web.errors import install_errors
from web.headers import HeaderSets, WithHeaders

BASE_URL = "http://127.0.0.1"
PDF = Attachment("receipt-2026-000001.pdf", "application/pdf", "receipt", "2026-000001")
LETTER = Letter(
    "receipt:2026-000001", "zoe@example.og", "Your receipt", "Thank you <Zoë>.", "<p>Thank you</p>", (PDF,), "Zoë"
)
NEXT = replace(LETTER, key="receipt:2026-000002", to="ann@example.org", to_name="Ann", subject="Another")
SECRET = replace(
    LETTER, key="sign-in:1", to="ada@example.org", subject="Your link", text="https://x/abc", personal=True
)


@pytest.fixture
def app(engine: Engine, clock: FixedClock) -> FastAPI:
    """The desk, with three letters of which Zoë's was refused."""
    site = pages("test", BASE_URL)
    app = FastAPI()
    app.router.routes += treasury_routes(engine, clock, site).routes
    install_errors(app, site)
    with writing(engine) as conn:
        post_letters(conn, [LETTER, NEXT, SECRET], clock())
        note_end(conn, LETTER.id, LetterState.WAITING, LetterState.REFUSED, "550 no such user", clock())
    return app


def member(app: FastAPI, engine: Engine, clock: FixedClock, role: Role = Role.OWNER) -> TestClient:
    """Somebody who has signed in."""
    browser = TestClient(app, base_url=BASE_URL, follow_redirects=False)
    sign_in_as(browser, engine, clock(), role)
    return browser


def words(html: str) -> str:
    """What can be read."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_letters_are_listed_by_state_and_found_by_address(app: FastAPI, engine: Engine, clock: FixedClock) -> None:
    """In small or large letters, by how it begins, by name; those that did not arrive by what is to be done."""
    desk = member(app, engine, clock)
    for query, subjects in (
        ("", {"Your receipt", "Another", "Your link"}),
        ("state=refused", {"Your receipt"}),
        ("state=undelivered", {"Your receipt"}),
        ("find=ZOE@", {"Your receipt"}),
        ("find=ann", {"Another"}),
        ("find=%25", set()),
    ):
        listed = set(re.findall(r'href="/desk/letters/[0-9a-f]+">([^<]+)<', desk.get(f"/desk/letters?{query}").text))
        assert listed == subjects, query


def test_a_letter_is_read_as_it_was_written(app: FastAPI, engine: Engine, clock: FixedClock) -> None:
    """Its text escaped, its HTML in a frame that may do nothing."""
    desk = member(app, engine, clock, Role.AUDITOR)
    shown = desk.get(f"/desk/letters/{LETTER.id}").text
    framed = TestClient(WithHeaders(app, HeaderSets(https=True)), base_url=BASE_URL, cookies=desk.cookies)
    html = framed.get(f"/desk/letters/{LETTER.id}/letter.html")

    assert ("Thank you &lt;Zoë&gt;." in shown, PDF.filename in shown, "sandbox src" in shown) == (True, True, True)
    assert html.text == "<p>Thank you</p>"
    assert html.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; sandbox; base-uri 'none'; frame-ancestors 'self'"
    )
    assert "Send it again" not in shown  # an auditor changes nothing


def test_a_refused_letter_is_a_thing_to_do_until_it_is_sent_again(
    app: FastAPI, engine: Engine, clock: FixedClock
) -> None:
    """To the corrected address, once however often the button is pressed; the act names nobody."""
    desk, attempt = member(app, engine, clock), str(uuid4())
    assert "A letter did not arrive at zoe@example.og" in words(desk.get("/desk").text)
    shown = desk.get(f"/desk/letters/{LETTER.id}").text
    assert shown.index("Send it again</button>") < shown.index("As it was written")  # what is to be done comes first
    typed = {"to": " zoe@example.org ", "attempt": attempt}
    first, second = (desk.post(f"/desk/letters/{LETTER.id}/again", data=typed) for _ in range(2))

    assert first.headers["location"] == second.headers["location"]
    copy = desk.get(first.headers["location"]).text
    assert ("zoe@example.org" in copy, "Waiting" in copy) == (True, True)
    assert "did not arrive" not in words(desk.get("/desk").text)
    with reading(engine) as conn:
        [act] = acts_on(conn, Subject("letter", LETTER.id))
        copies = conn.scalar(sa.select(sa.func.count()).where(letter_table.c.to_address == "zoe@example.org"))
    assert (act.what, "@" in str(act.after), copies) == ("letter.send_again", False, 1)


def test_a_wrong_address_comes_back_with_what_was_typed(app: FastAPI, engine: Engine, clock: FixedClock) -> None:
    """And two addresses are no address."""
    desk = member(app, engine, clock)
    for typed in ("zoe", "a@example.org, b@example.org", ""):
        answer = desk.post(f"/desk/letters/{LETTER.id}/again", data={"to": typed, "attempt": str(uuid4())})
        assert (answer.status_code, "Enter one email address" in answer.text) == (422, True)
        assert f'value="{typed}"' in answer.text


@ON_SQLITE
@pytest.mark.parametrize("same_address", [True, False])
def test_the_copy_of_an_uncertain_letter_shows_once(
    app: FastAPI, engine: Engine, clock: FixedClock, same_address: bool
) -> None:
    """By its Message-ID, at the same address."""
    with writing(engine) as conn:
        mark_sending(conn, NEXT.id, clock())
        note_end(conn, NEXT.id, LetterState.SENDING, LetterState.UNCERTAIN, "Interrupted.", clock())
    desk, to = member(app, engine, clock), NEXT.to if same_address else "other@example.org"
    assert "Nobody knows whether this letter arrived" in desk.get(f"/desk/letters/{NEXT.id}").text
    path = desk.post(f"/desk/letters/{NEXT.id}/again", data={"to": to, "attempt": str(uuid4())}).headers["location"]

    with reading(engine) as conn:
        of = {row.id: row.message_id for row in conn.execute(sa.select(letter_table))}
    assert (of[path.rpartition("/")[2]] == of[NEXT.id]) is same_address


def test_a_refused_letter_can_be_set_aside(app: FastAPI, engine: Engine, clock: FixedClock) -> None:
    """Because somebody has telephoned."""
    desk = member(app, engine, clock)
    assert desk.post(f"/desk/letters/{LETTER.id}/settle").status_code == 303
    assert "did not arrive" not in words(desk.get("/desk").text)
    assert desk.post(f"/desk/letters/{LETTER.id}/settle").status_code == 404


def test_a_personal_letter_is_shown_to_nobody_and_sent_by_nobody(
    app: FastAPI, engine: Engine, clock: FixedClock
) -> None:
    """A treasurer who could read an owner's sign-in link would be an owner."""
    desk = member(app, engine, clock)
    shown = desk.get(f"/desk/letters/{SECRET.id}").text
    assert ("https://x/abc" in shown, "is not shown" in shown, "Send it again" in shown) == (False, True, False)
    assert desk.get(f"/desk/letters/{SECRET.id}/letter.html").status_code == 404
    again = desk.post(f"/desk/letters/{SECRET.id}/again", data={"to": "a@example.org", "attempt": str(uuid4())})
    assert again.status_code == 404


@ON_SQLITE
@pytest.mark.parametrize(("role", "reads", "sends"), [(Role.AUDITOR, 200, 403), (Role.ORGANISER, 403, 403)])
def test_who_may_read_letters_and_who_may_send_them(
    app: FastAPI, engine: Engine, clock: FixedClock, role: Role, reads: int, sends: int
) -> None:
    """Organisers see no donor's address."""
    desk = member(app, engine, clock, role)
    for path in ("/desk/letters", f"/desk/letters/{LETTER.id}", f"/desk/letters/{LETTER.id}/letter.html"):
        assert desk.get(path).status_code == reads
    typed = {"to": "a@example.org", "attempt": str(uuid4())}
    assert desk.post(f"/desk/letters/{LETTER.id}/again", data=typed).status_code == sends
    assert desk.post(f"/desk/letters/{LETTER.id}/settle").status_code == sends


def test_the_desk_says_why_letters_wait(app: FastAPI, engine: Engine, clock: FixedClock) -> None:
    """In the words of whoever refused them."""
    with writing(engine) as conn:
        note_waiting(conn, NEXT.id, LetterState.WAITING, "The certificate cannot be trusted.", clock())
        note_waiting(conn, SECRET.id, LetterState.WAITING, "The certificate cannot be trusted.", clock())
    shown = words(member(app, engine, clock).get("/desk/letters").text)
    assert "2 letters wait, the oldest since 21 November 2026 at 12:00. The certificate cannot be trusted." in shown

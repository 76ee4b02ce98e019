"""Owners let people in and out at the desk; whoever is out is out at once, and what was done stays on record."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from database.transactions import reading
from staff.act import Subject, by_command
from staff.changing import changing
from staff.role import Role
from staff.store import member_by_email
from tests.clock import FixedClock
from tests.engines import ON_SQLITE
from tests.staff.desk_visitor import enters_password, joins, place, visitor
from tests.staff.signing_in import ADA, sign_in_as

BO = "bo@example.org"


@pytest.fixture
def owner(engine: Engine, clock: FixedClock) -> TestClient:
    """Ada, an owner, at the desk."""
    client = visitor(engine, clock)
    sign_in_as(client, engine, clock())
    return client


@pytest.fixture
def bo(engine: Engine, clock: FixedClock) -> TestClient:
    """Bo, a treasurer with a password and an app, at the desk."""
    client = visitor(engine, clock)
    joins(client, engine, clock, Role.TREASURER, BO)
    return client


def page_of(engine: Engine, email: str) -> str:
    """The path of a member's page."""
    with reading(engine) as conn:
        member = member_by_email(conn, email)
    assert member is not None
    return f"/desk/staff/{member.id}"


def made_link(page: str) -> str:
    """The link that a page shows."""
    found = re.search(r"<code>(http://127\.0\.0\.1/desk/sign-in/link#[\w-]+)</code>", page)
    assert found, page
    return found[1]


def test_somebody_is_invited_by_a_link_that_is_shown_once(owner: TestClient, engine: Engine, clock: FixedClock) -> None:
    """They become what they were invited as."""
    form = {"email": BO, "name": "Bo", "role": "organiser"}
    link = made_link(owner.post("/desk/staff/invite", data=form).text)
    assert "has not come in yet" in owner.get("/desk/staff").text
    newcomer = visitor(engine, clock)

    assert place(newcomer.post("/desk/sign-in/link", data={"link": link})) == "/desk/sign-in/password"
    again = owner.post("/desk/staff/invite", data=form)
    assert (again.status_code, "Bo is a member of staff already" in again.text) == (422, True)


@ON_SQLITE
@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("role", "king", "Choose what they are there for."),
        ("role", "", "Choose what they are there for."),
        ("email", "bo at example", "write it like name@example.org"),
        ("email", "", "Write the email address"),
        ("email", "bo@example.org\r\nBcc: all@example.org", "write it like name@example.org"),
        ("name", "B" * 121, "Shorten this to 120 characters or fewer."),
    ],
)
def test_an_invitation_that_cannot_be_is_refused_and_nothing_is_done(
    owner: TestClient, field: str, value: str, sentence: str
) -> None:
    """What was typed comes back beside a sentence."""
    answer = owner.post("/desk/staff/invite", data={"email": BO, "name": "Bo", "role": "auditor"} | {field: value})

    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert owner.get("/desk/staff").text.count('href="/desk/staff/') == 2  # Ada, and the button


@ON_SQLITE
@pytest.mark.parametrize("act", ["disable", "remove", "reset", "end-sessions"])
def test_who_is_shut_out_is_out_at_once(
    owner: TestClient, bo: TestClient, engine: Engine, clock: FixedClock, act: str
) -> None:
    """The session that Bo has ends with the press of the button, and the log says what was done."""
    path = page_of(engine, BO)
    asked = owner.get(f"{path}/{act}")
    assert (asked.status_code, bo.get("/desk").status_code) == (200, 200)

    done = owner.post(f"{path}/{act}")

    assert done.status_code == (200 if act == "reset" else 303)
    assert bo.get("/desk").status_code == 403
    assert enters_password(bo, BO).status_code == (303 if act == "end-sessions" else 422)
    acts = owner.get("/desk/acts", params={"words": path.rpartition("/")[2]}).text
    words = {
        "disable": "Disabled a",
        "remove": "Removed a",
        "reset": "Reset password",
        "end-sessions": "Ended sessions",
    }
    assert words[act] in acts


def test_who_was_disabled_can_be_enabled_again(owner: TestClient, bo: TestClient, engine: Engine) -> None:
    """With the same password."""
    path = page_of(engine, BO)
    for act in ("disable", "enable"):
        owner.post(f"{path}/{act}")

    assert enters_password(bo, BO).status_code == 303


def test_who_was_removed_is_on_record_and_can_be_invited_again(
    owner: TestClient, bo: TestClient, engine: Engine
) -> None:
    """As the same person; the old password is forgotten."""
    path = page_of(engine, BO)
    owner.post(f"{path}/remove")
    assert owner.get(path).status_code == 404
    assert "Bo" in owner.get("/desk/acts").text

    made_link(owner.post("/desk/staff/invite", data={"email": BO, "name": "Bo", "role": "auditor"}).text)

    assert page_of(engine, BO) == path
    assert enters_password(bo, BO).status_code == 422


def test_a_reset_link_sets_password_and_app_anew(
    owner: TestClient, bo: TestClient, engine: Engine, clock: FixedClock
) -> None:
    """For whoever has lost their phone."""
    link = made_link(owner.post(f"{page_of(engine, BO)}/reset").text)
    bo.post("/desk/sign-in/link", data={"link": link})
    bo.post("/desk/sign-in/password", data={"password": "a new long password", "again": "a new long password"})

    assert place(bo.get("/desk/sign-in/code")) == "/desk/sign-in/second-factor"


def test_the_last_owner_cannot_leave(owner: TestClient, engine: Engine) -> None:
    """Neither by another role nor removed by themselves; the page says what to do."""
    path = page_of(engine, ADA)
    answer = owner.post(f"{path}/work", data={"role": "auditor"})

    assert (answer.status_code, "Make somebody else an owner first." in answer.text) == (409, True)
    assert [owner.post(f"{path}/{act}").status_code for act in ("remove", "disable")] == [409, 409]
    assert owner.get("/desk/staff").status_code == 200


def test_another_role_is_given_before_and_after_stand_in_the_log(
    owner: TestClient, bo: TestClient, engine: Engine
) -> None:
    """It holds at once; a role that there is not is refused."""
    path = page_of(engine, BO)

    assert owner.post(f"{path}/work", data={"role": "king"}).status_code == 422
    assert owner.post(f"{path}/work", data={"role": "organiser", "campaign": ["99"]}).status_code == 404
    assert owner.post(f"{path}/work", data={"role": "auditor"}).status_code == 303
    assert bo.post("/desk/discrepancies/ch_1").status_code == 403
    text = " ".join(re.sub(r"<[^>]+>", " ", owner.get("/desk/acts").text).split())
    assert "Role: treasurer → auditor" in text


def test_acts_are_found_by_person_words_and_day(owner: TestClient, bo: TestClient, clock: FixedClock) -> None:
    """A day is the organisation's; one that is none is refused with what to type."""

    def count(**search: str) -> int:
        return owner.get("/desk/acts", params=search).text.count("<strong>Signed in</strong>")

    bo_id = re.search(r'<option value="([^"]+)">Bo</option>', owner.get("/desk/acts").text)
    assert bo_id

    assert [count(), count(who=bo_id[1]), count(who="./farthing staff add")] == [1, 1, 0]
    assert [count(words="sign_in second"), count(words="nothing like it")] == [1, 0]
    assert [count(day="2026-11-21"), count(day="2026-11-20")] == [1, 0]
    wrong = owner.get("/desk/acts", params={"day": "yesterday"})
    assert (wrong.status_code, "Write the day like" in wrong.text) == (422, True)


def test_the_log_says_days_and_instants_as_the_desk_does(owner: TestClient, engine: Engine, clock: FixedClock) -> None:
    """They are kept as text in UTC; in June a London clock is an hour ahead."""
    with changing(engine, by_command("a test"), clock()) as change:
        values = {"expires_at": "2026-06-05T12:30:00+00:00", "on": "2026-06-06", "sent": True, "n": "2026-06"}
        change.record("staff.make_link", Subject("member", "m"), after=values)
    text = " ".join(re.sub(r"<[^>]+>", " ", owner.get("/desk/acts").text).split())
    words = ("Expires at: 5 June 2026 at 13:30", "On: 6 June 2026", "Sent: yes", "N: 2026-06")
    assert [each for each in words if each not in text] == []

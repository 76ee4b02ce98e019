"""The door lets members of staff through, each as far as their role goes, and nobody else."""

from datetime import timedelta
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from campaigns.campaign import Campaign
from campaigns.store import add_campaign
from database.transactions import writing
from ledger.money import GBP
from staff.door import Door, SignedIn
from staff.permissions import Permission
from staff.role import Role
from tests.clock import FixedClock
from tests.engines import ON_SQLITE
from tests.staff.signing_in import link_token, sign_in_as, staff_pages
from tests.web.samples import pages
from web.errors import install_errors
from web.sessions import Holder, HolderKind, SessionCookie, start_session

BASE_URL = "http://127.0.0.1"
READ, CHANGED, REFUSED = (200, "Ada"), (200, "Ada from testclient"), (403, "")


@pytest.fixture
def visitor(engine: Engine, clock: FixedClock) -> TestClient:
    """Somebody who has not signed in, before a page to read and a button."""
    site = pages("test", BASE_URL)
    app = FastAPI()
    app.router.routes += staff_pages(engine, clock, site).routes
    app.router.routes += _two_routes(Door(engine, clock, SessionCookie(BASE_URL))).routes
    install_errors(app, site)
    return TestClient(app, base_url=BASE_URL, follow_redirects=False)


def _two_routes(door: Door) -> APIRouter:
    router = APIRouter()

    @router.get("/read")
    def read(reader: Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]) -> str:
        return reader.member.name

    @router.post("/change")
    def change(editor: Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]) -> str:
        return f"{editor.member.name} from {editor.actor.address}"

    @router.get("/campaigns/{number}")
    def campaign(organiser: Annotated[SignedIn, Depends(door.needs(Permission.READ_CAMPAIGNS))], number: int) -> str:
        organiser.require_campaign(number)
        return organiser.member.name

    return router


def answers(client: TestClient) -> list[tuple[int, str]]:
    """What the page and the button answer: the status, and the text of a success."""
    both = (client.get("/read"), client.post("/change"))
    return [(answer.status_code, answer.json() if answer.is_success else "") for answer in both]


@ON_SQLITE
@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.OWNER, [READ, CHANGED]),
        (Role.TREASURER, [READ, CHANGED]),
        (Role.AUDITOR, [READ, REFUSED]),
        (Role.ORGANISER, [REFUSED, REFUSED]),
    ],
)
def test_each_role_comes_as_far_as_it_goes(
    visitor: TestClient, engine: Engine, clock: FixedClock, role: Role, expected: list[tuple[int, str]]
) -> None:
    """Auditors read, organisers see no money, and nobody comes in before they have signed in."""
    assert answers(visitor) == [REFUSED, REFUSED]

    sign_in_as(visitor, engine, clock(), role)

    assert answers(visitor) == expected


def test_the_refusal_says_what_to_do(visitor: TestClient, engine: Engine, clock: FixedClock) -> None:
    """Without a session: sign in. With the wrong role: have it changed, or go on by the menu, which is there."""
    assert "./farthing staff add YOUR-EMAIL" in visitor.get("/read").text

    sign_in_as(visitor, engine, clock(), Role.ORGANISER)

    refusal = visitor.get("/read").text
    assert "Your role does not allow this" in refusal
    assert ('href="/desk/campaigns"' in refusal, 'href="/desk/gifts"' in refusal) == (True, False)


@ON_SQLITE
@pytest.mark.parametrize(
    ("role", "expected"),
    [(Role.OWNER, [True, True]), (Role.AUDITOR, [True, True]), (Role.ORGANISER, [True, False])],
)
def test_an_organiser_sees_their_own_campaigns_alone(
    visitor: TestClient, engine: Engine, clock: FixedClock, role: Role, expected: list[bool]
) -> None:
    """Another organiser's is not found, as if it were not there."""
    with writing(engine) as conn:
        for number in (1, 2):
            add_campaign(conn, Campaign(0, f"campaign-{number}", "A campaign", "", GBP))
    sign_in_as(visitor, engine, clock(), role, campaigns=[1])

    answers = [visitor.get(f"/campaigns/{number}").status_code for number in (1, 2)]

    assert answers == [200 if seen else 404 for seen in expected]


def test_another_role_holds_at_once(visitor: TestClient, engine: Engine, clock: FixedClock) -> None:
    """Also for a session that was started before."""
    sign_in_as(visitor, engine, clock(), Role.TREASURER)
    link_token(engine, clock(), Role.AUDITOR)

    assert answers(visitor) == [READ, REFUSED]


def test_a_donors_session_does_not_open_the_desk(visitor: TestClient, engine: Engine, clock: FixedClock) -> None:
    """Even if the donor's id were that of a member of staff."""
    sign_in_as(visitor, engine, clock())
    assert answers(visitor) == [READ, CHANGED]
    with writing(engine) as conn:
        staff_id = conn.exec_driver_sql("SELECT id FROM staff_member").scalar_one()
        token = start_session(conn, Holder(HolderKind.DONOR, staff_id), clock())

    visitor.cookies.clear()
    visitor.cookies.set("session", token)

    assert answers(visitor) == [REFUSED, REFUSED]


def test_a_member_who_is_gone_has_no_session(visitor: TestClient, engine: Engine, clock: FixedClock) -> None:
    """The session names somebody who is not there."""
    with writing(engine) as conn:
        token = start_session(conn, Holder(HolderKind.STAFF, "nobody"), clock())
    visitor.cookies.set("session", token)

    assert answers(visitor) == [REFUSED, REFUSED]


def test_a_session_in_use_stays_and_an_idle_one_ends(visitor: TestClient, engine: Engine, clock: FixedClock) -> None:
    """An hour without use ends it."""
    sign_in_as(visitor, engine, clock())
    statuses = []
    for minutes in (50, 50, 61):
        clock.advance(timedelta(minutes=minutes))
        statuses.append(visitor.get("/read").status_code)

    assert statuses == [200, 200, 403]


def test_signing_out_ends_the_session(visitor: TestClient, engine: Engine, clock: FixedClock) -> None:
    """Also for a copy of the cookie; and without a session there is nothing to end."""
    sign_in_as(visitor, engine, clock())
    cookie = visitor.cookies["session"]
    signed_out = visitor.post("/desk/sign-out")
    visitor.cookies.set("session", cookie)

    assert (signed_out.status_code, signed_out.headers["location"]) == (303, "/")
    assert answers(visitor) == [REFUSED, REFUSED]
    visitor.cookies.clear()
    assert visitor.post("/desk/sign-out").status_code == 303

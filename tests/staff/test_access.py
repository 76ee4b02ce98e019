"""The access matrix: every route of the web, by every role, by nobody, and by another campaign's organiser."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from donors.door import ASK_FOR_LINK, COOKIE, DonorDoor
from installation import Installation, open_installation, prepare
from main import build_web
from settings import read_settings
from staff.permissions import ALLOWED, Permission
from staff.role import Role
from tests.staff.access_matrix import ACCESS
from tests.staff.offers import offered_in_vain
from tests.staff.public_access import ANYBODY_AT_THE_DESK, DONOR, PROGRAM, PUBLIC, Open
from tests.staff.signing_in import session_token, sign_in_as
from web.sessions import SessionCookie

BASE_URL = "http://127.0.0.1:8000"
HOST = {"host": "127.0.0.1:8000"}
SAME = {"sec-fetch-site": "same-origin"}
OF_CAMPAIGNS = {Permission.READ_CAMPAIGNS, Permission.EDIT_CAMPAIGNS}
OWN, ANOTHERS = 1, 2
SIGN_IN_FIRST, NOT_YOUR_ROLE = "Sign in first", "Your role does not allow this"
Route = tuple[str, APIRoute]


@pytest.fixture(scope="module")
def house(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, FastAPI]]:
    """The whole web of a sandbox with its demo campaigns, without the twin."""
    var_dir = tmp_path_factory.mktemp("var")
    settings = read_settings(var_dir=var_dir, base_url=BASE_URL, sandbox=True)
    prepare(settings, durable=False)
    installation = open_installation(settings, durable=False)
    app: Any = build_web(installation, None)
    while not isinstance(app, FastAPI):
        app = getattr(app, "app", None) or app._pages
    yield installation, app
    installation.engine.dispose()


def routes_of(app: FastAPI) -> list[Route]:
    """Every route by method and path, as the table names it."""
    return [
        (f"{method} {route.path}", route) for route in _leaves(app.routes) for method in sorted(route.methods or ())
    ]


def _leaves(routes: Iterable[Any]) -> Iterator[APIRoute]:
    """The routes of an app and of every router that it includes."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):
            yield from _leaves(route.original_router.routes)


def permission_of(route: APIRoute) -> Open | Permission:
    """What a route's door asks for."""
    if any(isinstance(getattr(each.call, "__self__", None), DonorDoor) for each in route.dependant.dependencies):
        return DONOR
    if any(hasattr(each.call, "scope") for each in route.dependant.dependencies):
        return PROGRAM
    doors = [call for each in route.dependant.dependencies if hasattr(call := each.call, "permission")]
    if not doors:
        return PUBLIC
    [door] = doors
    permission: Permission | None = getattr(door, "permission")  # noqa: B009 - a function's own attribute
    return permission or ANYBODY_AT_THE_DESK


def path_of(route: APIRoute, campaign: int = OWN) -> str:
    """A path of this route, about this campaign."""
    return re.sub(r"\{\w+\}", str(campaign), route.path)


def answer_of(client: TestClient, name: str, path: str) -> tuple[int, str]:
    """The status and the heading of what a route answers."""
    answer = client.request(name.partition(" ")[0], path, headers=HOST | SAME)
    heading = re.search(r"<h1>\s*(.*?)\s*</h1>", answer.text, re.DOTALL)
    return answer.status_code, heading[1] if heading else ""


def visitor(app: FastAPI) -> TestClient:
    """A browser before the whole web."""
    return TestClient(app, base_url=BASE_URL, follow_redirects=False, raise_server_exceptions=False)


def test_every_route_has_a_row_and_every_row_a_route(house: tuple[Installation, FastAPI]) -> None:
    """A new route says who may use it, before it is merged."""
    assert sorted(name for name, _ in routes_of(house[1])) == sorted(ACCESS)


def test_every_route_asks_for_what_its_row_says(house: tuple[Installation, FastAPI]) -> None:
    """Read from the route's own door."""
    asked = {name: permission_of(route) for name, route in routes_of(house[1])}
    by_hand = {"GET /desk/confirm", "POST /desk/confirm"}  # they ask inside, because they need the session too

    assert {name: kept for name, kept in asked.items() if name not in by_hand} == {
        name: row for name, row in ACCESS.items() if name not in by_hand
    }


def test_nobody_gets_further_than_the_public_pages(house: tuple[Installation, FastAPI]) -> None:
    """Every other route answers with the sign-in page, whatever it is asked."""
    client = visitor(house[1])
    answers = {name: answer_of(client, name, path_of(route)) for name, route in routes_of(house[1])}

    refused = {name for name, answer in answers.items() if answer == (403, SIGN_IN_FIRST)}
    assert refused == {name for name, row in ACCESS.items() if row not in (PUBLIC, DONOR, PROGRAM)}
    without_token = {name for name, answer in answers.items() if answer[0] == 401}
    assert without_token == {name for name, row in ACCESS.items() if row is PROGRAM}


def test_only_a_donors_session_opens_a_donors_own_pages(house: tuple[Installation, FastAPI]) -> None:
    """Anybody else, and an owner at the desk with the desk's token in a donor's cookie, is led to where links are."""
    installation, app = house
    client = visitor(app)
    for cookie in (None, SessionCookie(BASE_URL, COOKIE).name):
        if cookie:
            client.cookies.set(cookie, session_token(installation.engine, installation.clock()))
        asked = {name: client.request(name.partition(" ")[0], path_of(route), headers=HOST | SAME) for name, route in
                 routes_of(app) if ACCESS[name] is DONOR}  # fmt: skip
        assert {(name, answer.headers.get("location")) for name, answer in asked.items()} == {
            (name, ASK_FOR_LINK) for name, row in ACCESS.items() if row is DONOR
        }


@pytest.mark.parametrize("role", Role)
def test_each_role_gets_as_far_as_the_table_says(house: tuple[Installation, FastAPI], role: Role) -> None:
    """What it may not, the door refuses; what it may, never says so. Whether the thing is there is another matter."""
    installation, app = house
    client = visitor(app)
    answers = {}
    for name, route in routes_of(app):
        sign_in_as(client, installation.engine, installation.clock(), role, f"{role}@example.org", [OWN])
        answers[name] = answer_of(client, name, path_of(route))

    refused = {name for name, answer in answers.items() if answer == (403, NOT_YOUR_ROLE)}
    not_allowed = {name for name, row in ACCESS.items() if isinstance(row, Permission) and row not in ALLOWED[role]}
    assert refused == not_allowed - {"GET /desk"}  # that address leads to a first page of their own
    first_page = client.get("/desk", headers=HOST).headers.get("location")
    assert first_page == ("/desk/campaigns" if "GET /desk" in not_allowed else None)
    assert [name for name, answer in answers.items() if answer == (403, SIGN_IN_FIRST)] == []
    # Nothing writes beside this web, so it is not ready.
    assert {name for name, answer in answers.items() if answer[0] >= 500} == {"GET /readyz"}


def test_another_organisers_campaign_is_not_there(house: tuple[Installation, FastAPI]) -> None:
    """Every route about a campaign answers 404 for a campaign that is somebody else's; one's own pages are there."""
    installation, app = house
    client = visitor(app)
    about = [(name, route) for name, route in routes_of(app) if ACCESS[name] in OF_CAMPAIGNS and "{" in route.path]
    sign_in_as(client, installation.engine, installation.clock(), Role.ORGANISER, "organiser@example.org", [OWN])

    anothers = {name: answer_of(client, name, path_of(route, ANOTHERS))[0] for name, route in about}
    own = {name: answer_of(client, name, path_of(route, OWN))[0] for name, route in about}

    assert len(about) > 10
    assert {name: status for name, status in anothers.items() if status != 404} == {}
    assert own["GET /desk/campaigns/{number}"] == own["GET /desk/campaigns/{number}/edit"] == 200


def test_an_auditor_is_offered_nothing_that_would_be_refused(house: tuple[Installation, FastAPI]) -> None:
    """Every page that they can reach shows its values, and no form or link that is not for them."""
    installation, app = house
    browser = TestClient(app, base_url=BASE_URL, headers=HOST, follow_redirects=False)
    sign_in_as(browser, installation.engine, installation.clock(), Role.AUDITOR, email="audit@example.org")
    assert offered_in_vain(browser, Role.AUDITOR) == []

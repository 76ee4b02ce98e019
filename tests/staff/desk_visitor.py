"""A browser without a session before the pages of staff, and what it does to get in."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

import pyotp
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine

from database.instants import Clock
from staff.role import Role
from tests.clock import FixedClock
from tests.staff.signing_in import ADA, link_token, staff_pages
from tests.web.samples import pages
from treasury.routes import treasury_routes
from web.errors import install_errors

BASE_URL = "http://127.0.0.1"
PASSWORD = "correct horse battery staple"


def visitor(engine: Engine, clock: Clock, *, demonstration: bool = False) -> TestClient:
    """Somebody who has not signed in, before the pages of staff and the desk."""
    site = pages("sandbox" if demonstration else "test", BASE_URL)
    app = FastAPI()
    app.router.routes += staff_pages(engine, clock, site, demonstration=demonstration).routes
    app.router.routes += treasury_routes(engine, clock, site).routes
    install_errors(app, site)
    return TestClient(app, base_url=BASE_URL, follow_redirects=False)


@dataclass
class Person:
    """Somebody with a password, an app and recovery codes, all set through the pages."""

    email: str
    secret: str
    codes: list[str] = field(default_factory=list)

    def code(self, clock: FixedClock, steps: int = 0) -> str:
        """What the app shows now, or that many 30-second steps later."""
        return pyotp.TOTP(self.secret).at(clock(), counter_offset=steps)


def joins(client: TestClient, engine: Engine, clock: FixedClock, role: Role = Role.OWNER, email: str = ADA) -> Person:
    """Use a new link, choose a password and set up an app: the client sits at the desk afterwards."""
    code = link_token(engine, clock(), role, email)
    assert place(client.post("/desk/sign-in/link", data={"link": code})) == "/desk/sign-in/password"
    chosen = client.post("/desk/sign-in/password", data={"password": PASSWORD, "again": PASSWORD})
    assert place(chosen) == "/desk/sign-in/code"
    assert place(client.get("/desk/sign-in/code")) == "/desk/sign-in/second-factor"
    page = client.get("/desk/sign-in/second-factor").text
    person = Person(email, typed_key(page))
    proved = client.post(
        "/desk/sign-in/second-factor", data={"sealed": hidden(page, "sealed"), "code": person.code(clock)}
    )
    assert proved.status_code == 200, proved.text
    person.codes = re.findall(r"<li><code>([a-z2-7-]+)</code>", proved.text)
    return person


def enters_password(
    client: TestClient, email: str = ADA, password: str = PASSWORD, to: str = "", cookie: str = ""
) -> Response:
    """The first step, perhaps with a session's `cookie` that somebody else planted."""
    headers = {"cookie": f"session={cookie}"} if cookie else {}
    fields = {"email": email, "password": password, "to": to}
    answer: Response = client.post("/desk/sign-in", data=fields, headers=headers)
    return answer


def enters_code(client: TestClient, code: str) -> Response:
    """The second step."""
    answer: Response = client.post("/desk/sign-in/code", data={"code": code})
    return answer


def place(answer: Response) -> str:
    """Where an answer leads; nothing when it is a page."""
    return unquote(answer.headers.get("location", ""))


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return found[1]


def typed_key(page: str) -> str:
    """The key that can be typed into an app."""
    found = re.search(r"<p><code>([A-Z2-7 ]+)</code>", page)
    assert found, page
    return found[1].replace(" ", "")

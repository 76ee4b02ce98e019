"""The API before books with gifts, and programs with tokens."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine

from api.rates import RateBound
from api.routes import api_routes
from api.tokens import ApiToken, TokenScope, digest_of, new_token_secret
from api.tokens_store import add_token
from database.engine import open_database
from database.transactions import writing
from staff.store import member_by_email
from tests.api.served_schema import broken
from tests.clock import FixedClock
from tests.proof.books import Desk, open_desk
from tests.staff.signing_in import ADA, link_token
from tests.web.samples import pages
from web.errors import install_errors

MOST = 30
BASE_URL = "http://127.0.0.1"


@dataclass
class Site:
    """The API and the books behind it."""

    engine: Engine
    clock: FixedClock
    app: FastAPI
    desk: Desk
    schema: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.client = TestClient(self.app, base_url=BASE_URL, follow_redirects=False)
        self.schema = self.client.get("/api/openapi.json").json()

    def token(self, *scopes: TokenScope, ends_on: date | None = None) -> str:
        """The secret of a new token, made by Ada."""
        link_token(self.engine, self.clock())
        secret = new_token_secret()
        digest = digest_of(secret)
        assert digest is not None
        with writing(self.engine) as conn:
            ada = member_by_email(conn, ADA)
            assert ada is not None
            kept = ApiToken(str(uuid4()), "The website", frozenset(scopes), secret[-4:], ada.id, self.clock(), ends_on)
            add_token(conn, kept, digest)
        return secret

    def ask(self, path: str, secret: str, **query: str) -> Response:
        """What an address answers a program."""
        answer: Response = self.client.get(path, params=query, headers={"authorization": f"Bearer {secret}"})
        return answer

    def read(self, address: str, secret: str, *, of: str = "", **query: str) -> Any:
        """The JSON of an address, checked against the served schema; `of` is what stands for its {…}."""
        path = address.partition("{")[0] + of if of else address
        answer = self.ask(path, secret, **query)
        assert broken(self.schema, address, answer.status_code, answer.json()) == []
        assert answer.status_code == 200, answer.text
        return answer.json()


def open_site(engine: Engine, clock: FixedClock, most: int = MOST) -> Site:
    """The API over empty books with two campaigns."""
    site, app = pages("test", BASE_URL), FastAPI(openapi_url=None)
    app.router.routes += api_routes(engine, clock, site, RateBound(most)).routes
    install_errors(app, site)
    return Site(engine, clock, app, open_desk(engine))


@pytest.fixture
def site(sqlite_url: str, clock: FixedClock) -> Iterator[Site]:
    """On SQLite alone: the lists and views are proved on both engines where they stand."""
    engine = open_database(sqlite_url, durable=False)
    yield open_site(engine, clock)
    engine.dispose()


@pytest.fixture
def site_on_both(engine: Engine, clock: FixedClock) -> Site:
    """On both engines, where the question is the API's own."""
    return open_site(engine, clock)

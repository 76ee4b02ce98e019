"""The owner's pages of endpoints."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from database.migrating import require_mode
from database.transactions import reading, writing
from outbox.worker import Worker
from staff.act import Subject
from staff.role import Role
from staff.store import acts_on
from tests.clock import FixedClock
from tests.proof.books import open_desk
from tests.staff.signing_in import sign_in_as
from tests.web.samples import pages
from tests.webhooks.endpoint_server import EndpointServer
from tests.webhooks.sender import BOX
from treasury.routes import treasury_routes
from web.errors import install_errors
from webhooks.delivering import EventCourier, webhook_jobs
from webhooks.desk_routes import PATH, webhook_desk_routes
from webhooks.endpoint import MOST_ENDPOINTS
from webhooks.posting import EventPoster
from webhooks.store import endpoint_by_id, pause_endpoint

KEY = "0b7c4a4e-0000-4000-8000-000000000001"
ENDPOINT = f"{PATH}/we_{KEY.replace('-', '')}"


@pytest.fixture
def owner(engine: Engine, clock: FixedClock) -> TestClient:
    """Somebody who has signed in as an owner."""
    require_mode(engine, "sandbox")
    site, app = pages("sandbox", "http://127.0.0.1"), FastAPI()
    app.router.routes += webhook_desk_routes(engine, clock, site, b"key", mode="sandbox").routes
    install_errors(app, site)
    client = TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)
    sign_in_as(client, engine, clock(), Role.OWNER)
    return client


def added(owner: TestClient, url: str, key: str = KEY) -> str:
    """Add an endpoint; returns what is shown of it."""
    return owner.post(f"{PATH}/new", data={"key": key, "url": url, "gift.received": "yes"}).text


def test_a_secret_is_shown_once_and_sealed(
    owner: TestClient, server: EndpointServer, engine: Engine
) -> None:  # fmt: skip
    """Neither the page nor the table shows it again, nor does the log of acts; the form sent twice adds nothing."""
    [secret] = re.findall(r"whsec_\w+", added(owner, server.url))
    again = owner.post(f"{PATH}/new", data={"key": KEY, "url": server.url, "gift.received": "yes"})
    page = owner.get(ENDPOINT).text
    [rolled] = re.findall(r"whsec_\w+", owner.post(f"{ENDPOINT}/secret").text)

    assert (again.status_code, again.headers["location"]) == (303, ENDPOINT)
    assert "whsec_" not in page + owner.get(PATH).text
    with reading(engine) as conn:
        endpoint = endpoint_by_id(conn, ENDPOINT.rpartition("/")[2])
        acts = acts_on(conn, Subject("webhook_endpoint", ENDPOINT.rpartition("/")[2]))
    assert endpoint is not None
    assert [BOX.unseal(sealed, endpoint.id) for sealed in (endpoint.secret, endpoint.old_secret or "")] == [
        rolled, secret,
    ]  # fmt: skip
    assert secret not in str((endpoint, acts))
    assert sorted(act.what for act in acts) == ["webhook.add", "webhook.roll_secret"]


def test_a_test_event_is_sent_seen_and_sent_again(
    owner: TestClient, server: EndpointServer, engine: Engine, clock: FixedClock
) -> None:
    """A form sent twice is one event. While the endpoint is paused it waits."""
    added(owner, server.url)
    courier = EventCourier(engine, EventPoster(sandbox=True), BOX, pages("sandbox", "http://127.0.0.1"), clock)
    worker = Worker(engine, webhook_jobs(courier), clock)
    assert owner.post(f"{ENDPOINT}/pause").status_code == 303
    for _ in range(2):
        assert owner.post(f"{ENDPOINT}/test", data={"key": KEY}).status_code == 303
    worker.run_due()
    paused = owner.get(ENDPOINT).text
    assert (server.requests, "Paused since" in paused) == ([], True)
    assert ("1 event waits; none of them is lost." in paused, "Resume, and send what waits" in paused) == (True, True)

    owner.post(f"{ENDPOINT}/resume")
    assert "1 event is being sent now" in owner.get(ENDPOINT).text
    worker.run_due()
    page = owner.get(ENDPOINT).text
    [event] = re.findall(ENDPOINT + r"/events/(evt_\w+)", page)
    assert (len(server.requests), "Delivered, 200" in page) == (1, True)
    assert owner.post(f"{ENDPOINT}/events/{event}").status_code == 303
    assert owner.post(f"{ENDPOINT}/events/{event[:-1]}0").status_code in (303, 404)
    worker.run_due()
    assert len(server.requests) == 2


def test_what_cannot_be_is_refused_beside_its_field(owner: TestClient, server: EndpointServer) -> None:
    """An address that is none, no events, too many endpoints, one that is not there."""
    refused = owner.post(f"{PATH}/new", data={"key": KEY, "url": "http://example.org/"})
    assert refused.status_code == 422
    assert "begins with https://" in refused.text
    assert "Choose at least one kind of event" in refused.text
    for _ in range(MOST_ENDPOINTS):
        added(owner, server.url, str(uuid4()))
    assert owner.post(f"{PATH}/new", data={"key": KEY, "url": server.url, "gift.failed": "yes"}).status_code == 409
    assert owner.get(ENDPOINT).status_code == 404
    assert owner.post(f"{ENDPOINT}/remove").status_code == 404


def test_an_endpoint_is_changed_and_removed(owner: TestClient, server: EndpointServer) -> None:
    """Its page shows what it is told; a removed one is gone."""
    added(owner, server.url)
    change = {"url": "https://hooks.example.org/", "payout.paid": "yes"}
    assert owner.post(f"{ENDPOINT}/change", data=change).status_code == 303
    page = owner.get(ENDPOINT).text
    assert ("https://hooks.example.org/" in page, "A payout arrived" in page, "was received" in page) == (
        True, True, False,
    )  # fmt: skip
    assert owner.post(f"{ENDPOINT}/remove").headers["location"] == PATH
    assert owner.get(ENDPOINT).status_code == 404


def test_an_endpoint_that_was_given_up_is_a_thing_to_do(
    owner: TestClient, server: EndpointServer, engine: Engine, clock: FixedClock
) -> None:
    """For whoever sits at the desk; the way to it is the owner's."""
    open_desk(engine)
    added(owner, server.url)
    site, app = pages("sandbox", "http://127.0.0.1"), FastAPI()
    app.router.routes += treasury_routes(engine, clock, site).routes
    desks = [TestClient(app, base_url="http://127.0.0.1") for _ in range(2)]
    for client, role in zip(desks, (Role.OWNER, Role.TREASURER), strict=True):
        sign_in_as(client, engine, clock(), role, f"{role.value}@example.org")
    words, way = "Another program is not told of gifts any more", f'href="{ENDPOINT}"'
    assert words not in desks[0].get("/desk").text

    with writing(engine) as conn:
        pause_endpoint(conn, ENDPOINT.rpartition("/")[2], clock(), by_itself=True)

    shown = [client.get("/desk").text for client in desks]
    assert [(words in page, way in page) for page in shown] == [(True, True), (True, False)]
    assert "Failed, paused" in owner.get(PATH).text


def test_after_ten_minutes_a_code_is_asked_for(owner: TestClient, engine: Engine, clock: FixedClock) -> None:
    """Whoever finds the desk open must not send events elsewhere. Then it goes on at the endpoint."""
    added(owner, "https://hooks.example.org/")
    clock.advance(timedelta(minutes=11))

    for path in ("secret", "pause", "test", "events/evt_" + "0" * 32):
        confirm = owner.post(f"{ENDPOINT}/{path}")
        assert (confirm.status_code, f"{path}".replace("/", "%2F") in confirm.headers["location"]) == (303, True)
    sign_in_as(owner, engine, clock(), Role.OWNER)
    for path in ("secret", "pause", "test", "events/evt_" + "0" * 32):
        back = owner.get(f"{ENDPOINT}/{path}")
        assert (back.status_code, back.headers["location"]) == (303, ENDPOINT)

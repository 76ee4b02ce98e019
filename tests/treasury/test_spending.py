"""What was given for a campaign, less fees and what was spent of it by hand."""

from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from ledger.accounts import Account
from ledger.kinds import EntryKind
from staff.role import Role
from tests.clock import FixedClock
from tests.proof.books import BUSES, LIBRARIES, Desk
from tests.staff.signing_in import sign_in_as
from tests.web.samples import pages
from treasury.routes import treasury_routes
from web.errors import install_errors

PATH = f"/desk/campaigns/{LIBRARIES}/spending"


@pytest.fixture
def app(engine: Engine, clock: FixedClock, desk: Desk) -> FastAPI:
    """The desk's routes over two gifts, a refund and a fee of the libraries, and a gift of the buses."""
    site, app = pages("test", "http://127.0.0.1"), FastAPI()
    app.router.routes += treasury_routes(engine, clock, site).routes
    install_errors(app, site)
    desk.give(1, 2500)
    desk.give(2, 1000)
    desk.give(3, 9900, BUSES)
    desk.move(EntryKind.REFUND, Account.REFUNDS, Account.CLEARING, 500)
    desk.move(EntryKind.FEE, Account.FEES, Account.STRIPE, 58)
    return app


def visitor(app: FastAPI, engine: Engine, clock: FixedClock, role: Role) -> TestClient:
    """Somebody who has signed in; an organiser looks after the buses."""
    client = TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)
    sign_in_as(client, engine, clock(), role, f"{role.value}@example.org", [BUSES] if role is Role.ORGANISER else [])
    return client


def test_what_is_left_is_given_less_fees_and_what_was_spent(app: FastAPI, engine: Engine, clock: FixedClock) -> None:
    """A form sent twice is one note; a note that is taken back stays to be read and counts no more."""
    treasurer = visitor(app, engine, clock, Role.TREASURER)
    assert "<strong>£29.42</strong> left" in treasurer.get(PATH).text
    note = {"spending": str(uuid4()), "amount": "£1,012.50", "spent_on": "2026-11-20", "words": "Leaflets"}
    for _ in range(2):
        assert treasurer.post(PATH, data=note).status_code == 303
    assert "<strong>\u2212£983.08</strong> left" in treasurer.get(PATH).text

    for status in (303, 404):
        assert treasurer.post(f"{PATH}/{note['spending']}/withdraw").status_code == status
    page = treasurer.get(PATH).text
    assert ("<strong>£29.42</strong> left" in page, "Leaflets" in page) == (True, True)


def test_what_cannot_be_is_refused_beside_its_field(app: FastAPI, engine: Engine, clock: FixedClock) -> None:
    """And what was typed stays; another organiser's campaign is not there, and an auditor only reads."""
    treasurer = visitor(app, engine, clock, Role.TREASURER)
    answer = treasurer.post(PATH, data={"amount": "12,5,0", "spent_on": "2099-01-01", "words": " "})
    assert (answer.status_code, answer.text.count('class="error"'), "12,5,0" in answer.text) == (422, 3, True)
    organiser, auditor = (visitor(app, engine, clock, role) for role in (Role.ORGANISER, Role.AUDITOR))
    assert organiser.get(PATH).status_code == 404
    assert (auditor.get(PATH).status_code, auditor.post(PATH, data={}).status_code) == (200, 403)

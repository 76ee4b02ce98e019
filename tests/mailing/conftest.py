"""The pages of sign-ups, a campaign, and the worker that writes the letters, on both engines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine

from campaigns.campaign import Campaign
from campaigns.routes import campaign_routes
from campaigns.store import add_campaign
from database.transactions import booking, reading
from ledger.money import GBP
from ledger.store import open_accounts
from mailing.desk_routes import OPT_OUTS, MailingDesk, mailing_desk_routes
from mailing.jobs import mailing_jobs, telling
from mailing.routes import mailing_routes
from mailing.stop_links import PATH as STOP_PATH
from mailing.stop_links import StopLinks
from outbox.letters import SEND
from outbox.tables import letter as letter_table
from outbox.worker import Worker
from payments.gifts.campaign_views import agreed_donors
from staff.door import Door
from tests.clock import FixedClock
from tests.web.samples import pages
from web.errors import install_errors
from web.security import secure
from web.sessions import SessionCookie

BASE_URL = "http://127.0.0.1"
LINKS = StopLinks(b"a key for tests", BASE_URL)
PAGES = pages("test", BASE_URL)


@dataclass(frozen=True)
class Site:
    """A client, the database behind it, and the worker."""

    client: TestClient
    engine: Engine
    clock: FixedClock

    def sign_up(self, email: str, **fields: str) -> Response:
        """Send the form."""
        return self.client.post("/updates", data={"topic": "updates", "campaign": "van", "email": email} | fields)

    def confirm(self, email: str, **fields: str) -> None:
        """Sign up, and press the button behind the letter's link."""
        self.clock.now += timedelta(seconds=1)  # so that this letter is the latest
        self.sign_up(email, **fields)
        link = re.findall(r"/updates/confirm/\S+", self.letters()[-1].text)[0]
        assert self.client.post(link).status_code == 200

    def letters(self, to: str = "") -> list[sa.Row[tuple[object, ...]]]:
        """Every letter, or those to one address, oldest first."""
        with reading(self.engine) as conn:
            rows = conn.execute(sa.select(letter_table).order_by(letter_table.c.posted_at, letter_table.c.key)).all()
        return [row for row in rows if to in ("", row.to_address)]

    def work(self) -> None:
        """Let the worker do what is due."""
        handlers = mailing_jobs(self.engine, PAGES, LINKS, agreed_donors, self.clock)
        telling(self.engine, PAGES, LINKS, self.clock).do()
        Worker(self.engine, handlers | {SEND: lambda _payload: None}, self.clock).run_due()


@pytest.fixture
def site(engine: Engine, clock: FixedClock) -> Iterator[Site]:
    """A campaign that is open, with one group."""
    with booking(engine) as conn:
        open_accounts(conn)
        add_campaign(conn, Campaign(0, "van", "Keep the van", "It lends books.", GBP))
        add_campaign(conn, Campaign(0, "leeds", "Leeds", "It lends books there.", GBP, parent_id=1))
    app, door = FastAPI(), Door(engine, clock, SessionCookie(BASE_URL))
    app.router.routes += campaign_routes(engine, clock, PAGES).routes
    app.router.routes += mailing_routes(engine, clock, PAGES, LINKS).routes
    app.router.routes += mailing_desk_routes(MailingDesk(engine, clock, PAGES, door, agreed_donors)).routes
    install_errors(app, PAGES)
    uploads = [OPT_OUTS, STOP_PATH + "/{token}"]
    secured = secure(app, pages=PAGES, base_url=BASE_URL, allowed_hosts=(), upload_paths=uploads)
    with TestClient(secured, base_url=BASE_URL, follow_redirects=False) as client:
        yield Site(client, engine, clock)

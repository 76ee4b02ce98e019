"""A donor's own pages by their real routes, with the letters that open them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine

from compliance.kept_by_law import KEPT_BY_LAW
from database.instants import Clock
from database.transactions import reading
from donors.link_letters import WRITE_LINK, link_letter_handler
from donors.routes import donor_sign_in_routes
from organisation.consent_words import OfferedConsent
from outbox.letters import SEND
from outbox.tables import letter as letter_table
from outbox.worker import Worker
from payments.own.routes import own_routes
from payments.stripe.portal import CustomerPortal
from receipts.routes import receipt_routes
from tests.receipts.samples import PAGES
from tests.sandbox.loopback import KEY
from web.errors import install_errors
from web.pages import Pages

OFFERED = [OfferedConsent("email", "Email me about this campaign.", "default-1")]
BASE = PAGES.base_url
CLOSED_PORT = "http://127.0.0.1:9"  # nothing listens there: Stripe is away


@dataclass(frozen=True)
class OwnSite:
    """A donor's browser, and the database behind the pages."""

    browser: TestClient
    engine: Engine
    clock: Clock

    def text(self, path: str) -> str:
        """The words of a page."""
        answer = self.browser.get(path, follow_redirects=True)
        assert answer.status_code == 200, (answer.status_code, answer.text)
        return words_of(answer.text)

    def ask(self, email: str) -> str:
        """Ask for a link, and let the worker look; the words of the answer."""
        answer = self.browser.post("/giving/sign-in", data={"email": email})
        self.work()
        return words_of(answer.text)

    def work(self) -> None:
        """Write the letters with links."""
        handlers = {WRITE_LINK: link_letter_handler(self.engine, PAGES, self.clock), SEND: lambda _payload: None}
        Worker(self.engine, handlers, self.clock).run_due()

    def links(self) -> list[str]:
        """The paths of all links that were mailed, the oldest first."""
        t = letter_table.c
        with reading(self.engine) as conn:
            texts = conn.scalars(sa.select(t.text).where(t.key.like("donor-link:%")).order_by(t.posted_at)).all()
        return [path for text in texts for path in re.findall(r"/giving/link/\S+", text)]

    def press(self, link: str) -> tuple[int, str]:
        """Open a link and press its button; the status, and where it leads."""
        assert self.browser.get(link).headers["location"] == "/giving/link"
        answer = self.browser.post("/giving/link")
        return answer.status_code, answer.headers.get("location", "")

    def enter(self, email: str) -> None:
        """Sign in as the donor with this address."""
        self.ask(email)
        assert self.press(self.links()[-1]) == (303, "/giving")


def words_of(page: str) -> str:
    """The words of a page, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@contextmanager
def open_own_site(engine: Engine, clock: Clock, stripe: str = CLOSED_PORT, pages: Pages = PAGES) -> Iterator[OwnSite]:
    """The routes of a donor's own pages. `stripe` is where Stripe is."""
    app = FastAPI()
    app.router.routes += donor_sign_in_routes(engine, clock, pages).routes
    portal = CustomerPortal(KEY, api_base=stripe)
    app.router.routes += own_routes(engine, clock, pages, portal, lambda: OFFERED, KEPT_BY_LAW).routes
    app.router.routes += receipt_routes(engine, clock, pages).routes
    install_errors(app, pages)
    with TestClient(app, base_url=BASE, follow_redirects=False) as browser:
        yield OwnSite(browser, engine, clock)

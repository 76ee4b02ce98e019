"""Setting up at the desk: the list of what is missing, mail with a test letter, and Stripe's endpoint at the twin."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import stripe
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Page
from sqlalchemy import Engine
from starlette.types import ASGIApp

from database.engine import open_database
from database.transactions import booking, reading
from ledger.finding import checked
from organisation.current import CurrentOrganisation
from organisation.organisation import OrganisationProfile, unnamed_organisation
from organisation.store import add_version
from payments.inbox.webhook import PATH as WEBHOOK_PATH
from sandbox.twin import open_twin
from settings import PREFIX, Settings
from setup.environment import API_BASE, API_KEY, Environment, EnvironmentFile
from setup.routes import PATH, SetupDesk, setup_routes
from staff.act import Subject
from staff.role import Role
from staff.store import acts_on
from tests.browser import Tabs, assert_accessible
from tests.browser import served as web_served
from tests.clock import FixedClock
from tests.engines import ON_SQLITE
from tests.sandbox.loopback import KEY, START, served, settings, stripe_client
from tests.smtp_server import Mailbox, serving
from tests.staff.signing_in import sign_in_as, sign_page_in
from tests.web.samples import ORGANISATION, pages
from treasury.routes import treasury_routes
from web.errors import install_errors
from web.security import secure

BASE_URL = "http://127.0.0.1"
SIZES = ((320, 640), (390, 844), (768, 1024), (1280, 900))
MAIL = {"encryption": "none", "mail_from": "giving@example.org", "to": "ada@example.org"}


@dataclass
class Desk:
    """A desk in test mode, its `.env`, and its account at the twin."""

    app: FastAPI
    engine: Engine
    clock: FixedClock
    file: EnvironmentFile
    account: stripe.StripeClient
    setup: SetupDesk

    def sit(self, role: Role = Role.OWNER) -> TestClient:
        """Somebody who has signed in."""
        client = TestClient(self.app, base_url=BASE_URL)
        sign_in_as(client, self.engine, self.clock(), role, f"{role.value}@example.org")
        return client

    def name_organisation(self) -> None:
        """Somebody says who receives the gifts."""
        with booking(self.engine) as conn:
            recipient = replace(
                ORGANISATION, imprint=f"Promoted by {ORGANISATION.name}, {', '.join(ORGANISATION.address)}."
            )
            add_version(conn, OrganisationProfile(recipient, "en_GB"), "a test", self.clock())


def environment_file(path: Path) -> EnvironmentFile:
    """The file in a folder of a test's own."""

    def read() -> Environment:
        now = Settings(_env_file=path)  # type: ignore[call-arg]
        key = now.stripe_api_key.get_secret_value() if now.stripe_api_key else None
        return Environment(now.mode, now.base_url, key, now.stripe_api_base, now.secrets, now.mail_host)

    return EnvironmentFile(path, PREFIX, read, dict)


@contextmanager
def desk_at(base_url: str, engine: Engine, clock: FixedClock, path: Path) -> Iterator[Desk]:
    """The pages of this address, and an account at Stripe that delivers to it."""
    twin = open_twin(replace(settings(base_url + WEBHOOK_PATH), registered=False))
    twin.world.clock.set(START)
    with served(twin) as api_base:
        file = environment_file(path)
        file.write({API_KEY: KEY, API_BASE: api_base})
        site = pages("test", base_url)
        stand_in = OrganisationProfile(unnamed_organisation("Europe/London"), "en_GB")
        organisation = CurrentOrganisation(engine, stand_in)
        findings = [checked("clock", 0, {}, ""), checked("jobs", 1, {}, "Is the worker running?")]
        setup = SetupDesk(engine, clock, site, organisation, file, lambda: findings)
        app = FastAPI()
        app.router.routes += setup_routes(setup).routes
        app.router.routes += treasury_routes(engine, clock, site, setup.missing).routes
        app.mount("/static", site.static)
        install_errors(app, site)
        yield Desk(app, engine, clock, file, stripe_client(api_base), setup)
    twin.close()


@pytest.fixture
def desk(engine: Engine, clock: FixedClock, tmp_path: Path) -> Iterator[Desk]:
    """A desk on either database."""
    with desk_at(BASE_URL, engine, clock, tmp_path / ".env") as opened:
        yield opened


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    """A browser sees no difference between the databases: one is enough."""
    opened = open_database(sqlite_url, durable=False)
    yield opened
    opened.dispose()


def test_the_desk_says_what_is_missing_until_nothing_is(desk: Desk) -> None:
    """On its first page, with a link to the next step; and every step on a page of its own."""
    owner = desk.sit()
    assert "Set-up: 0 of 6 steps are done" in owner.get("/desk").text
    assert "Say who receives the donations" in owner.get(PATH).text

    desk.name_organisation()

    assert "Set-up: 1 of 6 steps are done" in owner.get("/desk").text
    assert 'Next: <a href="/desk/account">' in owner.get("/desk").text


@ON_SQLITE
@pytest.mark.parametrize(
    ("role", "desk_status", "setup_status"),
    [(Role.TREASURER, 200, 200), (Role.AUDITOR, 200, 403), (Role.ORGANISER, 303, 403)],
)
def test_only_who_can_do_it_is_told(desk: Desk, role: Role, desk_status: int, setup_status: int) -> None:
    """An auditor changes nothing; an organiser has campaigns to look after."""
    client = desk.sit(role)

    first = client.get("/desk", follow_redirects=False)

    assert (first.status_code, client.get(PATH).status_code) == (desk_status, setup_status)
    assert ("Set-up: " in first.text) is (role is Role.TREASURER)
    for path in ("/desk/setup/mail", "/desk/setup/stripe"):
        assert client.get(path).status_code == setup_status
        if setup_status == 403:
            assert client.post(path).status_code == 403


def test_mail_is_kept_once_a_test_letter_was_taken(desk: Desk) -> None:
    """What was typed stays after a mistake, but for the password; the act has no secret."""
    owner, mailbox = desk.sit(), Mailbox()
    desk.name_organisation()
    with serving(mailbox) as server:
        away = owner.post(
            "/desk/setup/mail", data=MAIL | {"host": "127.0.0.1", "port": "9", "user": "wren", "password": "hunter2"}
        )
        sent = owner.post("/desk/setup/mail", data=MAIL | {"host": server.host, "port": str(server.port)})

    assert away.status_code == 422
    assert "There is a problem" in away.text
    assert 'value="wren"' in away.text
    assert "hunter2" not in away.text
    assert "The test letter is on its way" in sent.text
    assert (mailbox.recipients, desk.file.read().mail_host) == (["ada@example.org"], "127.0.0.1")
    assert "Wren & Sons" in mailbox.taken[0]["From"]
    with reading(desk.engine) as conn:
        [act] = acts_on(conn, Subject("settings", "mail"))
    assert act.after == {"host": "127.0.0.1", "port": server.port, "encryption": "smtp"}


def test_the_endpoint_is_made_from_the_desk_and_a_second_time_nothing_changes(desk: Desk) -> None:
    """With what the doctor says; the secret is in the file and nowhere on the page."""
    owner = desk.sit()
    assert "Stripe does not know yet" in owner.get("/desk/setup/stripe").text

    made = owner.post("/desk/setup/stripe").text
    [endpoint] = desk.account.v1.webhook_endpoints.list().data
    again = owner.post("/desk/setup/stripe").text

    assert endpoint.url == BASE_URL + WEBHOOK_PATH
    assert f"Made the endpoint {endpoint.id}" in made
    assert "Is the worker running?" in made
    assert "1 of 2 checks have nothing to say." in made
    assert "Nothing was changed." in again
    [secret] = desk.file.read().secrets
    assert secret not in made
    with reading(desk.engine) as conn:
        assert len(acts_on(conn, Subject("settings", "stripe"))) == 1


def test_what_stripe_refuses_is_said_on_the_page(desk: Desk) -> None:
    """Nothing is half done."""
    desk.file.write({API_KEY: "sk_test_of_somebody_else"})

    answer = desk.sit().post("/desk/setup/stripe")

    assert (answer.status_code, "There is a problem" in answer.text) == (422, True)
    assert desk.file.read().secrets == ()


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_pages_fit_every_screen_and_everybody(
    browser_page: Tabs, sqlite_engine: Engine, clock: FixedClock, tmp_path: Path, dark: bool
) -> None:
    """Four widths, both schemes: nothing is wider than the screen, and axe finds nothing."""

    def build(base_url: str) -> ASGIApp:
        opened = stack.enter_context(desk_at(base_url, sqlite_engine, clock, tmp_path / ".env"))
        return secure(opened.app, pages=opened.setup.pages, base_url=base_url, allowed_hosts=())

    with ExitStack() as stack, web_served(build) as address:
        page = browser_page(size=SIZES[-1])
        page.emulate_media(color_scheme="dark" if dark else "light")
        sign_page_in(page, address, sqlite_engine, clock())
        for path in (PATH, "/desk/setup/mail", "/desk/setup/stripe", "/desk"):
            _look(page, address + path)
        page.goto(f"{address}/desk/setup/stripe")
        page.get_by_role("button", name="Make the endpoint").click()
        assert page.get_by_role("status").inner_text().startswith("Done")
        assert_accessible(page)


def _look(page: Page, address: str) -> None:
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (address, width)
    assert_accessible(page)

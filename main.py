"""Builds every part once: the donors' and treasurers' web, the worker, and the twin in sandbox mode.

Read it as a table of contents: each part is handed exactly what it needs, and nothing happens at import.
"""

import signal
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from anyio import to_thread
from fastapi import FastAPI
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp

from campaigns.demo import DEMO_ORGANISATION, add_demo_campaigns
from campaigns.routes import campaign_routes
from database.engine import NotDurable, open_database
from database.instants import Clock, utc_now
from database.migrating import (
    REVISION,
    is_current,
    migrate,
    refuse_other_mode,
    require_mode,
    require_revision,
    revision_of,
)
from database.transactions import booking, reading, writing
from ledger.finding import Finding
from ledger.store import open_accounts
from organisation.organisation import OrganisationProfile
from organisation.store import add_version_if_changed, newest_version
from outbox.jobs import oldest_waiting
from outbox.worker import Chore, Worker
from payments.books.bookkeeper import Bookkeeper
from payments.books.decide.decide import BookRules
from payments.gifts.recurring import Interval
from payments.giving.pledges import Pledges
from payments.giving.routes import payment_routes
from payments.inbox.inbox import Inbox
from payments.inbox.keep import replay
from payments.inbox.webhook import PATH as WEBHOOK_PATH
from payments.inbox.webhook import Webhook
from payments.inbox.writer import Writer, writer_thread
from payments.settlement.jobs import reconcile_hourly, settlement_jobs
from payments.stripe.gateway import Gateway
from payments.stripe.lists import StripeLists
from payments.stripe.subscriptions import RecurringGateway
from proof.doctor import Installation, check_installation
from receipts.jobs import PRINT, print_handler
from receipts.pdf import Printer
from receipts.routes import receipt_routes
from sandbox.keys import sandbox_keys
from sandbox.twin import Twin, TwinSettings, open_twin
from settings import LOOPBACK, Settings
from staff.routes import staff_routes
from treasury.routes import treasury_routes
from web.dispatch import PathDispatch
from web.errors import install_errors
from web.health import ReadinessCheck, health_routes
from web.logs import RequestLog
from web.pages import Pages
from web.security import secure

HERE = Path(__file__).resolve().parent
SANDBOX_PATH = "/sandbox"
PAGE_THREADS = 20
REPLAY_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class House:
    """What web and worker both stand on."""

    settings: Settings
    base_url: str
    engine: Engine
    profile: OrganisationProfile
    pages: Pages
    bookkeeper: Bookkeeper
    clock: Clock

    @property
    def stripe(self) -> tuple[str, str | None]:
        """Stripe's key and address: of the twin that our web serves, or of the organisation's own account."""
        if self.settings.mode == "sandbox":
            return sandbox_keys(self.settings.var_dir)["api_key"], self.base_url + SANDBOX_PATH
        assert self.settings.stripe_api_key is not None
        return self.settings.stripe_api_key.get_secret_value(), self.settings.stripe_api_base

    @property
    def lists(self) -> StripeLists:
        """What Stripe has written down: in a sandbox over HTTP, at the web's address."""
        key, base = self.stripe
        return StripeLists(key, api_base=base)


def build_house(
    settings: Settings, base_url: str | None = None, clock: Clock = utc_now, *, durable: bool = True
) -> House:
    """Open this installation's database (it must have our shape and mode) and lay the common ground."""
    engine = open_database(settings.address, durable=durable)
    require_revision(engine)
    require_mode(engine, settings.mode)
    address = (base_url or settings.base_url or f"http://{settings.host}:{settings.port}").rstrip("/")
    with reading(engine) as conn:
        profile = newest_version(conn, settings.timezone).profile
    recipient = profile.organisation
    pages = Pages(
        HERE / "templates", organisation=recipient, mode=settings.mode, base_url=address, locale=profile.locale
    )
    bookkeeper = Bookkeeper(BookRules(recipient, ZoneInfo(settings.timezone), settings.mode))
    return House(settings, address, engine, profile, pages, bookkeeper, clock)


def record_organisation(settings: Settings, clock: Clock = utc_now, *, durable: bool = True) -> None:
    """Write a new version of the organisation if the settings have changed since the newest."""
    engine = open_database(settings.address, durable=durable)
    try:
        require_revision(engine)
        require_mode(engine, settings.mode)
        with booking(engine) as conn:
            add_version_if_changed(conn, settings.profile(DEMO_ORGANISATION), "settings", clock())
    finally:
        engine.dispose()


def prepare(settings: Settings, clock: Clock = utc_now, *, durable: bool = True) -> None:
    """Bring the database to our shape, open the accounts, record the organisation, plant the demo in a sandbox."""
    if settings.address.startswith("sqlite"):
        settings.var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = open_database(settings.address, durable=durable)
    try:
        refuse_other_mode(engine, settings.mode)
        if not is_current(engine):
            migrate(settings.address)
        require_mode(engine, settings.mode)
        with booking(engine) as conn:
            open_accounts(conn)
            add_version_if_changed(conn, settings.profile(DEMO_ORGANISATION), "settings", clock())
        if settings.mode == "sandbox":
            sandbox_keys(settings.var_dir)  # before web and worker are two that would each make their own
            with writing(engine) as conn:
                add_demo_campaigns(conn, clock())
    finally:
        engine.dispose()


def build_writer(house: House) -> Writer:
    """The writer of what Stripe sends: one for each web process, in a process of its own beside it."""
    return Writer(house.engine, house.bookkeeper, house.clock, livemode=house.settings.mode == "live")


def build_web(house: House, twin: Twin | None, line: socket.socket | None = None) -> ASGIApp:
    """The whole web: the webhook in front, our pages behind their guards, and in sandbox mode the twin.

    A twin at another address than ours is used, but not served. `line` leads to the writer's process; without
    one a thread of this process writes.
    """
    inbox = Inbox(on_loss=lambda: signal.raise_signal(signal.SIGTERM))
    pages = secure(
        _app(house, inbox, twin, line),
        pages=house.pages,
        base_url=house.base_url,
        allowed_hosts=(*house.settings.allowed_hosts, *_own_names(house.base_url)),
        form_targets=(_origin(twin.settings.public_url),) if twin else (),
    )
    signing = (twin.settings.endpoint_secret,) if twin else house.settings.secrets
    webhook = Webhook(inbox, signing, house.clock)
    ours = twin is not None and twin.settings.public_url == house.base_url + SANDBOX_PATH
    return PathDispatch(RequestLog(pages), {WEBHOOK_PATH: webhook}, {SANDBOX_PATH: twin.app} if twin and ours else {})


def build_worker(house: House, twin: Twin | None = None) -> Worker:
    """The worker: prints receipts, asks Stripe what messages only hint at, and tries again what failed.

    It asks the twin that the web serves, or one at another address.
    """
    key, base = _stripe(house, twin)
    lists = StripeLists(key, api_base=base)
    handlers = {PRINT: print_handler(house.engine, Printer(house.pages), house.clock)}
    handlers |= settlement_jobs(
        house.engine, house.bookkeeper, lists, RecurringGateway(key, api_base=base), house.clock
    )

    def try_again() -> None:
        replay(house.engine, house.bookkeeper, house.clock(), only_due=True)

    chores = [Chore(REPLAY_EVERY, try_again), reconcile_hourly(house.engine, house.clock)]
    return Worker(house.engine, handlers, house.clock, chores)


def check_up(house: House) -> list[Finding]:
    """What the doctor finds."""
    installation = Installation(house.settings.mode, house.base_url + WEBHOOK_PATH, house.stripe[1])
    return check_installation(house.engine, installation, house.lists, house.clock)


def build_twin(house: House) -> Twin | None:
    """The Stripe twin of a sandbox, in the web's own process, with keys made once per installation."""
    if house.settings.mode != "sandbox":
        return None
    keys = sandbox_keys(house.settings.var_dir)
    return open_twin(
        TwinSettings(
            public_url=house.base_url + SANDBOX_PATH,
            api_key=keys["api_key"],
            endpoint_url=house.base_url + WEBHOOK_PATH,
            endpoint_secret=keys["endpoint_secret"],
            organisation=house.profile.organisation.name,
        ),
        house.settings.var_dir / "twin.db",
        seed=int(keys["seed"]),
    )


def _app(house: House, inbox: Inbox, twin: Twin | None, line: socket.socket | None) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = PAGE_THREADS
        async with AsyncExitStack() as stack:
            await inbox.open(line or stack.enter_context(writer_thread(build_writer(house))))
            stack.push_async_callback(inbox.close)
            if twin:  # stops before the inbox: what it still delivers finds an open door
                await stack.enter_async_context(twin.lifespan())
            yield
        house.engine.dispose()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    install_errors(app, house.pages)
    pledges = Pledges(house.engine, _gateway(house, twin), house.clock)
    for router in (
        campaign_routes(house.engine, house.clock, house.pages),
        payment_routes(
            house.engine, pledges, house.clock, house.pages, [Interval(name) for name in house.profile.giving.intervals]
        ),
        receipt_routes(house.engine, house.clock, house.pages),
        staff_routes(house.engine, house.clock, house.pages),
        treasury_routes(house.engine, house.clock, house.pages),
        health_routes(lambda: _checks(house.engine, house.clock)),
    ):
        app.include_router(router)
    app.mount("/static", house.pages.static)
    return app


def _gateway(house: House, twin: Twin | None) -> Gateway:
    key, base = _stripe(house, twin)
    return Gateway(key, house.base_url, api_base=base)


def _stripe(house: House, twin: Twin | None) -> tuple[str, str | None]:
    return (twin.settings.api_key, twin.settings.public_url) if twin else house.stripe


def _checks(engine: Engine, clock: Clock) -> Sequence[ReadinessCheck]:
    """What must be so before gifts can be taken."""
    try:
        with reading(engine) as conn:
            revision, oldest = revision_of(conn), oldest_waiting(conn)
    except (SQLAlchemyError, NotDurable) as error:
        return [ReadinessCheck("database", passed=False, detail=type(error).__name__)]
    waited = int((clock() - oldest).total_seconds()) if oldest else 0
    return [
        ReadinessCheck("database", passed=True, detail="answers"),
        ReadinessCheck("version", passed=revision == REVISION, detail=str(revision)),
        ReadinessCheck("jobs", passed=True, detail=f"oldest waits {waited} s"),
    ]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _own_names(base_url: str) -> Sequence[str]:
    """On this machine all of loopback's names are ours."""
    return tuple(LOOPBACK) if urlsplit(base_url).hostname in LOOPBACK else ()

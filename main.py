"""Builds every part once: the donors' and treasurers' web, the worker, and the twin in sandbox mode.

Read it as a table of contents: each part is handed exactly what it needs, and nothing happens at import.
"""

import json
import secrets
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
from starlette.types import ASGIApp, Receive, Scope, Send

from campaigns.demo import DEMO_ORGANISATION, plant_demo
from campaigns.routes import campaign_routes
from database.engine import NotDurable, open_database
from database.instants import Clock, utc_now
from database.migrating import REVISION, migrate, refuse_other_mode, require_mode, require_revision, revision_of
from database.transactions import booking, reading, writing
from ledger.store import open_accounts
from outbox.jobs import oldest_waiting
from outbox.worker import Chore, Worker
from payments.applying import Bookkeeper
from payments.giving import Giving
from payments.inbox.keeping import replay
from payments.inbox.webhook import PATH as WEBHOOK_PATH
from payments.inbox.webhook import Webhook
from payments.inbox.writer import Inbox
from payments.routes import payment_routes
from payments.stripe_gateway import Gateway
from receipts.jobs import PRINT, print_receipt
from receipts.pdf import Printer
from receipts.routes import receipt_routes
from sandbox.twin import Twin, TwinSettings, open_twin
from settings import LOOPBACK, Settings
from treasury.routes import desk_routes
from web.errors import install_errors
from web.health import Check, health_routes
from web.logs import Logged
from web.organisation import Organisation
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
    organisation: Organisation
    pages: Pages
    bookkeeper: Bookkeeper
    clock: Clock


def build_house(
    settings: Settings, base_url: str | None = None, clock: Clock = utc_now, *, durable: bool = True
) -> House:
    """Open this installation's database (it must have our shape and mode) and lay the common ground."""
    engine = open_database(settings.address, durable=durable)
    require_revision(engine)
    require_mode(engine, settings.mode)
    address = (base_url or settings.base_url or f"http://{settings.host}:{settings.port}").rstrip("/")
    organisation = organisation_of(settings)
    pages = Pages(
        HERE / "templates",
        organisation=organisation,
        mode=settings.mode,
        base_url=address,
        locale=settings.locale,
    )
    bookkeeper = Bookkeeper(organisation, ZoneInfo(settings.timezone), settings.mode)
    return House(settings, address, engine, organisation, pages, bookkeeper, clock)


def organisation_of(settings: Settings) -> Organisation:
    """Who receives the gifts: as the settings say, or the demo's body in a sandbox that names nobody."""
    if settings.organisation_name is None:
        return DEMO_ORGANISATION
    return Organisation(
        name=settings.organisation_name,
        address=settings.address_lines,
        email=settings.organisation_email or "",
        imprint=settings.organisation_imprint or "",
        url=settings.organisation_url,
        legal_note=settings.organisation_legal_note,
        timezone=settings.timezone,
    )


def prepare(settings: Settings, clock: Clock = utc_now, *, durable: bool = True) -> None:
    """Bring the database to our shape, open the accounts, and plant the demo in an empty sandbox."""
    if settings.address.startswith("sqlite"):
        settings.var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = open_database(settings.address, durable=durable)
    try:
        refuse_other_mode(engine, settings.mode)
        if not _is_current(engine):
            migrate(settings.address)
        require_mode(engine, settings.mode)
        with booking(engine) as conn:
            open_accounts(conn)
        if settings.mode == "sandbox":
            with writing(engine) as conn:
                plant_demo(conn, clock())
    finally:
        engine.dispose()


def build_web(house: House, twin: Twin | None) -> ASGIApp:
    """The whole web: the webhook in front, our pages behind their guards, and in sandbox mode the twin.

    A twin at another address than ours is used, but not served.
    """
    inbox = Inbox(house.engine, house.bookkeeper, house.clock)
    pages = secure(
        _app(house, inbox, twin),
        pages=house.pages,
        base_url=house.base_url,
        allowed_hosts=(*house.settings.allowed_hosts, *_own_names(house.base_url)),
        form_targets=(_origin(twin.settings.public_url),) if twin else (),
    )
    signing = (twin.settings.endpoint_secret,) if twin else house.settings.secrets
    webhook = Webhook(inbox, signing, house.clock, livemode=house.settings.mode == "live")
    ours = twin is not None and twin.settings.public_url == house.base_url + SANDBOX_PATH
    return Front(Logged(pages), webhook, twin.app if twin and ours else None)


def build_worker(house: House) -> Worker:
    """The worker: prints receipts, and tries deliveries again that could not be applied."""
    handlers = {PRINT: print_receipt(house.engine, Printer(house.pages), house.clock)}

    def try_again() -> None:
        replay(house.engine, house.bookkeeper, house.clock(), only_due=True)

    return Worker(house.engine, handlers, house.clock, [Chore(REPLAY_EVERY, try_again)])


def build_twin(house: House) -> Twin | None:
    """The Stripe twin of a sandbox, in the web's own process, with keys made once per installation."""
    if house.settings.mode != "sandbox":
        return None
    keys = _sandbox_keys(house.settings.var_dir)
    return open_twin(
        TwinSettings(
            public_url=house.base_url + SANDBOX_PATH,
            api_key=keys["api_key"],
            endpoint_url=house.base_url + WEBHOOK_PATH,
            endpoint_secret=keys["endpoint_secret"],
            organisation=house.organisation.name,
        ),
        house.settings.var_dir / "twin.db",
        seed=int(keys["seed"]),
    )


class Front:
    """Sends each request to its door: the webhook before all, for its cost; then the twin; then our pages."""

    def __init__(self, pages: ASGIApp, webhook: ASGIApp, twin: ASGIApp | None) -> None:
        self._pages, self._webhook, self._twin = pages, webhook, twin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Dispatch by path; lifespan goes to our pages, which own the rest."""
        path = scope.get("path", "")
        if path == WEBHOOK_PATH:
            await self._webhook(scope, receive, send)
        elif self._twin is not None and (path == SANDBOX_PATH or path.startswith(f"{SANDBOX_PATH}/")):
            await self._twin({**scope, "root_path": SANDBOX_PATH}, receive, send)
        else:
            await self._pages(scope, receive, send)


def _app(house: House, inbox: Inbox, twin: Twin | None) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = PAGE_THREADS
        async with AsyncExitStack() as stack:
            inbox.open()
            stack.push_async_callback(inbox.close)
            if twin:  # stops before the inbox: what it still delivers finds an open door
                await stack.enter_async_context(twin.lifespan())
            yield
        house.engine.dispose()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    install_errors(app, house.pages)
    giving = Giving(house.engine, _gateway(house, twin), house.clock)
    for router in (
        campaign_routes(house.engine, house.clock, house.pages),
        payment_routes(house.engine, giving, house.clock, house.pages),
        receipt_routes(house.engine, house.clock, house.pages),
        desk_routes(house.engine, house.clock, house.pages),
        health_routes(lambda: _checks(house.engine, house.clock)),
    ):
        app.include_router(router)
    app.mount("/static", house.pages.static)
    return app


def _gateway(house: House, twin: Twin | None) -> Gateway:
    if twin:
        return Gateway(twin.settings.api_key, house.base_url, api_base=twin.settings.public_url)
    assert house.settings.stripe_api_key is not None
    return Gateway(
        house.settings.stripe_api_key.get_secret_value(),
        house.base_url,
        api_base=house.settings.stripe_api_base,
    )


def _checks(engine: Engine, clock: Clock) -> Sequence[Check]:
    """What must be so before gifts can be taken."""
    try:
        with reading(engine) as conn:
            revision, oldest = revision_of(conn), oldest_waiting(conn)
    except (SQLAlchemyError, NotDurable) as error:
        return [Check("database", passed=False, found=type(error).__name__)]
    waited = int((clock() - oldest).total_seconds()) if oldest else 0
    return [
        Check("database", passed=True, found="answers"),
        Check("version", passed=revision == REVISION, found=str(revision)),
        Check("jobs", passed=True, found=f"oldest waits {waited} s"),
    ]


def _is_current(engine: Engine) -> bool:
    with reading(engine) as conn:
        found = revision_of(conn)
    if found is not None and found > REVISION:
        require_revision(engine)  # newer than we are: says so and stops
    return found == REVISION


def _sandbox_keys(var_dir: Path) -> dict[str, str]:
    """This sandbox's key and signing secret: random, made at the first start, readable by us alone."""
    path = var_dir / "sandbox-keys.json"
    try:
        kept: dict[str, str] = json.loads(path.read_text())
    except FileNotFoundError:
        kept = {
            "api_key": "sk_test_sandbox_" + secrets.token_hex(16),
            "endpoint_secret": "whsec_" + secrets.token_hex(24),
            "seed": str(secrets.randbits(32)),  # a twin begun anew must not give old ids again
        }
        path.touch(mode=0o600)
        path.write_text(json.dumps(kept))
    return kept


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _own_names(base_url: str) -> Sequence[str]:
    """On this machine all of loopback's names are ours."""
    return tuple(LOOPBACK) if urlsplit(base_url).hostname in LOOPBACK else ()

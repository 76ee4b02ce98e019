"""The twin: one Stripe account on this machine, with its API, its pages and its webhooks."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.api.faults import respond_to_bug
from sandbox.api.server import ApiServer
from sandbox.calls.all_calls import CALLS, INCLUDABLES
from sandbox.checkout_page import CheckoutPage
from sandbox.clock_control import ClockControl
from sandbox.host_guard import HostGuard
from sandbox.lifecycle.checkout_payment import finish_authentication, pay, session_intent
from sandbox.lifecycle.checkout_sessions import get_session
from sandbox.lifecycle.payment_methods import Payer
from sandbox.lifecycle.refunds import create_refund
from sandbox.lifecycle.sample_methods import SAMPLE_METHODS
from sandbox.lifecycle.tasks import COMPUTED_FIELDS, TASKS
from sandbox.link_page import LinkPage
from sandbox.pages import PageRenderer
from sandbox.panel_guard import Guard, PanelGuard
from sandbox.panel_page import PanelPage
from sandbox.portal_page import PortalPage
from sandbox.state.store import Object, Store
from sandbox.webhooks.delivery_loop import SENDER_THREADS, DeliveryLoop
from sandbox.webhooks.endpoint import register_endpoint
from sandbox.webhooks.sender import Sender
from sandbox.world import AccountSettings, World

THREADS = 4
KEY_PREFIX = "sk_test_sandbox_"
API_ROOTS = ("v1", "v2")
API_METHODS = ["GET", "POST", "DELETE"]


@dataclass(frozen=True)
class TwinSettings:
    """The settings of one twin. It answers only to its API key, and delivers webhooks only to its endpoint.

    Unless `registered`, nothing is delivered there before a program registers that address, as at Stripe.
    `inbox_url` is where a program that serves the twin shows the letters that it would have sent.
    """

    public_url: str
    api_key: str
    endpoint_url: str | None
    endpoint_secret: str
    organisation: str
    registered: bool = True
    inbox_url: str | None = None

    def __post_init__(self) -> None:
        if not self.api_key.startswith(KEY_PREFIX):
            raise ValueError(f"the twin's key must begin with {KEY_PREFIX}: it must never be mistaken for a real one")


class Twin:
    """A Stripe-compatible server. `app` is its ASGI application, which may be mounted under any path.

    Without its lifespan nothing runs in the background: `settle` and `advance` do what is due, in the caller's thread.
    """

    def __init__(self, settings: TwinSettings, world: World, sender: Sender | None = None) -> None:
        self.settings, self.world = settings, world
        self.delivery_loop = DeliveryLoop(world, sender)
        self.clock_control = ClockControl(world, self.delivery_loop)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="twin")
        self.api = ApiServer(world, CALLS, INCLUDABLES, settings.api_key, self._threads)
        renderer = PageRenderer(world)
        self.open_routes = self._open_routes(renderer)
        self.panel_routes = self._panel_routes(renderer)
        self.app: ASGIApp = self.guarded_app(None)
        register_endpoint(world)

    def guarded_app(self, guard: Guard | None) -> ASGIApp:
        """The application. Without a guard, as on loopback, everybody may see the panel."""
        app: ASGIApp = Starlette(
            routes=[*self.open_routes, *self.panel_routes], exception_handlers={Exception: respond_to_bug}
        )
        if guard is not None:
            app = PanelGuard(app, self.open_routes, guard, self.settings.api_key, self._threads)
        return HostGuard(app, self.world)

    async def api_at_root(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI: the API for a server that mounts the twin under a path. Node's library and the Stripe CLI take none."""
        await self.app({**scope, "root_path": ""}, receive, send)

    def _open_routes(self, renderer: PageRenderer) -> list[Route]:
        """What keeps itself: the API by its key, and the pages of payers by the ids in their addresses."""
        api, threads = self.api, self._threads
        checkout = CheckoutPage(self.world, renderer, self.delivery_loop, threads)
        portal, link = PortalPage(self.world, renderer, threads), LinkPage(self.world, renderer, threads)
        return [
            *(Route(f"/{version}/{{path:path}}", api.respond, methods=API_METHODS) for version in API_ROOTS),
            Route("/checkout/{id}", checkout.respond, methods=["GET", "POST"]),
            Route("/approve/{id}", checkout.respond_as_bank, methods=["GET", "POST"]),
            Route("/link/{id}", link.respond, methods=["GET", "POST"]),
            Route("/portal/{id}", portal.respond, methods=["GET", "POST"]),
            Route("/static/twin.css", renderer.style),
        ]

    def _panel_routes(self, renderer: PageRenderer) -> list[Route]:
        """What a guard is asked about."""
        panel = PanelPage(self.clock_control, renderer, self._threads, self.settings.api_key)
        return [
            Route("/do/{name}", panel.respond_to_control, methods=["POST"]),
            Route("/", panel.respond, methods=["GET"]),
        ]

    def attach(self, *, public_url: str | None = None, endpoint_url: str | None = None) -> None:
        """Set the twin's addresses, where they are known only after ports were bound."""
        account = self.world.settings
        account.public_url = (public_url or account.public_url).rstrip("/")
        account.endpoint_url = endpoint_url or account.endpoint_url
        register_endpoint(self.world)

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """Run tasks and deliver webhooks in the twin's own threads, until the context ends."""
        with ThreadPoolExecutor(SENDER_THREADS + 1, thread_name_prefix="twin-delivery") as threads:
            self.delivery_loop.start(threads)
            try:
                yield
            finally:
                self.delivery_loop.stop()
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(self._threads, threads.shutdown)
        self.close()

    def close(self) -> None:
        """Close threads, connections and the database."""
        self._threads.shutdown()
        self.delivery_loop.close()
        self.world.store.close()

    def now(self) -> datetime:
        """The time of the twin's clock, in UTC."""
        return datetime.fromtimestamp(self.world.clock.unfrozen_now(), UTC)

    def settle(self) -> None:
        """Run the tasks and make the deliveries that are due at this moment."""
        self.clock_control.settle()

    def advance(self, by: float | timedelta) -> None:
        """Advance the clock by this many seconds; everything due in between happens and is delivered, in order."""
        self.clock_control.advance(by)

    def find(self, id_: str) -> Object | None:
        """An object as the API shows it now, or None."""
        with self.world.step():
            obj = self.world.store.find(id_)
            return None if obj is None else self.world.show(obj)

    def pay(
        self,
        session_id: str,
        *,
        card: str = "4242424242424242",
        email: str = "giver@example.org",
        name: str = "Test Giver",
    ) -> Object:
        """Press Pay on a session's page, without the page; the charge. 3-D Secure is approved where it is required."""
        with self.world.step():
            session = get_session(self.world, session_id)
            if pay(self.world, session, SAMPLE_METHODS[card], Payer(email, name)) == "requires_action":
                finish_authentication(self.world, session, approved=True)
            intent = session_intent(self.world, session)
            assert intent is not None, "a session has an intent once Pay was pressed"
            return self.world.store.get(intent["latest_charge"])

    def refund(self, charge_id: str) -> Object:
        """Refund what is left of a charge, as somebody does in Stripe's dashboard; the refund."""
        with self.world.step():
            return create_refund(self.world, {"charge": charge_id})


def open_twin(
    settings: TwinSettings,
    path: Path | None = None,
    *,
    seed: int = 0,
    real_time: Callable[[], float] = time.time,
    sender: Sender | None = None,
) -> Twin:
    """A twin with its state in this file, or in memory. The same seed and the same calls give the same history.

    `real_time` is the machine's clock. `sender` sends the webhooks; where it is None they go over HTTP.
    """
    account = AccountSettings(
        settings.public_url.rstrip("/"),
        settings.organisation,
        settings.endpoint_url,
        settings.endpoint_secret,
        settings.registered,
        settings.inbox_url,
    )
    world = World(
        Store(path),
        account,
        task_functions=TASKS,
        computed_fields=COMPUTED_FIELDS,
        seed=seed,
        real_time=real_time,
    )
    return Twin(settings, world, sender)

"""The twin: one Stripe account on this machine, with its API, its pages, and its deliveries."""

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
from starlette.types import ASGIApp

from sandbox.api.server import ApiServer
from sandbox.calls.table import CALLS, INCLUDABLES
from sandbox.checkout import Checkout
from sandbox.clock_control import ClockControl
from sandbox.guard import Guard
from sandbox.life.happenings import COMPUTED, HAPPENINGS
from sandbox.life.means import MEANS
from sandbox.life.methods import Payer
from sandbox.life.paying import answer_the_bank, intent_behind, pay
from sandbox.life.sessions import the_session
from sandbox.pages import Pages
from sandbox.panel import Panel
from sandbox.portal import Portal
from sandbox.state.store import Object, Store
from sandbox.webhooks.delivery_loop import SENDER_THREADS, DeliveryLoop
from sandbox.webhooks.endpoint import register_endpoint
from sandbox.webhooks.sender import Sender
from sandbox.world import AccountSettings, World

THREADS = 4
KEY_PREFIX = "sk_test_sandbox_"


@dataclass(frozen=True)
class TwinSettings:
    """What one twin is told. It answers only under its key and delivers only to its one endpoint."""

    public_url: str
    api_key: str
    endpoint_url: str | None
    endpoint_secret: str
    organisation: str

    def __post_init__(self) -> None:
        if not self.api_key.startswith(KEY_PREFIX):
            raise ValueError(f"the twin's key must begin with {KEY_PREFIX}: it must never be mistaken for a real one")


class Twin:
    """A Stripe-compatible server. `app` is its ASGI application, at home under any prefix.

    Without its lifespan nothing moves by itself: `settle` and `advance` do what is due, in the caller's thread.
    """

    def __init__(self, settings: TwinSettings, world: World, sender: Sender | None = None) -> None:
        self.settings, self.world = settings, world
        self.delivery_loop = DeliveryLoop(world, sender)
        self.clock_control = ClockControl(world, self.delivery_loop)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="twin")
        self.api = ApiServer(world, CALLS, INCLUDABLES, settings.api_key, self._threads)
        self.app: ASGIApp = Guard(self._app(), world)
        register_endpoint(world)

    def _app(self) -> Starlette:
        pages = Pages(self.world)
        api = self.api
        checkout = Checkout(self.world, pages, self.delivery_loop, self._threads)
        panel = Panel(self.clock_control, pages, self._threads)
        portal = Portal(self.world, pages, self._threads)
        return Starlette(
            routes=[
                Route("/v1/{path:path}", api.respond, methods=["GET", "POST", "DELETE"]),
                Route("/checkout/{id}", checkout.respond, methods=["GET", "POST"]),
                Route("/approve/{id}", checkout.approval, methods=["GET", "POST"]),
                Route("/portal/{id}", portal.respond, methods=["GET", "POST"]),
                Route("/do/{name}", panel.act, methods=["POST"]),
                Route("/", panel.respond, methods=["GET"]),
                Route("/static/twin.css", pages.style),
            ]
        )

    def attach(self, *, public_url: str | None = None, endpoint_url: str | None = None) -> None:
        """Tell the twin its addresses, where they are known only after ports were bound."""
        account = self.world.settings
        account.public_url = (public_url or account.public_url).rstrip("/")
        account.endpoint_url = endpoint_url or account.endpoint_url
        register_endpoint(self.world)

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """While it lasts, what is due happens and events are delivered, in threads of the twin's own."""
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
        """Let go of threads, connections and file."""
        self._threads.shutdown()
        self.delivery_loop.close()
        self.world.store.close()

    def now(self) -> datetime:
        """What the twin's clock shows, for a product that wants to live by it."""
        return datetime.fromtimestamp(self.world.clock.unfrozen_now(), UTC)

    def settle(self) -> None:
        """Do everything that is due at this moment, deliveries included."""
        self.clock_control.settle()

    def advance(self, by: float | timedelta) -> None:
        """Turn the clock forward, and let everything due in between happen and be delivered, in order."""
        self.clock_control.advance(by)

    def find(self, id_: str) -> Object | None:
        """An object as the API shows it now, or None."""
        with self.world.step():
            found = self.world.store.find(id_)
            return None if found is None else self.world.show(found)

    def pay(self, session_id: str, *, card: str = "4242424242424242", email: str = "giver@example.org") -> Object:
        """Press Pay on a session's page, without the page; the charge that comes of it.

        What the bank asks (3-D Secure) is answered yes.
        """
        with self.world.step():
            session = the_session(self.world, session_id)
            if pay(self.world, session, MEANS[card], Payer(email, "Test Giver")) == "requires_action":
                answer_the_bank(self.world, session, approved=True)
            intent = intent_behind(self.world, session)
            assert intent is not None, "whoever has pressed Pay has an intent"
            return self.world.store.get(intent["latest_charge"])


def open_twin(
    settings: TwinSettings,
    path: Path | None = None,
    *,
    seed: int = 0,
    real_time: Callable[[], float] = time.time,
    sender: Sender | None = None,
) -> Twin:
    """A twin whose state is in this file, or in memory. The same seed and the same calls give the same history.

    `real_time` is the machine's clock. `sender` sends the webhooks; without one they go over HTTP.
    """
    account = AccountSettings(
        settings.public_url.rstrip("/"),
        settings.organisation,
        settings.endpoint_url,
        settings.endpoint_secret,
    )
    store = Store(path)
    world = World(store, account, task_functions=HAPPENINGS, computed_fields=COMPUTED, seed=seed, real_time=real_time)
    return Twin(settings, world, sender)

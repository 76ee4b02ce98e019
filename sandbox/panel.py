"""The panel: what is in the twin, for a person to see."""

from concurrent.futures import Executor

from starlette.requests import Request
from starlette.responses import Response

from sandbox.pages import Pages, in_thread
from sandbox.webhooks.queue import attempts_of, latest_deliveries
from sandbox.world import World

SHOWN = 25


class Panel:
    """One page: the clock, the newest sessions and charges, the newest deliveries with their attempts."""

    def __init__(self, world: World, pages: Pages, threads: Executor) -> None:
        self._world, self._pages, self._threads = world, pages, threads

    async def respond(self, request: Request) -> Response:
        """The panel as it is now."""
        return await in_thread(self._threads, self._show)

    def _show(self) -> Response:
        world = self._world
        with world.step():
            deliveries = [
                (delivery, world.store.get(delivery.event)["type"], attempts_of(world, delivery))
                for delivery in latest_deliveries(world, SHOWN)
            ]
            return self._pages.page(
                "panel.html",
                now=world.now,
                running=world.clock.running,
                sessions=world.store.some("checkout.session", limit=SHOWN),
                charges=world.store.some("charge", limit=SHOWN),
                deliveries=deliveries,
            )

"""Advancing the test clock: everything that is due on the way is done and delivered, in order."""

from datetime import timedelta

from sandbox.webhooks.delivery_loop import DeliveryLoop
from sandbox.world import World


class ClockControl:
    """Advances the clock for tests, the panel and the commands. It works in the caller's thread."""

    def __init__(self, world: World, delivery_loop: DeliveryLoop) -> None:
        self.world, self._delivery_loop = world, delivery_loop

    def settle(self) -> None:
        """Run the tasks and make the deliveries that are due at this moment."""
        until = self.world.clock.unfrozen_now()
        self.world.run_due_tasks(until)
        self._delivery_loop.deliver_all_due(until)

    def advance(self, by: float | timedelta) -> None:
        """Advance the clock by this many seconds; everything due in between happens and is delivered, in order."""
        seconds = by.total_seconds() if isinstance(by, timedelta) else by
        self.advance_to(self.world.clock.unfrozen_now() + seconds)

    def advance_to(self, until: float) -> None:
        """Advance the clock to this second, stopping at each one at which a task or a delivery is due.

        Without an endpoint nothing is delivered, so all tasks run in one go.
        """
        self.settle()
        if self.world.settings.endpoint_url is None:
            self.world.run_due_tasks(until)
        while (at := self._next_due_time()) is not None and at <= until:
            self.world.clock.advance_to(max(at, self.world.clock.unfrozen_now()))
            self.settle()
        self.world.clock.advance_to(until)

    def _next_due_time(self) -> float | None:
        task = self.world.tasks.next()
        times = [at for at in (task.at if task else None, self._delivery_loop.next_due_time()) if at is not None]
        return min(times, default=None)

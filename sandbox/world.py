"""The world of one twin: its objects, clock and scheduled tasks, changed one step at a time."""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sandbox.state.clock import Clock, RealTime
from sandbox.state.scheduled_tasks import ScheduledTask, ScheduledTasks
from sandbox.state.seeded_random import SeededRandom
from sandbox.state.store import Object, Store

log = logging.getLogger("sandbox")

TaskFunction = Callable[["World", str], None]
"""What a scheduled task does: it gets the world and the id of its object."""

ComputedFields = Callable[["World", Object], Object]
"""Fields of one kind of object that follow from the clock or from other tables, computed when it is shown."""


@dataclass(frozen=True)
class EventRequest:
    """The API request that causes an event; both None for what no request causes (a settlement, a renewal)."""

    id: str | None = None
    idempotency_key: str | None = None


NO_REQUEST = EventRequest()
TASKS_PER_TRANSACTION = 100
"""Scheduled tasks in one transaction, at most: callers wait until it ends."""


@dataclass
class AccountSettings:
    """The account's name and addresses, and where letters are read, if anywhere.

    A test knows an address only once its port is bound, and sets it then.
    """

    public_url: str
    organisation: str
    endpoint_url: str | None
    endpoint_secret: str
    registered: bool = True
    """Whether its endpoint exists from the start; else a program registers it through the API."""
    inbox_url: str | None = None


class TaskFailed(Exception):
    """A scheduled task raised an exception. `__cause__` has it."""

    def __init__(self, task: ScheduledTask) -> None:
        super().__init__(f"the scheduled task {task.name} of {task.object_id} failed and is set aside")
        self.task = task


class World:
    """The whole state of one twin. Everything changes inside `step`."""

    def __init__(
        self,
        store: Store,
        settings: AccountSettings,
        *,
        task_functions: Mapping[str, TaskFunction],
        computed_fields: Mapping[str, ComputedFields],
        seed: int,
        real_time: RealTime,
    ) -> None:
        self.store, self.settings, self.real_time = store, settings, real_time
        self.clock = Clock(store, real_time)
        self.tasks = ScheduledTasks(store)
        self.random = SeededRandom(store, seed, self.clock.now)
        self.request = NO_REQUEST
        self.wakeup = threading.Condition()
        """Threads that deliver webhooks and run tasks wait for this; `wakeups` counts how often it was notified."""
        self.wakeups = 0
        self._wake_after_step = False
        self.chaos: Any = None
        """The chaos settings, cached by `chaos.current_chaos`; None until they are read."""
        self.endpoints: Any = None
        """The webhook endpoints, cached by `webhooks.endpoint.endpoints`; None until they are read."""
        self._task_functions, self._computed_fields = task_functions, computed_fields

    @property
    def now(self) -> int:
        """The present second; within a step it stays the same."""
        return int(self.clock.now())

    @contextmanager
    def step(self, request: EventRequest = NO_REQUEST) -> Iterator[None]:
        """One transaction, at one instant. Tasks that are due run before it, so that time has one order."""
        self.run_due_tasks()
        try:
            with self.store.transaction(), self._at_instant(request, self.clock.unfrozen_now()):
                yield
        except BaseException:
            self.forget_cached_settings()
            raise
        self._wake_if_asked()

    @contextmanager
    def _at_instant(self, request: EventRequest, at: float) -> Iterator[None]:
        """Freeze the clock at this instant, and name this request as the cause of events."""
        assert not self.clock.is_frozen, "a step within a step would have two instants"
        self.clock.freeze(at)
        self.request = request
        try:
            yield
            self.random.save_id_count()
        finally:
            self.clock.freeze(None)
            self.request = NO_REQUEST

    def run_due_tasks(self, until: float | None = None) -> int:
        """Run every task that is due by now (or by `until`), in order; how many there were."""
        count = 0
        while ran := self._run_some_tasks(self.clock.unfrozen_now() if until is None else until):
            count += ran
        return count

    def _run_some_tasks(self, until: float) -> int:
        """Run the first tasks that are due by then in one transaction, each at its own instant; how many.

        Where one fails, all of the transaction is undone and that task is set aside; the others then run again.
        """
        if not self.tasks.is_due(until):
            return 0
        try:
            with self.store.transaction():
                count = self._run_tasks(until)
        except TaskFailed as failure:
            self._set_aside(failure)
            return 1
        self._wake_if_asked()
        return count

    def _run_tasks(self, until: float) -> int:
        count = 0
        while count < TASKS_PER_TRANSACTION and (task := self.tasks.next(until)) is not None:
            with self._at_instant(NO_REQUEST, task.at):
                self.tasks.remove(task)
                try:
                    self._task_functions[task.name](self, task.object_id)
                except Exception as error:
                    raise TaskFailed(task) from error
            count += 1
        return count

    def _set_aside(self, failure: TaskFailed) -> None:
        """Report a task that failed, once, and keep it where it does not run again: it would fail each time."""
        cause = failure.__cause__
        log.error("%s", failure, exc_info=cause)
        self.forget_cached_settings()
        with self.store.transaction():
            self.tasks.set_aside(failure.task, f"{type(cause).__name__}: {cause}")

    def forget_cached_settings(self) -> None:
        """Read chaos and endpoints again: a transaction that changed them was undone."""
        self.chaos = self.endpoints = None

    def _wake_if_asked(self) -> None:
        """Wake threads only outside of a transaction: each of them needs one."""
        if self._wake_after_step:
            self._wake_after_step = False
            self.wake_threads()

    def show(self, obj: Object) -> Object:
        """An object as the API shows it now, with its computed fields."""
        computed = self._computed_fields.get(kind_of(obj) or "")
        return {**public(obj), **computed(self, obj)} if computed else public(obj)

    def wake_after_step(self) -> None:
        """At the end of this step, wake the threads that wait for due work."""
        self._wake_after_step = True

    def wake_threads(self) -> None:
        """Wake the threads that wait for due work."""
        with self.wakeup:
            self.wakeups += 1
            self.wakeup.notify_all()


def kind_of(value: Object) -> str | None:
    """The kind of an object of the API; None for a group of fields, which may have a field called `object` too."""
    kind = value.get("object")
    return kind if isinstance(kind, str) else None


def public(obj: Object) -> Object:
    """An object as the API shows it: without the twin's own fields, whose names begin with an underscore."""
    return {name: value for name, value in obj.items() if not name.startswith("_")}

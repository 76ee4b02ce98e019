"""The worker runs one job after another, outside any transaction. A job that fails does not end it.

Jobs of some kinds wait for machines of others, for seconds: they run in threads beside it, and hold nothing up.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event

import structlog
from sqlalchemy.engine import Engine

from database.engine import Outage
from database.instants import Clock, is_due
from database.transactions import writing
from outbox.jobs import Job, Payload, claim, finish, postpone

Handler = Callable[[Payload], None]
IDLE_SECONDS, OUTAGE_SECONDS = 0.25, 2.0

log = structlog.get_logger()


class UnknownJobKind(KeyError):
    """A job without a handler in this version. A newer version may have queued it."""


class TryAgainAfter(Exception):
    """A job that is to be tried again after `wait`, however often it was tried before."""

    def __init__(self, words: str, wait: timedelta) -> None:
        super().__init__(words)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Chore:
    """A task that is repeated, such as trying dead letters again, and what ends what it looks after."""

    every: timedelta
    do: Callable[[], None]
    at_end: Callable[[], None] = lambda: None


class Worker:
    """Runs due jobs and chores until `stop`. While it runs, jobs of the kinds `beside` have so many threads."""

    def __init__(
        self, engine: Engine, handlers: Mapping[str, Handler], clock: Clock, chores: Sequence[Chore] = (),
        *, beside: Collection[str] = (), threads: int = 1,
    ) -> None:  # fmt: skip
        self._engine, self._handlers, self._clock = engine, handlers, clock
        self._beside, self._threads = frozenset(beside), threads
        self._pool: Executor | None = None
        self._due = dict.fromkeys(chores, datetime.min.replace(tzinfo=UTC))
        self._stop = Event()

    def run(self) -> None:
        """Work until `stop`, and sleep while nothing is due. Chores are done at the start, and again when due."""
        with ExitStack() as stack:
            stack.callback(self.end)
            self._pool = stack.enter_context(ThreadPoolExecutor(self._threads, "beside")) if self._beside else None
            while not self._stop.is_set():
                self._turn()

    def _turn(self) -> None:
        try:
            self.do_chores()
            worked = self.run_next()
        except Outage as error:
            log.error("database_away", error=type(error).__name__)
            worked = False
            self._stop.wait(OUTAGE_SECONDS)
        if not worked:
            self._stop.wait(IDLE_SECONDS)

    def do_chores(self) -> None:
        """Do the chores that are due. A chore that fails is logged, and done again when it is due again."""
        now = self._clock()
        for chore, due in self._due.items():
            if is_due(due, now, chore.every):
                self._do_chore(chore)
                self._due[chore] = now + chore.every

    def _do_chore(self, chore: Chore) -> None:
        try:
            chore.do()
        except Outage:  # `run` waits until it has passed
            raise
        except Exception as error:  # noqa: BLE001 - one broken chore must not keep all jobs from being done
            log.error("chore_failed", chore=getattr(chore.do, "__name__", "chore"), error=type(error).__name__)

    def end(self) -> None:
        """End what was started for jobs. `run` does it last."""
        for chore in self._due:
            chore.at_end()

    def stop(self) -> None:
        """Let `run` return after the current job."""
        self._stop.set()

    def run_due(self) -> int:
        """Run every job that is due now; returns how many were tried."""
        tried = 0
        while self.run_next():
            tried += 1
        return tried

    def run_next(self) -> bool:
        """Run the next due job; returns whether there was one."""
        with writing(self._engine) as conn:
            job = claim(conn, self._clock())
        if job is None:
            return False
        if self._pool is not None and job.kind in self._beside:
            self._pool.submit(self._do_beside, job)
        else:
            self._do(job)
        return True

    def _do_beside(self, job: Job) -> None:
        try:
            self._do(job)
        except Exception as error:  # noqa: BLE001 - nobody waits for it; it is due again when its lease ends
            log.error("job_lost", job=job.key, error=type(error).__name__)

    def _do(self, job: Job) -> None:
        try:
            handler = self._handlers.get(job.kind)
            if handler is None:
                raise UnknownJobKind(job.kind)
            handler(job.payload)
        except Exception as error:  # noqa: BLE001 - it must outlive every job; the error is stored
            log.warning("job_failed", job=job.key, attempts=job.attempts, error=type(error).__name__)
            with writing(self._engine) as conn:
                # Only the first line: databases may add a row below it, which may hold a donor's name.
                words = str(error).partition("\n")[0]
                wait = error.wait if isinstance(error, TryAgainAfter) else None
                postpone(conn, job, f"{type(error).__name__}: {words}", self._clock(), wait)
            return
        with writing(self._engine) as conn:
            finish(conn, job)

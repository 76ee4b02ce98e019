"""The worker: takes one job after the other, outside any transaction, and survives each of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event

import structlog
from sqlalchemy.engine import Engine

from database.engine import Outage
from database.instants import Clock
from database.transactions import writing
from outbox.jobs import Job, Payload, claim, finish, postpone

Handler = Callable[[Payload], None]
IDLE_SECONDS, AWAY_SECONDS = 0.25, 2.0

log = structlog.get_logger()


class UnknownKind(KeyError):
    """A job of a kind that this version has no handler for (perhaps a newer version queued it)."""


@dataclass(frozen=True, slots=True)
class Chore:
    """Something that is done again and again, such as trying dead letters once more."""

    every: timedelta
    do: Callable[[], None]


class Worker:
    """Runs due jobs and chores until told to stop."""

    def __init__(
        self, engine: Engine, handlers: Mapping[str, Handler], clock: Clock, chores: Sequence[Chore] = ()
    ) -> None:
        self._engine, self._handlers, self._clock = engine, handlers, clock
        self._due = dict.fromkeys(chores, datetime.min.replace(tzinfo=UTC))
        self._stop = Event()

    def run(self) -> None:
        """Work until `stop`; sleep a moment whenever nothing is due. Chores are done at the start, too."""
        while not self._stop.is_set():
            try:
                self.do_chores()
                worked = self.run_one()
            except Outage as error:
                log.error("database_away", error=type(error).__name__)
                worked = False
                self._stop.wait(AWAY_SECONDS)
            if not worked:
                self._stop.wait(IDLE_SECONDS)

    def do_chores(self) -> None:
        """Do the chores whose time has come; one that fails is done again when its time comes again."""
        now = self._clock()
        for chore, due in self._due.items():
            if due <= now:
                self._do_chore(chore)
                self._due[chore] = now + chore.every

    def _do_chore(self, chore: Chore) -> None:
        try:
            chore.do()
        except Outage:  # `run` waits until it has passed
            raise
        except Exception as error:  # noqa: BLE001 - one broken chore must not keep all jobs from being done
            log.error("chore_failed", chore=getattr(chore.do, "__name__", "chore"), error=type(error).__name__)

    def stop(self) -> None:
        """Finish the job in hand, then return from `run`."""
        self._stop.set()

    def run_due(self) -> int:
        """Do everything that is due now; returns how many jobs were tried."""
        tried = 0
        while self.run_one():
            tried += 1
        return tried

    def run_one(self) -> bool:
        """Do the next due job, if there is one."""
        with writing(self._engine) as conn:
            job = claim(conn, self._clock())
        if job is None:
            return False
        self._do(job)
        return True

    def _do(self, job: Job) -> None:
        try:
            handler = self._handlers.get(job.kind)
            if handler is None:
                raise UnknownKind(job.kind)
            handler(job.payload)
        except Exception as error:  # noqa: BLE001 - it must outlive every job; the error is stored
            log.warning("job_failed", job=job.key, attempts=job.attempts, error=type(error).__name__)
            with writing(self._engine) as conn:
                # The first line: what databases add below it may hold a row, and so a donor's name.
                words = str(error).partition("\n")[0]
                postpone(conn, job, f"{type(error).__name__}: {words}", self._clock())
            return
        with writing(self._engine) as conn:
            finish(conn, job)

"""Reads one of Stripe's lists into the books: from its newest row down to what was read before, a page at a time.

The bookkeeper applies a few pages in one transaction, which also saves how far the list was read. A run that is
interrupted goes on from there, and memory does not grow with the list. No transaction is open while Stripe is asked.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Self

import structlog
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DataError, IntegrityError

from database.instants import Clock, from_unix
from database.transactions import apart, booking, reading
from ledger.entry import ConflictingEntry
from payments.books.bookkeeper import Bookkeeper
from payments.books.decide.notice import Notice
from payments.reading.happenings import BalanceLine, Happening
from payments.settlement import store
from payments.settlement.store import Checkpoint
from payments.stripe.lists import ListPage, NoSuchObject
from payments.stripe.objects import StripeObject

# A thorough run reads this far below the checkpoint: twice the time between two reconcile runs, so that one of them
# sees a row that appears late with an earlier instant.
OVERLAP = timedelta(hours=2)
# The same after an interrupted run was finished: only what came since it began is left to read.
SHORT_OVERLAP = timedelta(minutes=5)
# Rows are applied together when there are this many, or up to a page more. Larger transactions would keep donors
# waiting; smaller ones cost more for each row.
ROWS_TOGETHER = 300
ROWS_ONE_BY_ONE = 50  # the same when each row needs a savepoint of its own
# Errors that are a row's own, not the database's or Stripe's. They must not keep the other rows from the books.
ROW_ERRORS = (ValueError, ConflictingEntry, IntegrityError, DataError)

log = structlog.get_logger()


class TimeSliceEnded(Exception):
    """Other jobs have waited long enough: the run stops between two pages, and goes on from its checkpoint."""


class NotApplied(RuntimeError):
    """Rows of Stripe's lists could not be brought into the books; the message names them."""


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row that is new to us, and the happenings in it.

    `error` says why it cannot be applied. `too_early` rows are left for a later run.
    """

    id: str
    at: datetime
    happenings: tuple[Happening, ...] = ()
    error: str = ""
    too_early: bool = False


@dataclass(frozen=True, slots=True)
class ListSource:
    """One of Stripe's lists: how to ask for a page, and how to read its rows. `read` leaves out known rows.

    `below_checkpoint`: rows are known to be missing, so everything since `since` is read again.
    """

    name: str
    ask: Callable[..., ListPage]
    read: Callable[[Sequence[StripeObject]], list[ListRow]]
    since: datetime
    below_checkpoint: bool = False


ShowProgress = Callable[[str, int, float], None]
"""Called with a list's name, how many of its rows were read, and which share of its time span is done (0 to 1)."""


SaveCheckpoint = Callable[[Connection, Sequence[ListRow]], None]
"""Saves how far the list was read, in the transaction that applies its rows; called with the rows held back."""


def _save_no_checkpoint(_conn: Connection, _held_back: Sequence[ListRow]) -> None:
    """For rows that belong to no list."""


def no_progress(_name: str, _rows: int, _share: float) -> None:
    """For a run that nobody watches."""


class PageFetcher:
    """The pages of a list down to an instant. A thread fetches the next page while this one is applied.

    Stripe answers, and the answer is parsed, while the database writes.
    """

    def __init__(self, source: ListSource, floor: datetime) -> None:
        self._ask, self._floor = source.ask, int(floor.timestamp())
        self._thread = ThreadPoolExecutor(1, "pages")  # started when there is something to fetch
        self._prefetched: tuple[str, Future[ListPage]] | None = None

    def prefetch_after(self, page: ListPage) -> None:
        """Start to fetch the page after this one."""
        cursor = page.rows[-1]["id"]
        self._prefetched = cursor, self._thread.submit(self._fetch, cursor)

    def page_after(self, cursor: str | None) -> ListPage:
        """The page after the row with this id; the first page for None."""
        if self._prefetched and self._prefetched[0] == cursor:
            return self._prefetched[1].result()
        return self._fetch(cursor)

    def _fetch(self, cursor: str | None) -> ListPage:
        after = {} if cursor is None else {"starting_after": cursor}
        return self._ask(created={"gte": self._floor}, **after)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)  # do not wait for a page that is no longer needed


@dataclass(slots=True)
class ListReader:
    """Reads lists for one run. `cause` names the run in the books; `errors` are the rows that could not be applied.

    A run may be interrupted and resumed: the lists in `started` are then not read from the top again.
    """

    engine: Engine
    bookkeeper: Bookkeeper
    clock: Clock
    cause: str
    progress: ShowProgress = no_progress
    rows: dict[str, int] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    started: set[str] = field(default_factory=set)
    too_early: list[BalanceLine] = field(default_factory=list)

    def read_list(self, source: ListSource, *, thorough: bool) -> None:
        """Apply every row of this list that is not known yet; afterwards its checkpoint is at the newest row.

        A thorough run reads the whole overlap; any other stops at the first page without new rows.
        """
        with reading(self.engine) as conn:
            checkpoint = store.load_checkpoint(conn, source.name)
        floor = _floor(source, checkpoint, OVERLAP)
        if checkpoint.cursor is not None:
            checkpoint, floor = self._finish_interrupted(source, checkpoint, floor)
        if thorough and source.name in self.started:
            return  # this run was interrupted further down, and has now read to the floor
        if thorough:
            self.started.add(source.name)
        self._read_down(source, checkpoint, floor, thorough=thorough)

    def _finish_interrupted(
        self, source: ListSource, checkpoint: Checkpoint, floor: datetime
    ) -> tuple[Checkpoint, datetime]:
        """Finish an interrupted run, after which little is left; from the top if Stripe no longer has its last row."""
        try:
            checkpoint = self._read_down(source, checkpoint, floor, thorough=True)
        except NoSuchObject:
            self.started.discard(source.name)
            return Checkpoint(source.name, checkpoint.reached), floor
        return checkpoint, _floor(source, checkpoint, SHORT_OVERLAP)

    def _read_down(self, source: ListSource, checkpoint: Checkpoint, floor: datetime, *, thorough: bool) -> Checkpoint:
        more, count, waiting = True, 0, list[ListRow]()
        with PageFetcher(source, floor) as pages:
            try:
                while more:
                    page = pages.page_after(checkpoint.cursor)
                    if thorough and page.has_more and page.rows:
                        pages.prefetch_after(page)
                    new = source.read(page.rows)
                    known = not thorough and not new and _is_down_to(page, checkpoint.reached)
                    more, checkpoint = page.has_more and not known, _advanced(checkpoint, page)
                    count, waiting = count + len(page.rows), waiting + new
                    if not more or count >= ROWS_TOGETHER:
                        together, count, waiting = waiting, 0, []
                        checkpoint = self._apply_and_save(together, checkpoint, more=more)
                    self._report_progress(source, checkpoint, page, floor)
            except Exception:  # whatever failed: a run that is interrupted again and again still gets to the floor
                if count:
                    self._apply_and_save(waiting, checkpoint, more=True)
                raise
        return checkpoint

    def _apply_and_save(self, rows: Sequence[ListRow], advanced: Checkpoint, *, more: bool) -> Checkpoint:
        """Apply the rows and save the checkpoint with them, in one transaction."""

        def save(conn: Connection, held_back: Sequence[ListRow]) -> None:
            store.save_checkpoint(conn, self.clock(), _checkpoint_below(advanced, held_back, more=more))

        return _checkpoint_below(advanced, self.apply_rows(rows, save), more=more)

    def apply_rows(self, rows: Sequence[ListRow], save: SaveCheckpoint = _save_no_checkpoint) -> list[ListRow]:
        """Apply these rows; returns those held back, with which `save` is called in the same transaction."""
        applicable = [row for row in rows if not row.error and not row.too_early]
        held_back = [row for row in rows if row.error or row.too_early]
        try:
            with booking(self.engine) as conn:
                self._apply(conn, applicable)
                save(conn, held_back)
        except ROW_ERRORS as error:
            log.warning("rows_failed", rows=len(applicable), error=type(error).__name__)
            held_back += self._apply_one_by_one(applicable, held_back, save)
        self.errors |= {row.id: row.error for row in held_back if row.error}
        early_rows = [row for row in held_back if row.too_early]
        self.too_early += [line for row in early_rows for line in row.happenings if isinstance(line, BalanceLine)]
        return held_back

    def _apply_one_by_one(
        self, rows: Sequence[ListRow], held_back: Sequence[ListRow], save: SaveCheckpoint
    ) -> list[ListRow]:
        """Apply each row behind a savepoint of its own; returns those that still fail.

        Only a few rows a transaction: each costs as much as a whole page does together, and the webhook waits.
        """
        failed = []
        for start in range(0, len(rows), ROWS_ONE_BY_ONE):
            with booking(self.engine) as conn:
                for row in rows[start : start + ROWS_ONE_BY_ONE]:
                    try:
                        with apart(conn):
                            self._apply(conn, [row])
                    except ROW_ERRORS as error:
                        log.error("row_failed", row=row.id, error=type(error).__name__)
                        failed.append(replace(row, error=describe_error(error)))
        with booking(self.engine) as conn:
            save(conn, [*held_back, *failed])
        return failed

    def _apply(self, conn: Connection, rows: Sequence[ListRow]) -> None:
        notices = [Notice(happening, self.cause) for row in rows for happening in row.happenings]
        if notices:
            self.bookkeeper.apply(conn, notices, self.clock())

    def _report_progress(self, source: ListSource, checkpoint: Checkpoint, page: ListPage, floor: datetime) -> None:
        self.rows[source.name] = self.rows.get(source.name, 0) + len(page.rows)
        share = 1.0
        if checkpoint.cursor is not None and checkpoint.aim is not None and checkpoint.aim > floor:
            share = (checkpoint.aim - _created(page.rows[-1])) / (checkpoint.aim - floor)
        self.progress(source.name, self.rows[source.name], share)


def read_rows(rows: Sequence[StripeObject], read: Callable[[StripeObject], tuple[Happening, ...]]) -> list[ListRow]:
    """Read each row by itself: one of an unexpected shape does not spoil the others."""
    return [_read_row(row, read) for row in rows]


def _read_row(row: StripeObject, read: Callable[[StripeObject], tuple[Happening, ...]]) -> ListRow:
    try:
        return ListRow(row["id"], _created(row), read(row))
    except ROW_ERRORS as error:
        return ListRow(row["id"], _created(row), error=describe_error(error))


def describe_error(error: Exception) -> str:
    """What is wrong, in one line and without parameters, which may be personal."""
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"[:300]


def _created(row: StripeObject) -> datetime:
    return from_unix(row["created"])


def _floor(source: ListSource, checkpoint: Checkpoint, overlap: timedelta) -> datetime:
    """Down to which instant the list is read."""
    if checkpoint.reached is None or source.below_checkpoint:
        return source.since
    return max(source.since, checkpoint.reached - overlap)


def _is_down_to(page: ListPage, reached: datetime | None) -> bool:
    return reached is not None and bool(page.rows) and _created(page.rows[-1]) <= reached


def _advanced(checkpoint: Checkpoint, page: ListPage) -> Checkpoint:
    """The checkpoint after this page. The newest row of the first page is what the run will have read up to."""
    name, reached = checkpoint.name, checkpoint.reached
    if not page.rows:
        return Checkpoint(name, reached, checkpoint.aim or reached, checkpoint.cursor)
    return Checkpoint(name, reached, checkpoint.aim or _created(page.rows[0]), page.rows[-1]["id"])


def _checkpoint_below(checkpoint: Checkpoint, held_back: Sequence[ListRow], *, more: bool) -> Checkpoint:
    """The checkpoint to save: older than every row held back, and at its aim once everything was read."""
    limits = [row.at - timedelta(seconds=1) for row in held_back]
    aim = min(limits + ([checkpoint.aim] if checkpoint.aim else []), default=None)
    if more:
        return Checkpoint(checkpoint.name, checkpoint.reached, aim, checkpoint.cursor)
    return Checkpoint(checkpoint.name, aim)

"""Walk one of Stripe's lists from its newest row down to what was read before, a page at a time.

The bookkeeper applies a few pages in one transaction, which also keeps how far the walk has come: one that is cut
off goes on where it stood, and memory does not grow with the list. No transaction waits for Stripe.
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
from payments.settlement.store import Mark
from payments.stripe.lists import ListPage, NotThere, Row

# A thorough walk goes down so far below the last mark: twice the time between two reconcile runs, so that a row
# that appears late, with an earlier instant, is seen by one of them.
OVERLAP = timedelta(hours=2)
# Where a walk that was cut off had begun: what came since lies above, and this much below.
SEAM = timedelta(minutes=5)
# So many rows, or a page more, are applied together: more would keep donors waiting, fewer cost more each.
TOGETHER = 300
A_FEW = 50  # when each must be applied by itself
# What is wrong with a row, and not with the database or with Stripe: it must not keep the others from the books.
UNFIT = (ValueError, ConflictingEntry, IntegrityError, DataError)

log = structlog.get_logger()


class TurnEnded(Exception):
    """Other jobs have waited long enough: the walk is cut off between two pages, and goes on from its mark."""


class NotApplied(RuntimeError):
    """Rows of Stripe's lists could not be brought into the books; the message names them."""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row that we did not know, and what it tells. With `unfit` it cannot be applied, with `early` not yet."""

    id: str
    at: datetime
    told: tuple[Happening, ...] = ()
    unfit: str = ""
    early: bool = False


@dataclass(frozen=True, slots=True)
class WalkableList:
    """One of Stripe's lists: how it is asked for, and how a page of it is read. `read` leaves out known rows.

    `below_mark`: something is known to be missing, so what was walked before is walked again.
    """

    name: str
    ask: Callable[..., ListPage]
    read: Callable[[Sequence[Row]], list[ReadRow]]
    since: datetime
    below_mark: bool = False


Progress = Callable[[str, int, float], None]
"""Is told the name of a list, how many of its rows were read, and which share of its time was walked (0 to 1)."""


Keep = Callable[[Connection, Sequence[ReadRow]], None]
"""Writes, with what it brought, how far the walk has come; is told what was held back."""


def _nothing(_conn: Connection, _held: Sequence[ReadRow]) -> None:
    """Keep no mark."""


def quietly(_name: str, _rows: int, _share: float) -> None:
    """Tell nobody."""


class Pages:
    """The pages of a list down to an instant; the next can be fetched while one is applied, in a thread of its own.

    Stripe answers, and the answer is parsed, while the database writes.
    """

    def __init__(self, listed: WalkableList, floor: datetime) -> None:
        self._ask, self._floor = listed.ask, int(floor.timestamp())
        self._thread = ThreadPoolExecutor(1, "pages")  # started when there is something to fetch
        self._ordered: tuple[str, Future[ListPage]] | None = None

    def order(self, page: ListPage) -> None:
        """Have the page after this one fetched."""
        cursor = page.rows[-1]["id"]
        self._ordered = cursor, self._thread.submit(self._fetch, cursor)

    def after(self, cursor: str | None) -> ListPage:
        """The page after a row, or the first."""
        if self._ordered and self._ordered[0] == cursor:
            return self._ordered[1].result()
        return self._fetch(cursor)

    def _fetch(self, cursor: str | None) -> ListPage:
        after = {} if cursor is None else {"starting_after": cursor}
        return self._ask(created={"gte": self._floor}, **after)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)  # what nobody waits for any more may end by itself


@dataclass(slots=True)
class ListWalk:
    """Walks lists for one run, which `cause` names; remembers what it could not apply.

    A run may be cut off and taken up again; `begun` are the lists that it need not walk from the top once more.
    """

    engine: Engine
    bookkeeper: Bookkeeper
    clock: Clock
    cause: str
    progress: Progress = quietly
    rows: dict[str, int] = field(default_factory=dict)
    unfit: dict[str, str] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)
    early: list[BalanceLine] = field(default_factory=list)

    def walk(self, listed: WalkableList, *, thorough: bool) -> None:
        """Read everything of this list that is not known; afterwards its mark is at the tip.

        A thorough walk goes on through the whole overlap; another stops at the first page without news.
        """
        with reading(self.engine) as conn:
            mark = store.mark(conn, listed.name)
        floor = _below(listed, mark, OVERLAP)
        if mark.cursor is not None:
            mark, floor = self._go_on(listed, mark, floor)
        if thorough and listed.name in self.begun:
            return  # this run was cut off further down, and has come down now
        if thorough:
            self.begun.add(listed.name)
        self._down(listed, mark, floor, thorough=thorough)

    def _go_on(self, listed: WalkableList, mark: Mark, floor: datetime) -> tuple[Mark, datetime]:
        """Finish a walk that was cut off; then little is left. Anew, if Stripe has forgotten where it stood."""
        try:
            mark = self._down(listed, mark, floor, thorough=True)
        except NotThere:
            self.begun.discard(listed.name)
            return Mark(listed.name, mark.reached), floor
        return mark, _below(listed, mark, SEAM)

    def _down(self, listed: WalkableList, mark: Mark, floor: datetime, *, thorough: bool) -> Mark:
        going, rows, reads = True, 0, list[ReadRow]()
        with Pages(listed, floor) as pages:
            try:
                while going:
                    page = pages.after(mark.cursor)
                    if thorough and page.has_more and page.rows:
                        pages.order(page)
                    news = listed.read(page.rows)
                    stale = not thorough and not news and _is_down(page, mark.reached)
                    going, mark = page.has_more and not stale, _moved(mark, page)
                    rows, reads = rows + len(page.rows), reads + news
                    if not going or rows >= TOGETHER:
                        together, rows, reads = reads, 0, []
                        mark = self._turn(together, mark, going=going)
                    self._say(listed, mark, page, floor)
            except Exception:  # whatever it was: a walk that is cut off again and again comes down nevertheless
                if rows:
                    self._turn(reads, mark, going=True)
                raise
        return mark

    def _turn(self, reads: Sequence[ReadRow], moved: Mark, *, going: bool) -> Mark:
        """Apply what was read and keep the mark with it, in one transaction."""

        def keep(conn: Connection, held: Sequence[ReadRow]) -> None:
            store.keep_mark(conn, self.clock(), _kept(moved, held, going=going))

        return _kept(moved, self.take(reads, keep), going=going)

    def take(self, reads: Sequence[ReadRow], keep: Keep = _nothing) -> list[ReadRow]:
        """Apply what was read; returns what had to be held back, which `keep` is told in the same transaction."""
        fit = [read for read in reads if not read.unfit and not read.early]
        held = [read for read in reads if read.unfit or read.early]
        try:
            with booking(self.engine) as conn:
                self._apply(conn, fit)
                keep(conn, held)
        except UNFIT as error:
            log.warning("rows_failed", rows=len(fit), error=type(error).__name__)
            held += self._one_by_one(fit, held, keep)
        self.unfit |= {read.id: read.unfit for read in held if read.unfit}
        self.early += [one for read in held if read.early for one in read.told if isinstance(one, BalanceLine)]
        return held

    def _one_by_one(self, fit: Sequence[ReadRow], held: Sequence[ReadRow], keep: Keep) -> list[ReadRow]:
        """Apply each behind a savepoint of its own; returns those that still fail.

        A few a transaction: each costs as much as a whole page does together, and the webhook waits.
        """
        failed = []
        for start in range(0, len(fit), A_FEW):
            with booking(self.engine) as conn:
                for read in fit[start : start + A_FEW]:
                    try:
                        with apart(conn):
                            self._apply(conn, [read])
                    except UNFIT as error:
                        log.error("row_failed", row=read.id, error=type(error).__name__)
                        failed.append(replace(read, unfit=said(error)))
        with booking(self.engine) as conn:
            keep(conn, [*held, *failed])
        return failed

    def _apply(self, conn: Connection, reads: Sequence[ReadRow]) -> None:
        told = [Notice(happening, self.cause) for read in reads for happening in read.told]
        if told:
            self.bookkeeper.apply(conn, told, self.clock())

    def _say(self, listed: WalkableList, mark: Mark, page: ListPage, floor: datetime) -> None:
        self.rows[listed.name] = self.rows.get(listed.name, 0) + len(page.rows)
        share = 1.0
        if mark.cursor is not None and mark.aim is not None and mark.aim > floor:
            share = (mark.aim - _at(page.rows[-1])) / (mark.aim - floor)
        self.progress(listed.name, self.rows[listed.name], share)


def read_rows(rows: Sequence[Row], read: Callable[[Row], tuple[Happening, ...]]) -> list[ReadRow]:
    """Read each row by itself: one that is not of the shape that we know does not spoil the others."""
    return [_read(row, read) for row in rows]


def _read(row: Row, read: Callable[[Row], tuple[Happening, ...]]) -> ReadRow:
    try:
        return ReadRow(row["id"], _at(row), read(row))
    except UNFIT as error:
        return ReadRow(row["id"], _at(row), unfit=said(error))


def said(error: Exception) -> str:
    """What is wrong, in one line and without parameters, which may be personal."""
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"[:300]


def _at(row: Row) -> datetime:
    return from_unix(row["created"])


def _below(listed: WalkableList, mark: Mark, by: timedelta) -> datetime:
    if mark.reached is None or listed.below_mark:
        return listed.since
    return max(listed.since, mark.reached - by)


def _is_down(page: ListPage, reached: datetime | None) -> bool:
    return reached is not None and bool(page.rows) and _at(page.rows[-1]) <= reached


def _moved(mark: Mark, page: ListPage) -> Mark:
    """The mark after this page: the first page's newest row is what the walk brings us up to."""
    if not page.rows:
        return Mark(mark.name, mark.reached, mark.aim or mark.reached, mark.cursor)
    return Mark(mark.name, mark.reached, mark.aim or _at(page.rows[0]), page.rows[-1]["id"])


def _kept(mark: Mark, held: Sequence[ReadRow], *, going: bool) -> Mark:
    """The mark as it is kept: below whatever was held back, and at its aim once the walk has come down."""
    ends = [read.at - timedelta(seconds=1) for read in held]
    aim = min(ends + ([mark.aim] if mark.aim else []), default=None)
    return Mark(mark.name, mark.reached, aim, mark.cursor) if going else Mark(mark.name, aim)

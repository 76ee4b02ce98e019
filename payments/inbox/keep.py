"""Keep deliveries and apply them: all in one transaction or, if that fails, each behind a savepoint of its own.

Several webs on one PostgreSQL each keep what came to them, without any lock. The one that gets the books applies all
that is kept, whichever web kept it (DESIGN, "Many webs"). A web that is alone keeps and applies in one transaction.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.engine import Connection, Engine

from database.driver import travelling_together
from database.engine import Outage
from database.transactions import apart, booking, booking_if_free, reading
from payments.books.bookkeeper import Bookkeeper
from payments.books.decide.notice import Notice
from payments.inbox import store
from payments.inbox.delivery import Delivery, parse

REPLAY_BATCH = 200
MOST_WAITING = 256  # deliveries that other webs have kept, applied in one transaction

log = structlog.get_logger()

# Opens a transaction, and says whether it has the books.
OpenBooks = Callable[[], AbstractContextManager[tuple[Connection, bool]]]
FindWaiting = Callable[[Connection], Sequence[str]]
Apply = Callable[[Connection, Bookkeeper, Sequence[Delivery], Sequence[str], datetime], None]


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of a batch that a writer took in. It is kept in any case.

    `applied` when we had the books; `more` when there may be more to apply of what other webs have kept. When
    another process has the books, `lag` is how long the delivery that waits for them longest has waited.
    """

    applied: bool
    more: bool = False
    lag: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """What a replay did: deliveries tried, and how many are in the books now."""

    tried: int
    applied: int


def take_in(
    engine: Engine, bookkeeper: Bookkeeper, deliveries: Sequence[Delivery], now: datetime, *, look: bool
) -> Intake:
    """Keep these durably. If the books are free, apply them and, with `look`, what other webs have kept.

    Raises an Outage of the database. Never waits for the books.
    """
    find_waiting = partial(store.waiting_ids, most=MOST_WAITING) if look else _none
    return _take_in(partial(booking_if_free, engine), bookkeeper, deliveries, find_waiting, now)


def replay(engine: Engine, bookkeeper: Bookkeeper, now: datetime, *, only_due: bool) -> ReplayResult:
    """Apply again the deliveries that were kept and not applied; with `only_due`, those whose next attempt is due."""
    tried, after = 0, ""
    waiting_before = _unapplied_count(engine)
    while True:
        with reading(engine) as conn:
            ids = store.unapplied_ids(conn, now if only_due else None, REPLAY_BATCH, after)
        if not ids:
            return ReplayResult(tried, max(0, waiting_before - _unapplied_count(engine)))
        _take_in(partial(_waiting_for_books, engine), bookkeeper, (), partial(_those, ids), now)
        tried, after = tried + len(ids), ids[-1]


def _none(_conn: Connection) -> Sequence[str]:
    return ()


def _those(ids: Sequence[str], _conn: Connection) -> Sequence[str]:
    return ids


def _take_in(
    open_books: OpenBooks,
    bookkeeper: Bookkeeper,
    deliveries: Sequence[Delivery],
    find_waiting: FindWaiting,
    now: datetime,
) -> Intake:
    """One commit for all.

    If that fails because of a delivery's contents, the batch is rolled back, and each delivery is kept and applied
    behind a savepoint of its own. One that still fails stays as a dead letter.
    """
    # In one order for all webs, so that two which keep the same deliveries never wait for each other.
    batch = sorted({delivery.id: delivery for delivery in deliveries}.values(), key=lambda delivery: delivery.id)

    def take_in(apply: Apply) -> Intake:
        with open_books() as (conn, has_books):
            if not has_books:
                return Intake(applied=False, lag=_keep(conn, batch, now))
            waiting = find_waiting(conn)
            if batch or waiting:
                apply(conn, bookkeeper, batch, waiting, now)
            return Intake(applied=True, more=len(waiting) == MOST_WAITING)

    try:
        return take_in(_apply_together)
    except Outage:
        raise
    except Exception as error:  # noqa: BLE001 - one delivery's error must not keep the others from the books
        log.warning("batch_failed", deliveries=len(batch), error=type(error).__name__)
        return take_in(_apply_one_by_one)


def _keep(conn: Connection, batch: Sequence[Delivery], now: datetime) -> timedelta:
    """Keep them for the process that has the books; how far that one lags behind."""
    since = store.waiting_since(conn)
    with travelling_together(conn):
        store.keep(conn, batch, now, applied=False)
    return now - since if since else timedelta(0)


@contextmanager
def _waiting_for_books(engine: Engine) -> Iterator[tuple[Connection, bool]]:
    with booking(engine) as conn:
        yield conn, True


def _unapplied_count(engine: Engine) -> int:
    with reading(engine) as conn:
        return store.unapplied_count(conn)


def _apply_together(
    conn: Connection, bookkeeper: Bookkeeper, batch: Sequence[Delivery], waiting: Sequence[str], now: datetime
) -> None:
    new, again = _known_apart(conn, batch, waiting)
    kept = [parse(body) for _, body in _bodies(conn, again)]
    with travelling_together(conn):
        bookkeeper.apply(conn, _notices([*new, *kept]), now)
        store.keep(conn, new, now, applied=True)
        store.mark_applied(conn, again, now)


def _apply_one_by_one(
    conn: Connection, bookkeeper: Bookkeeper, batch: Sequence[Delivery], waiting: Sequence[str], now: datetime
) -> None:
    new, again = _known_apart(conn, batch, waiting)
    store.keep(conn, new, now, applied=False)
    for delivery_id, body in _bodies(conn, sorted([*again, *(delivery.id for delivery in new)])):
        _apply_alone(conn, bookkeeper, delivery_id, body, now)


def _known_apart(
    conn: Connection, batch: Sequence[Delivery], waiting: Sequence[str]
) -> tuple[list[Delivery], list[str]]:
    """The deliveries of the batch that are not kept yet, and the ids of those that are, but wait to be applied."""
    applied = store.applied_by_id(conn, [delivery.id for delivery in batch])
    new = [delivery for delivery in batch if delivery.id not in applied]
    return new, sorted({*waiting, *(delivery_id for delivery_id, is_applied in applied.items() if not is_applied)})


def _bodies(conn: Connection, ids: Sequence[str]) -> list[tuple[str, bytes]]:
    """The bodies as they were kept first: the books follow from the bytes that are kept, not from a later copy."""
    return sorted(store.bodies(conn, ids).items()) if ids else []


def _apply_alone(conn: Connection, bookkeeper: Bookkeeper, delivery_id: str, body: bytes, now: datetime) -> None:
    try:
        with apart(conn):
            bookkeeper.apply(conn, _notices([parse(body)]), now)
            store.mark_applied(conn, [delivery_id], now)
    except Outage:
        raise
    except Exception as error:  # noqa: BLE001 - it is kept with its error, shown, and tried again
        log.error("dead_letter", delivery=delivery_id, error=type(error).__name__)
        store.mark_failed(conn, delivery_id, _printable(error), now)


def _notices(deliveries: Sequence[Delivery]) -> list[Notice]:
    return [Notice(happening, delivery.id) for delivery in deliveries for happening in delivery.happenings]


def _printable(error: Exception) -> str:
    """The error's first line as text that both databases can store, without parameters, which may be personal."""
    line = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    return line.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")[:500]

"""Keep deliveries and apply them, as one transaction when all is well, each by itself when one is not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.engine import Connection, Engine

from database.engine import Outage
from database.transactions import apart, booking, reading
from payments.applying import Bookkeeper, Told
from payments.inbox import store
from payments.inbox.delivery import Delivery, NotAnEvent, parse

REPLAY_BATCH = 200

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay did: deliveries tried, and how many are in the books now."""

    tried: int
    applied: int


def keep_and_apply(
    engine: Engine,
    bookkeeper: Bookkeeper,
    deliveries: Sequence[Delivery],
    now: datetime,
    meanwhile: Callable[[], None] = lambda: None,
) -> None:
    """Afterwards every delivery is kept, and applied unless it failed by itself. Raises an Outage.

    One commit for all. If that fails because of what a delivery says, the batch is rolled back and each is
    kept and applied behind a savepoint of its own; one that still fails stays as a dead letter.
    `meanwhile` is called while PostgreSQL commits them together.
    """
    batch = sorted({one.id: one for one in deliveries}.values(), key=lambda one: one.id)
    try:
        with booking(engine, meanwhile) as conn:
            _together(conn, bookkeeper, batch, now)
    except Outage:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not cost the others their place
        log.warning("batch_failed", deliveries=len(batch), error=type(error).__name__)
        with booking(engine) as conn:
            _one_by_one(conn, bookkeeper, batch, now)


def replay(engine: Engine, bookkeeper: Bookkeeper, now: datetime, *, only_due: bool) -> Replayed:
    """Try again what was kept and not applied; with `only_due`, what waited long enough."""
    tried, after = 0, ""
    waiting_before = _count(engine)
    while True:
        with reading(engine) as conn:
            kept = store.unapplied(conn, now if only_due else None, REPLAY_BATCH, after)
        if not kept:
            return Replayed(tried, max(0, waiting_before - _count(engine)))
        keep_and_apply(engine, bookkeeper, _readable(engine, kept, now), now)
        tried, after = tried + len(kept), kept[-1][0]


def _readable(engine: Engine, kept: Sequence[tuple[str, bytes]], now: datetime) -> list[Delivery]:
    """The kept deliveries that this version can read; another stays a dead letter and blocks none of them."""
    found = []
    for delivery_id, body in kept:
        try:
            found.append(parse(body))
        except NotAnEvent as error:
            with booking(engine) as conn:
                store.mark_failed(conn, delivery_id, _printable(error), now)
    return found


def _count(engine: Engine) -> int:
    with reading(engine) as conn:
        return store.unapplied_count(conn)


def _together(conn: Connection, bookkeeper: Bookkeeper, batch: Sequence[Delivery], now: datetime) -> None:
    marks = store.marks(conn, [one.id for one in batch])
    # Asked of all, before we know which are news: an answer too many costs less than another wait.
    known = bookkeeper.ask(conn, _told(batch))
    kept = marks()
    new = [one for one in batch if one.id not in kept]
    told = _told(new)
    if again := _as_kept(conn, [one.id for one in batch if kept.get(one.id) is False]):
        told += _told(again)
        known = bookkeeper.ask(conn, told)
    store.keep(conn, new, now, applied=True)
    store.mark_applied(conn, [one.id for one in again], now)
    bookkeeper.book(conn, told, known, now)


def _one_by_one(conn: Connection, bookkeeper: Bookkeeper, batch: Sequence[Delivery], now: datetime) -> None:
    kept = store.marks(conn, [one.id for one in batch])()
    store.keep(conn, [one for one in batch if one.id not in kept], now, applied=False)
    for one in _as_kept(conn, [one.id for one in batch if not kept.get(one.id, False)]):
        _alone(conn, bookkeeper, one, now)


def _as_kept(conn: Connection, ids: Sequence[str]) -> list[Delivery]:
    """Deliveries as we kept them: the books rest on the bytes that are kept, not on a later copy of them."""
    return [parse(body) for _, body in sorted(store.bodies(conn, ids).items())] if ids else []


def _alone(conn: Connection, bookkeeper: Bookkeeper, one: Delivery, now: datetime) -> None:
    try:
        with apart(conn):
            bookkeeper.apply(conn, _told([one]), now)
            store.mark_applied(conn, [one.id], now)
    except Outage:
        raise
    except Exception as error:  # noqa: BLE001 - kept with its error: shown, tried again, blocking nobody
        log.error("dead_letter", delivery=one.id, type=one.type, error=type(error).__name__)
        store.mark_failed(conn, one.id, _printable(error), now)


def _told(deliveries: Sequence[Delivery]) -> list[Told]:
    return [Told(happening, one.id) for one in deliveries for happening in one.happenings]


def _printable(error: Exception) -> str:
    """The error as text that either database takes: its first line, without parameters (personal)."""
    words = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    return words.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")[:500]

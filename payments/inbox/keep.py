"""Keep deliveries and apply them: all in one transaction or, if that fails, each behind a savepoint of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.engine import Connection, Engine

from database.driver import travelling_together
from database.engine import Outage
from database.transactions import apart, booking, reading
from payments.books.bookkeeper import Bookkeeper
from payments.books.decide.notice import Notice
from payments.inbox import store
from payments.inbox.delivery import Delivery, NotAnEvent, parse

REPLAY_BATCH = 200

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """What a replay did: deliveries tried, and how many are in the books now."""

    tried: int
    applied: int


def keep_and_apply(engine: Engine, bookkeeper: Bookkeeper, deliveries: Sequence[Delivery], now: datetime) -> None:
    """Keep every delivery, and apply all that can be applied. Raises an Outage of the database.

    One commit for all. If that fails because of a delivery's contents, the batch is rolled back, and each delivery is
    kept and applied behind a savepoint of its own. One that still fails stays as a dead letter.
    """
    batch = sorted({delivery.id: delivery for delivery in deliveries}.values(), key=lambda delivery: delivery.id)
    try:
        with booking(engine) as conn:
            _apply_together(conn, bookkeeper, batch, now)
    except Outage:
        raise
    except Exception as error:  # noqa: BLE001 - one delivery's error must not keep the others from the books
        log.warning("batch_failed", deliveries=len(batch), error=type(error).__name__)
        with booking(engine) as conn:
            _apply_one_by_one(conn, bookkeeper, batch, now)


def replay(engine: Engine, bookkeeper: Bookkeeper, now: datetime, *, only_due: bool) -> ReplayResult:
    """Apply again the deliveries that were kept and not applied; with `only_due`, those whose next attempt is due."""
    tried, after = 0, ""
    waiting_before = _unapplied_count(engine)
    while True:
        with reading(engine) as conn:
            kept = store.unapplied(conn, now if only_due else None, REPLAY_BATCH, after)
        if not kept:
            return ReplayResult(tried, max(0, waiting_before - _unapplied_count(engine)))
        keep_and_apply(engine, bookkeeper, _readable(engine, kept, now), now)
        tried, after = tried + len(kept), kept[-1][0]


def _readable(engine: Engine, kept: Sequence[tuple[str, bytes]], now: datetime) -> list[Delivery]:
    """The kept deliveries that this version can read; any other stays a dead letter."""
    deliveries = []
    for delivery_id, body in kept:
        try:
            deliveries.append(parse(body))
        except NotAnEvent as error:
            with booking(engine) as conn:
                store.mark_failed(conn, delivery_id, _printable(error), now)
    return deliveries


def _unapplied_count(engine: Engine) -> int:
    with reading(engine) as conn:
        return store.unapplied_count(conn)


def _apply_together(conn: Connection, bookkeeper: Bookkeeper, batch: Sequence[Delivery], now: datetime) -> None:
    applied = store.applied_by_id(conn, [delivery.id for delivery in batch])
    new = [delivery for delivery in batch if delivery.id not in applied]
    again = _as_kept(conn, [delivery.id for delivery in batch if applied.get(delivery.id) is False])
    with travelling_together(conn):
        bookkeeper.apply(conn, _notices([*new, *again]), now)
        store.keep(conn, new, now, applied=True)
        store.mark_applied(conn, [delivery.id for delivery in again], now)


def _apply_one_by_one(conn: Connection, bookkeeper: Bookkeeper, batch: Sequence[Delivery], now: datetime) -> None:
    applied = store.applied_by_id(conn, [delivery.id for delivery in batch])
    store.keep(conn, [delivery for delivery in batch if delivery.id not in applied], now, applied=False)
    for delivery in _as_kept(conn, [delivery.id for delivery in batch if not applied.get(delivery.id, False)]):
        _apply_alone(conn, bookkeeper, delivery, now)


def _as_kept(conn: Connection, ids: Sequence[str]) -> list[Delivery]:
    """The deliveries as they were kept first: the books follow from the bytes that are kept, not from a later copy."""
    return [parse(body) for _, body in sorted(store.bodies(conn, ids).items())] if ids else []


def _apply_alone(conn: Connection, bookkeeper: Bookkeeper, delivery: Delivery, now: datetime) -> None:
    try:
        with apart(conn):
            bookkeeper.apply(conn, _notices([delivery]), now)
            store.mark_applied(conn, [delivery.id], now)
    except Outage:
        raise
    except Exception as error:  # noqa: BLE001 - it is kept with its error, shown, and tried again
        log.error("dead_letter", delivery=delivery.id, type=delivery.type, error=type(error).__name__)
        store.mark_failed(conn, delivery.id, _printable(error), now)


def _notices(deliveries: Sequence[Delivery]) -> list[Notice]:
    return [Notice(happening, delivery.id) for delivery in deliveries for happening in delivery.happenings]


def _printable(error: Exception) -> str:
    """The error's first line as text that both databases can store, without parameters, which may be personal."""
    line = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    return line.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")[:500]

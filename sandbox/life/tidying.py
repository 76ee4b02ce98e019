"""A new day: what became available is told and paid out, and what nobody may ask for any more is forgotten."""

from sandbox.events import emit_event
from sandbox.life.payouts import pay_out_as_scheduled
from sandbox.life.settlement import DAY, balance
from sandbox.world import World

EVENTS_KEPT = 30 * DAY
"""Seconds for which /v1/events answers, as with Stripe."""


def new_day(world: World, subject: str) -> None:
    """Midnight, UTC. Another day follows for as long as there is something to do on it."""
    _tell_what_is_available(world)
    pay_out_as_scheduled(world)
    _forget(world)
    if world.store.query("SELECT 1 FROM holding WHERE net <> 0") or world.store.select("event", limit=1):
        world.tasks.schedule(world.now + DAY, "new_day", subject)


def _tell_what_is_available(world: World) -> None:
    today = "kind = 'balance_transaction' AND json_extract(body, '$.available_on') = ?"
    if world.store.sum("net", "balance_transaction_by_available_on", today, (world.now,)):
        emit_event(world, "balance.available", balance(world))


def _forget(world: World) -> None:
    """Events and their deliveries after thirty days."""
    rows = world.store.query(
        "SELECT coalesce(max(seq), 0) FROM object WHERE kind = 'event' AND created < ?", (world.now - EVENTS_KEPT,)
    )
    last = rows[0][0]
    old = "SELECT id FROM object WHERE kind = 'event' AND seq <= ?"
    deliveries = f"SELECT seq FROM delivery WHERE due IS NULL AND event IN ({old})"  # noqa: S608
    world.store.execute(f"DELETE FROM attempt WHERE delivery IN ({deliveries})", (last,))  # noqa: S608
    world.store.execute(f"DELETE FROM delivery WHERE due IS NULL AND event IN ({old})", (last,))  # noqa: S608
    world.store.execute("DELETE FROM object WHERE kind = 'event' AND seq <= ?", (last,))

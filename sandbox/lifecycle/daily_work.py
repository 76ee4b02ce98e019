"""The daily work at midnight, UTC: announce the available balance, pay it out, and delete old events."""

from sandbox.events import emit_event
from sandbox.lifecycle.balance import DAY, balance
from sandbox.lifecycle.payouts import pay_out_as_scheduled
from sandbox.world import World

EVENTS_KEPT_FOR = 30 * DAY
"""Seconds for which /v1/events has an event, as with Stripe."""


def start_day(world: World, account: str) -> None:
    """Scheduled for midnight: do the daily work, and schedule the next day while there are balances or events."""
    _announce_available_balance(world)
    pay_out_as_scheduled(world)
    _delete_old_events(world)
    if world.store.query("SELECT 1 FROM holding WHERE net <> 0") or world.store.select("event", limit=1):
        world.tasks.schedule(world.now + DAY, "new_day", account)


def _announce_available_balance(world: World) -> None:
    """Emit balance.available where balance transactions become available today."""
    today = "kind = 'balance_transaction' AND json_extract(body, '$.available_on') = ?"
    if world.store.sum("net", "balance_transaction_by_available_on", today, (world.now,)):
        emit_event(world, "balance.available", balance(world))


def _delete_old_events(world: World) -> None:
    """Delete events that are older than thirty days, and their finished deliveries."""
    rows = world.store.query(
        "SELECT coalesce(max(seq), 0) FROM object WHERE kind = 'event' AND created < ?", (world.now - EVENTS_KEPT_FOR,)
    )
    last_seq = rows[0][0]
    old_events = "SELECT id FROM object WHERE kind = 'event' AND seq <= ?"
    deliveries = f"SELECT seq FROM delivery WHERE due IS NULL AND event IN ({old_events})"  # noqa: S608
    world.store.execute(f"DELETE FROM attempt WHERE delivery IN ({deliveries})", (last_seq,))  # noqa: S608
    world.store.execute(f"DELETE FROM delivery WHERE due IS NULL AND event IN ({old_events})", (last_seq,))  # noqa: S608
    world.store.execute("DELETE FROM object WHERE kind = 'event' AND seq <= ?", (last_seq,))

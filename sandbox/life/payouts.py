"""The life of a payout: what is available leaves for the bank, arrives, or comes back.

What is missing is fetched from the bank, by a payout of a negative amount.
"""

from typing import Any

from sandbox.api.errors import invalid_request, resource_missing
from sandbox.events import emit_event
from sandbox.life.blanks_of_money import PAYOUT
from sandbox.life.currencies import known_currency
from sandbox.life.exchange import HELD
from sandbox.life.graphs import graph, move
from sandbox.life.settlement import available_in, enter, held, next_day
from sandbox.state.store import Object
from sandbox.world import World

PAYOUT_STATES = graph(pending="in_transit canceled failed", in_transit="paid failed", paid="failed")
DAY = 86400
SCHEDULES = ("daily", "weekly", "manual")
_UNPAID = "json_extract(body, '$._payout') IS NULL AND json_extract(body, '$.available_on') <= ?"
_BY_PAYOUT = "balance_transaction_by_payout"
_OF_KIND = "kind = 'balance_transaction'"


def schedule(world: World) -> str:
    """How often money is paid out by itself; daily unless told otherwise."""
    return str(world.store.get_value("payouts") or "daily")


def pay_out_as_scheduled(world: World) -> None:
    """What a new day does: pay out, if it is a day for it."""
    weekday = world.clock.as_datetime().weekday()
    if schedule(world) == "daily" or (schedule(world) == "weekly" and weekday == 0):
        pay_out_everything(world)


def pay_out_everything(world: World) -> list[Object]:
    """One payout for each currency in which something is available, or missing."""
    return [payout for currency in HELD if (payout := _pay_out_available(world, currency)) is not None]


def _pay_out_available(world: World, currency: str) -> Object | None:
    """An automatic payout: its amount is the sum of its lines, and each line belongs to it for ever.

    Stripe debits the bank only where what is still pending will not make up for what is missing.
    """
    where = f"{_OF_KIND} AND {_UNPAID} AND json_extract(body, '$.currency') = ?"
    found = (_BY_PAYOUT, where, (world.now, currency))
    amount = world.store.sum("net", *found)
    if amount == 0 or (amount < 0 and held(world, currency) >= 0):
        return None
    payout = _begin(world, amount, currency, automatic=True)
    world.store.set_field("_payout", payout["id"], *found)
    _leave(world, payout, {"_payout": payout["id"]})
    world.tasks.schedule(world.clock.now() + 60, "reconcile_payout", payout["id"])
    return payout


def pay_out_by_hand(world: World, asked: dict[str, Any]) -> Object:
    """A manual payout: an amount, without lines."""
    currency = known_currency(asked["currency"], "currency")
    if schedule(world) != "manual":
        raise invalid_request("The sandbox pays out by itself: set its schedule to manual before paying out by hand.")
    if asked["amount"] > available_in(world, currency):
        raise invalid_request(
            "You have insufficient funds in your Stripe account for this transfer.", code="balance_insufficient"
        )
    named = {name: asked[name] for name in ("description", "metadata", "statement_descriptor") if name in asked}
    payout = _begin(world, asked["amount"], currency, automatic=False, **named)
    _leave(world, payout, {})
    return payout


def _begin(world: World, amount: int, currency: str, *, automatic: bool, **named: Any) -> Object:
    payout = PAYOUT(
        world.random.new_id("po_"),
        amount=amount,
        arrival_date=next_day(world.now) + DAY,
        automatic=automatic,
        created=world.now,
        currency=currency,
        destination="ba_" + world.random.letters(f"bank:{currency}", 24),
        reconciliation_status="in_progress" if automatic else "not_applicable",
        **named,
    )
    return world.store.add(payout)


def _leave(world: World, payout: Object, line_of: dict[str, Any]) -> None:
    entry = enter(world, payout, "payout", -payout["amount"], description="STRIPE PAYOUT", **line_of)
    world.store.change(payout, balance_transaction=entry["id"])
    emit_event(world, "payout.created", payout)
    world.tasks.schedule(next_day(world.now), "send_payout", payout["id"])


def reconcile_payout(world: World, payout_id: str) -> None:
    """Stripe has worked out which lines a payout is made of."""
    payout = world.store.get(payout_id)
    world.store.change(payout, reconciliation_status="completed")
    emit_event(world, "payout.reconciliation_completed", payout)


def send_payout(world: World, payout_id: str) -> None:
    """The bank has it on its way."""
    payout = world.store.get(payout_id)
    trace = {"status": "supported", "value": world.random.letters(payout_id, 12).upper()}
    move(world, payout, PAYOUT_STATES, "in_transit", trace_id=trace)
    emit_event(world, "payout.updated", payout, {"status": "pending", "trace_id": None})
    world.tasks.schedule(payout["arrival_date"], "arrive_payout", payout_id)


def arrive_payout(world: World, payout_id: str) -> None:
    """The day on which it should be there; Stripe calls it paid, which is a hope."""
    payout = world.store.get(payout_id)
    if world.store.get_value("next_payout_fails"):
        world.store.set_value("next_payout_fails", False)
        fail_payout(world, payout)
        return
    move(world, payout, PAYOUT_STATES, "paid")
    emit_event(world, "payout.paid", payout)


def fail_payout(world: World, payout: Object) -> Object:
    """The bank sends it back; the money is in the balance again."""
    world.tasks.cancel(payout["id"])
    move(world, payout, PAYOUT_STATES, "failed", failure_code="account_closed",
         failure_message="The bank account has been closed.")  # fmt: skip
    entry = enter(world, payout, "payout_failure", payout["amount"], reporting_category="payout_reversal",
                  description="STRIPE PAYOUT FAILURE")  # fmt: skip
    world.store.change(payout, failure_balance_transaction=entry["id"])
    emit_event(world, "payout.failed", payout)
    return payout


def cancel_payout(world: World, payout: Object) -> Object:
    """A manual payout that has not left yet stays here."""
    if payout["status"] != "pending" or payout["automatic"]:
        raise invalid_request("Only a pending manual payout can be canceled.")
    world.tasks.cancel(payout["id"])
    move(world, payout, PAYOUT_STATES, "canceled")
    entry = enter(world, payout, "payout_cancel", payout["amount"], reporting_category="payout_reversal",
                  description="STRIPE PAYOUT CANCEL")  # fmt: skip
    world.store.change(payout, failure_balance_transaction=entry["id"])
    emit_event(world, "payout.canceled", payout)
    return payout


def the_payout(world: World, id_: str) -> Object:
    """The payout of this id; refused when there is none."""
    found = world.store.find(id_)
    if found is None or found["object"] != "payout":
        raise resource_missing("payout", id_)
    return found

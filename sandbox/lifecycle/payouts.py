"""Payouts: the available balance goes to the bank and arrives, or fails and returns.

A negative available balance is debited from the bank, by a payout of a negative amount.
"""

from typing import Any

from sandbox.api.errors import invalid_request, resource_missing
from sandbox.events import emit_event
from sandbox.lifecycle.balance import available_in, balance_in, start_of_next_day, write_balance_transaction
from sandbox.lifecycle.currencies import parse_currency
from sandbox.lifecycle.exchange_rates import SETTLEMENT_CURRENCIES
from sandbox.lifecycle.object_templates import PAYOUT
from sandbox.lifecycle.transitions import state_graph, transition
from sandbox.state.store import Object
from sandbox.world import World

PAYOUT_STATES = state_graph(pending="in_transit canceled failed", in_transit="paid failed", paid="failed")
DAY = 86400
SCHEDULES = ("daily", "weekly", "manual")
_UNPAID = "json_extract(body, '$._payout') IS NULL AND json_extract(body, '$.available_on') <= ?"
_BY_PAYOUT = "balance_transaction_by_payout"
_OF_KIND = "kind = 'balance_transaction'"


def payout_schedule(world: World) -> str:
    """How often payouts are created automatically: one of `SCHEDULES`; daily until the control `schedule` sets it."""
    return str(world.store.get_value("payouts") or "daily")


def pay_out_as_scheduled(world: World) -> None:
    """At the start of a day: pay out where the schedule is daily, or weekly and it is Monday."""
    is_monday = world.clock.as_datetime().weekday() == 0
    if payout_schedule(world) == "daily" or (payout_schedule(world) == "weekly" and is_monday):
        pay_out_available(world)


def pay_out_available(world: World) -> list[Object]:
    """Create a payout for each currency whose available balance is not zero; the payouts."""
    payouts = [_create_automatic_payout(world, currency) for currency in SETTLEMENT_CURRENCIES]
    return [payout for payout in payouts if payout is not None]


def _create_automatic_payout(world: World, currency: str) -> Object | None:
    """A payout of every available balance transaction that no payout has yet; its amount is their sum.

    None where the sum is zero. A negative sum is debited only where pending transactions do not cover it.
    """
    where = f"{_OF_KIND} AND {_UNPAID} AND json_extract(body, '$.currency') = ?"
    available = (_BY_PAYOUT, where, (world.now, currency))
    amount = world.store.sum("net", *available)
    if amount == 0 or (amount < 0 and balance_in(world, currency) >= 0):
        return None
    payout = _create_payout(world, amount, currency, automatic=True)
    world.store.set_field("_payout", payout["id"], *available)
    _debit_balance(world, payout, _payout=payout["id"])
    world.tasks.schedule(world.clock.now() + 60, "reconcile_payout", payout["id"])
    return payout


def create_manual_payout(world: World, params: dict[str, Any]) -> Object:
    """A payout of an amount that the caller names; no balance transactions belong to it."""
    currency = parse_currency(params["currency"], "currency")
    if payout_schedule(world) != "manual":
        raise invalid_request("The sandbox pays out by itself: set its schedule to manual before paying out by hand.")
    if params["amount"] > available_in(world, currency):
        raise invalid_request(
            "You have insufficient funds in your Stripe account for this transfer.", code="balance_insufficient"
        )
    fields = {name: params[name] for name in ("description", "metadata", "statement_descriptor") if name in params}
    payout = _create_payout(world, params["amount"], currency, automatic=False, **fields)
    _debit_balance(world, payout)
    return payout


def _create_payout(world: World, amount: int, currency: str, *, automatic: bool, **fields: Any) -> Object:
    payout = PAYOUT(
        world.random.new_id("po_"),
        amount=amount,
        arrival_date=start_of_next_day(world.now) + DAY,
        automatic=automatic,
        created=world.now,
        currency=currency,
        destination="ba_" + world.random.letters(f"bank:{currency}", 24),
        reconciliation_status="in_progress" if automatic else "not_applicable",
        **fields,
    )
    return world.store.add(payout)


def _debit_balance(world: World, payout: Object, **fields: Any) -> None:
    """Take a payout out of the balance, with these fields of its balance transaction, and schedule its sending."""
    balance_transaction = write_balance_transaction(
        world, payout, "payout", -payout["amount"], description="STRIPE PAYOUT", **fields
    )
    world.store.change(payout, balance_transaction=balance_transaction["id"])
    emit_event(world, "payout.created", payout)
    world.tasks.schedule(start_of_next_day(world.now), "send_payout", payout["id"])


def reconcile_payout(world: World, payout_id: str) -> None:
    """Scheduled a minute after a payout: which balance transactions it consists of is now final."""
    payout = world.store.get(payout_id)
    world.store.change(payout, reconciliation_status="completed")
    emit_event(world, "payout.reconciliation_completed", payout)


def send_payout(world: World, payout_id: str) -> None:
    """Scheduled for the next day: the payout is in transit."""
    payout = world.store.get(payout_id)
    trace = {"status": "supported", "value": world.random.letters(payout_id, 12).upper()}
    transition(world, payout, PAYOUT_STATES, "in_transit", trace_id=trace)
    emit_event(world, "payout.updated", payout, {"status": "pending", "trace_id": None})
    world.tasks.schedule(payout["arrival_date"], "arrive_payout", payout_id)


def arrive_payout(world: World, payout_id: str) -> None:
    """Scheduled for the arrival date: the payout is paid, or fails where the control `fail-payout` asked for it."""
    payout = world.store.get(payout_id)
    if world.store.get_value("next_payout_fails"):
        world.store.set_value("next_payout_fails", False)
        fail_payout(world, payout)
        return
    transition(world, payout, PAYOUT_STATES, "paid")
    emit_event(world, "payout.paid", payout)


def fail_payout(world: World, payout: Object) -> Object:
    """A payout fails, also one that is paid: its amount returns to the balance."""
    world.tasks.cancel(payout["id"])
    transition(world, payout, PAYOUT_STATES, "failed", failure_code="account_closed",
               failure_message="The bank account has been closed.")  # fmt: skip
    _credit_balance(world, payout, "payout_failure", "STRIPE PAYOUT FAILURE")
    emit_event(world, "payout.failed", payout)
    return payout


def cancel_payout(world: World, payout: Object) -> Object:
    """Cancel a manual payout that is pending: its amount returns to the balance."""
    if payout["status"] != "pending" or payout["automatic"]:
        raise invalid_request("Only a pending manual payout can be canceled.")
    world.tasks.cancel(payout["id"])
    transition(world, payout, PAYOUT_STATES, "canceled")
    _credit_balance(world, payout, "payout_cancel", "STRIPE PAYOUT CANCEL")
    emit_event(world, "payout.canceled", payout)
    return payout


def _credit_balance(world: World, payout: Object, kind: str, description: str) -> None:
    """Return a payout's amount to the balance."""
    balance_transaction = write_balance_transaction(
        world, payout, kind, payout["amount"], reporting_category="payout_reversal", description=description
    )
    world.store.change(payout, failure_balance_transaction=balance_transaction["id"])


def get_payout(world: World, id_: str) -> Object:
    """The payout of this id; ApiError where there is none."""
    payout = world.store.find(id_)
    if payout is None or payout["object"] != "payout":
        raise resource_missing("payout", id_)
    return payout

"""What the agenda may hold: the name of each happening, and what it does to its subject."""

from sandbox.life.disputes import dispute_in_time, dispute_is_due
from sandbox.life.intents import end_debit, take_back_in_time
from sandbox.life.methods import renew_card
from sandbox.life.payouts import arrive_payout, reconcile_payout, send_payout
from sandbox.life.refunds import clear_refund, fail_refund, retry_refund, trace_refund
from sandbox.life.renewals import (
    after_attempt,
    announce_renewal,
    collect_invoice,
    renew,
    resume_collection,
    retry_invoice,
)
from sandbox.life.sessions import debit_ended, expire_in_time
from sandbox.life.settlement import entry_status, settle_charge
from sandbox.life.subscriptions import end_subscription
from sandbox.life.tidying import new_day
from sandbox.webhooks.queue import pending_webhooks
from sandbox.world import ComputedFields, TaskFunction, World


def _end_debit(world: World, charge_id: str) -> None:
    """The bank's answer to a debit goes to whoever waits for it: an invoice, a session, or both."""
    intent = end_debit(world, charge_id)
    if "_invoice" in intent:
        after_attempt(world, world.store.get(intent["_invoice"]), intent["status"])
    session = world.store.find(intent.get("_session", ""))
    if session is not None and session["payment_status"] == "unpaid":
        debit_ended(world, session, paid=intent["status"] == "succeeded")


def _fail_refund(world: World, refund_id: str) -> None:
    fail_refund(world, refund_id)


HAPPENINGS: dict[str, TaskFunction] = {
    "announce_renewal": announce_renewal,
    "arrive_payout": arrive_payout,
    "clear_refund": clear_refund,
    "collect_invoice": collect_invoice,
    "dispute_charge": dispute_in_time,
    "dispute_is_due": dispute_is_due,
    "end_debit": _end_debit,
    "end_subscription": end_subscription,
    "expire_session": expire_in_time,
    "fail_refund": _fail_refund,
    "new_day": new_day,
    "reconcile_payout": reconcile_payout,
    "renew": renew,
    "renew_card": renew_card,
    "resume_collection": resume_collection,
    "retry_invoice": retry_invoice,
    "retry_refund": retry_refund,
    "send_payout": send_payout,
    "settle_charge": settle_charge,
    "take_back_debit": take_back_in_time,
    "trace_refund": trace_refund,
}

COMPUTED: dict[str, ComputedFields] = {
    "balance_transaction": entry_status,
    "event": pending_webhooks,
}

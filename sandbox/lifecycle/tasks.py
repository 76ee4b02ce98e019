"""The functions of scheduled tasks by name, and the computed fields by kind of object.

The names are saved in state files, so they do not change when a function is renamed.
"""

from sandbox.lifecycle.balance import balance_transaction_status, settle_charge
from sandbox.lifecycle.checkout_sessions import expire_unpaid_session, finish_delayed_payment
from sandbox.lifecycle.daily_work import start_day
from sandbox.lifecycle.disputes import decide_by_deadline, dispute_charge
from sandbox.lifecycle.payment_intents import fail_debit_late_task, finish_debit
from sandbox.lifecycle.payment_methods import replace_card
from sandbox.lifecycle.payouts import arrive_payout, reconcile_payout, send_payout
from sandbox.lifecycle.refunds import add_refund_reference, fail_refund, retry_refund, succeed_refund
from sandbox.lifecycle.renewals import (
    announce_renewal,
    apply_payment_outcome,
    collect_invoice,
    renew_subscription,
    resume_collection,
    retry_invoice,
)
from sandbox.lifecycle.subscriptions import end_subscription
from sandbox.lifecycle.trials import announce_trial_end
from sandbox.webhooks.queue import pending_webhooks
from sandbox.world import ComputedFields, TaskFunction, World


def _finish_debit(world: World, charge_id: str) -> None:
    """Finish a debit, then update what it pays: an invoice, a checkout session, or both."""
    intent = finish_debit(world, charge_id)
    if "_invoice" in intent:
        apply_payment_outcome(world, world.store.get(intent["_invoice"]), intent["status"])
    session = world.store.find(intent.get("_session", ""))
    if session is not None and session["payment_status"] == "unpaid":
        finish_delayed_payment(world, session, paid=intent["status"] == "succeeded")


def _fail_refund(world: World, refund_id: str) -> None:
    fail_refund(world, refund_id)


TASKS: dict[str, TaskFunction] = {
    "announce_renewal": announce_renewal,
    "announce_trial_end": announce_trial_end,
    "arrive_payout": arrive_payout,
    "clear_refund": succeed_refund,
    "collect_invoice": collect_invoice,
    "dispute_charge": dispute_charge,
    "dispute_is_due": decide_by_deadline,
    "end_debit": _finish_debit,
    "end_subscription": end_subscription,
    "expire_session": expire_unpaid_session,
    "fail_refund": _fail_refund,
    "new_day": start_day,
    "reconcile_payout": reconcile_payout,
    "renew": renew_subscription,
    "renew_card": replace_card,
    "resume_collection": resume_collection,
    "retry_invoice": retry_invoice,
    "retry_refund": retry_refund,
    "send_payout": send_payout,
    "settle_charge": settle_charge,
    "take_back_debit": fail_debit_late_task,
    "trace_refund": add_refund_reference,
}

COMPUTED_FIELDS: dict[str, ComputedFields] = {
    "balance_transaction": balance_transaction_status,
    "event": pending_webhooks,
}

"""Trials of subscriptions that run: a free period up to an instant, which becomes the anchor of the billing cycle."""

from typing import Any

from sandbox.api.errors import invalid_request
from sandbox.events import emit_event
from sandbox.lifecycle.invoices import INVOICE_STATES, build_invoice, finalize_invoice
from sandbox.lifecycle.transitions import transition
from sandbox.state.store import Object
from sandbox.world import World

DAY = 86400
LONGEST = 2 * 366 * DAY
NOTICE = 3 * DAY
"""Seconds before the end of a trial at which customer.subscription.trial_will_end is emitted."""


def trial_changes(world: World, subscription: Object, trial_end: int) -> dict[str, Any]:
    """The fields of a subscription whose trial starts now. ApiError where Stripe would refuse its end."""
    if trial_end <= world.now:
        raise invalid_request("Invalid timestamp: must be an integer Unix timestamp in the future.", param="trial_end")
    if trial_end > subscription["billing_cycle_anchor"] + LONGEST:
        raise invalid_request("`trial_end` can be at most two years from `billing_cycle_anchor`.", param="trial_end")
    period = {"current_period_end": trial_end, "current_period_start": world.now}
    items = [{**item, **period} for item in subscription["items"]["data"]]
    return {
        "billing_cycle_anchor": trial_end,
        "items": {**subscription["items"], "data": items},
        "status": "trialing",
        "trial_end": trial_end,
        "trial_start": world.now,
    }


def announce_trial(world: World, subscription: Object) -> None:
    """After a trial has started: invoice its free period, and announce its end."""
    _invoice_nothing(world, subscription)
    id_ = subscription["id"]
    world.tasks.cancel(id_, "announce_trial_end")
    world.tasks.schedule(max(world.now, subscription["trial_end"] - NOTICE), "announce_trial_end", id_)


def announce_trial_end(world: World, subscription_id: str) -> None:
    """Scheduled three days before the end of a trial, or at once where it is shorter."""
    subscription = world.store.get(subscription_id)
    if subscription["status"] == "trialing":
        emit_event(world, "customer.subscription.trial_will_end", subscription)


def _invoice_nothing(world: World, subscription: Object) -> None:
    """The invoice of a free period: over nothing, paid at once, without a payment."""
    invoice = build_invoice(world, subscription, "subscription_update", world.random.new_id("in_"))
    lines = [{**line, "amount": 0, "subtotal": 0} for line in invoice["lines"]["data"]]
    amounts = ("amount_due", "amount_remaining", "subtotal", "subtotal_excluding_tax", "total", "total_excluding_tax")
    invoice |= dict.fromkeys(amounts, 0) | {"lines": {**invoice["lines"], "data": lines}}
    world.store.add(invoice)
    world.store.change(subscription, latest_invoice=invoice["id"])
    emit_event(world, "invoice.created", invoice)
    finalize_invoice(world, invoice)
    paid = {**invoice["status_transitions"], "paid_at": world.now}
    transition(world, invoice, INVOICE_STATES, "paid", attempted=True, auto_advance=False, status_transitions=paid)
    for event_type in ("invoice.paid", "invoice.payment_succeeded"):
        emit_event(world, event_type, invoice)

"""Renewals of subscriptions: the next period, its invoice, the payment attempts, and what happens when all fail."""

from sandbox.events import emit_event
from sandbox.lifecycle.invoices import (
    build_invoice,
    create_invoice,
    finalize_invoice,
    link_intent,
    mark_invoice_paid,
    mark_uncollectible,
    void_invoice,
)
from sandbox.lifecycle.payment_intents import confirm_intent, create_intent
from sandbox.lifecycle.subscriptions import (
    cancel_subscription,
    ends_with_period,
    set_subscription_status,
    start_next_period,
    update_subscription,
)
from sandbox.state.store import Object
from sandbox.world import World

HOUR, DAY = 3600, 86400
RETRIES = (3 * DAY, 5 * DAY, 7 * DAY)
"""Seconds from each failed attempt to the next. After the last, the subscription gets one of `DUNNING_ENDS`."""
DUNNING_ENDS = ("canceled", "unpaid", "past_due")
"""Statuses that a subscription may have after its retries; the control `dunning` chooses."""
_DECLINED_SAMPLES = {"card": "4000000000000002", "bacs_debit": "22222227"}
_ATTEMPT_FIELDS = ("attempt_count", "attempted", "next_payment_attempt")


def announce_renewal(world: World, subscription_id: str) -> None:
    """Scheduled before a renewal: emit invoice.upcoming, with an invoice that is not stored and has no id."""
    subscription = world.store.get(subscription_id)
    if subscription["status"] != "canceled":
        upcoming = build_invoice(world, subscription, "upcoming", "")
        del upcoming["id"]
        emit_event(world, "invoice.upcoming", upcoming)


def renew_subscription(world: World, subscription_id: str) -> None:
    """Scheduled for the end of a period: start the next with a draft invoice, or end the subscription."""
    subscription = world.store.get(subscription_id)
    if subscription["status"] == "canceled":
        return
    if ends_with_period(subscription):
        cancel_subscription(world, subscription)
        return
    start_next_period(world, subscription)
    invoice = create_invoice(world, subscription, "subscription_cycle")
    if subscription["status"] == "unpaid":
        world.store.change(invoice, auto_advance=False)
    else:
        world.store.change(invoice, automatically_finalizes_at=world.now + HOUR)
        world.tasks.schedule(world.clock.now() + HOUR, "collect_invoice", invoice["id"])


def collect_invoice(world: World, invoice_id: str) -> None:
    """Scheduled an hour after a draft: finalize it and attempt payment, unless collection is paused."""
    invoice = world.store.get(invoice_id)
    subscription = world.store.get(invoice["_subscription"])
    if invoice["status"] != "draft" or subscription["status"] == "canceled":
        return
    pause = subscription["pause_collection"]
    if pause and pause["behavior"] == "keep_as_draft":
        world.store.change(invoice, auto_advance=False, automatically_finalizes_at=None)
        return
    finalize_invoice(world, invoice)
    if pause:
        (void_invoice if pause["behavior"] == "void" else mark_uncollectible)(world, invoice)
    else:
        attempt_payment(world, invoice)


def attempt_payment(world: World, invoice: Object) -> Object:
    """Attempt to collect an invoice by the subscription's payment method, without the payer. Without one it fails."""
    subscription = world.store.get(invoice["_subscription"])
    method = method_for_renewals(world, subscription)
    intent = _intent_for(world, invoice, method)
    if method is None:
        apply_payment_outcome(world, invoice, intent["status"])
        return invoice
    if subscription.get("_fails_next"):
        world.store.change(subscription, _fails_next=False)
        method = {**method, "_number": _DECLINED_SAMPLES[method["type"]]}
    if intent["status"] != "processing":
        apply_payment_outcome(world, invoice, confirm_intent(world, intent, method, off_session=True))
    return invoice


def method_for_renewals(world: World, subscription: Object) -> Object | None:
    """The subscription's payment method, or its customer's default; None where neither is attached any more."""
    customer = world.store.get(subscription["customer"])
    for id_ in (subscription["default_payment_method"], customer["invoice_settings"]["default_payment_method"]):
        method = world.store.find(id_ or "")
        if method is not None and method["customer"] == customer["id"]:
            return method
    return None


def _intent_for(world: World, invoice: Object, method: Object | None) -> Object:
    """The invoice's intent, created for the first attempt. As with Stripe it has no metadata of the subscription."""
    if "_intent" in invoice:
        return world.store.get(invoice["_intent"])
    params = {"description": "Subscription update"}
    intent = create_intent(world, invoice["amount_due"], invoice["currency"], params,
                           customer=invoice["customer"],
                           payment_method_types=[method["type"] if method else "card"])  # fmt: skip
    link_intent(world, invoice, intent)
    return intent


def apply_payment_outcome(world: World, invoice: Object, intent_status: str) -> None:
    """Update the invoice and its subscription after an attempt, or after a debit was finished."""
    subscription = world.store.get(invoice["_subscription"])
    if intent_status == "succeeded":
        world.tasks.cancel(invoice["id"])
        mark_invoice_paid(world, invoice)
        set_subscription_status(world, subscription, "active")
    elif intent_status == "processing":
        world.store.change(invoice, attempted=True)
    else:
        _apply_failure(world, invoice, subscription)


def _apply_failure(world: World, invoice: Object, subscription: Object) -> None:
    """Count a failed attempt, and schedule the next or end the retries."""
    before = {name: invoice[name] for name in _ATTEMPT_FIELDS}
    count = invoice["attempt_count"] + 1
    retry = world.now + RETRIES[count - 1] if count <= len(RETRIES) else None
    world.store.change(invoice, attempted=True, attempt_count=count, next_payment_attempt=retry)
    error = world.store.get(invoice["_intent"])["last_payment_error"]
    if error and error.get("decline_code") == "authentication_required":
        emit_event(world, "invoice.payment_action_required", invoice)
    emit_event(world, "invoice.payment_failed", invoice)
    emit_event(world, "invoice.updated", invoice, before)
    if retry is not None:
        set_subscription_status(world, subscription, "past_due")
        world.tasks.schedule(retry, "retry_invoice", invoice["id"])
    else:
        _end_retries(world, invoice, subscription)


def _end_retries(world: World, invoice: Object, subscription: Object) -> None:
    """The last attempt has failed: the subscription becomes canceled, unpaid or past_due, as the account is set."""
    end = str(world.store.get_value("dunning_end") or "canceled")
    if end == "canceled" and subscription["status"] != "canceled":
        mark_uncollectible(world, invoice)
        cancel_subscription(world, subscription, reason="payment_failed")
    else:
        set_subscription_status(world, subscription, end)


def retry_invoice(world: World, invoice_id: str) -> None:
    """Scheduled after a failed attempt: attempt once more, unless the invoice or the subscription has ended."""
    invoice = world.store.get(invoice_id)
    subscription = world.store.get(invoice["_subscription"])
    if invoice["status"] == "open" and subscription["status"] != "canceled":
        attempt_payment(world, invoice)


def resume_collection(world: World, subscription_id: str) -> None:
    """Scheduled for `resumes_at`: end the pause of collection."""
    subscription = world.store.get(subscription_id)
    if subscription["status"] != "canceled" and subscription["pause_collection"]:
        update_subscription(world, subscription, pause_collection=None)


def create_first_invoice(world: World, subscription: Object, intent: Object, lines: list[Object]) -> Object:
    """The invoice of a subscription's first period, created after its payment; paid at once, or when a debit succeeds.

    Only this invoice has the session's one-time line items.
    """
    one_time_lines = [line for line in lines if line["price"]["recurring"] is None]
    invoice = create_invoice(world, subscription, "subscription_create", one_time_lines)
    link_intent(world, invoice, intent)
    finalize_invoice(world, invoice)
    apply_payment_outcome(world, invoice, intent["status"])
    return invoice

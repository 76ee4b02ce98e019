"""Renewals: a new period, its invoice, the attempts to be paid, and the end when all of them fail."""

from sandbox.events import emit_event
from sandbox.life.intents import intend, take
from sandbox.life.invoices import bill_through, compose, draft, finalize, give_up, mark_paid, void
from sandbox.life.subscriptions import become, begin_next_period, cancel, change, ending
from sandbox.state.store import Object
from sandbox.world import World

HOUR, DAY = 3600, 86400
RETRIES = (3 * DAY, 5 * DAY, 7 * DAY)
"""Seconds from each failed attempt to the next; after the last the subscription meets its end."""
_FAILING = {"card": "4000000000000002", "bacs_debit": "22222227"}
ENDS = ("canceled", "unpaid", "past_due")
_ATTEMPTED = ("attempt_count", "attempted", "next_payment_attempt")


def announce_renewal(world: World, subscription_id: str) -> None:
    """invoice.upcoming: an invoice that does not exist yet, and hence has no id."""
    subscription = world.store.get(subscription_id)
    if subscription["status"] != "canceled":
        upcoming = compose(world, subscription, "upcoming", "")
        del upcoming["id"]
        emit_event(world, "invoice.upcoming", upcoming)


def renew(world: World, subscription_id: str) -> None:
    """The period is over: the next one begins with a draft, unless this was the last."""
    subscription = world.store.get(subscription_id)
    if subscription["status"] == "canceled":
        return
    if ending(subscription):
        cancel(world, subscription)
        return
    begin_next_period(world, subscription)
    invoice = draft(world, subscription, "subscription_cycle")
    if subscription["status"] == "unpaid":
        world.store.change(invoice, auto_advance=False)
    else:
        world.store.change(invoice, automatically_finalizes_at=world.now + HOUR)
        world.tasks.schedule(world.clock.now() + HOUR, "collect_invoice", invoice["id"])


def collect_invoice(world: World, invoice_id: str) -> None:
    """An hour after its draft: finalize it and try to be paid, unless collection is paused."""
    invoice = world.store.get(invoice_id)
    subscription = world.store.get(invoice["_subscription"])
    if invoice["status"] != "draft" or subscription["status"] == "canceled":
        return
    pause = subscription["pause_collection"]
    if pause and pause["behavior"] == "keep_as_draft":
        world.store.change(invoice, auto_advance=False, automatically_finalizes_at=None)
        return
    finalize(world, invoice)
    if pause:
        (void if pause["behavior"] == "void" else give_up)(world, invoice)
    else:
        attempt(world, invoice)


def attempt(world: World, invoice: Object) -> Object:
    """Try to be paid by the giver's payment method, without the giver."""
    subscription = world.store.get(invoice["_subscription"])
    method = world.store.get(subscription["default_payment_method"])
    intent = _intent_for(world, invoice, method)
    if subscription.get("_fails_next"):
        world.store.change(subscription, _fails_next=False)
        method = {**method, "_number": _FAILING[method["type"]]}
    if intent["status"] != "processing":
        after_attempt(world, invoice, take(world, intent, method, off_session=True))
    return invoice


def _intent_for(world: World, invoice: Object, method: Object) -> Object:
    """The intent of the first attempt serves all of them. It carries no metadata of the gift: only links."""
    if "_intent" in invoice:
        return world.store.get(invoice["_intent"])
    intent = intend(world, invoice["amount_due"], invoice["currency"], {"description": "Subscription update"},
                    customer=invoice["customer"], payment_method_types=[method["type"]])  # fmt: skip
    bill_through(world, invoice, intent)
    return intent


def after_attempt(world: World, invoice: Object, outcome: str) -> None:
    """What an attempt, or the end of a debit, means for the invoice and its subscription."""
    subscription = world.store.get(invoice["_subscription"])
    if outcome == "succeeded":
        world.tasks.cancel(invoice["id"])
        mark_paid(world, invoice)
        become(world, subscription, "active")
    elif outcome == "processing":
        world.store.change(invoice, attempted=True)
    else:
        _failed(world, invoice, subscription)


def _failed(world: World, invoice: Object, subscription: Object) -> None:
    before = {name: invoice[name] for name in _ATTEMPTED}
    count = invoice["attempt_count"] + 1
    retry = world.now + RETRIES[count - 1] if count <= len(RETRIES) else None
    world.store.change(invoice, attempted=True, attempt_count=count, next_payment_attempt=retry)
    error = world.store.get(invoice["_intent"])["last_payment_error"]
    if error and error.get("decline_code") == "authentication_required":
        emit_event(world, "invoice.payment_action_required", invoice)
    emit_event(world, "invoice.payment_failed", invoice)
    emit_event(world, "invoice.updated", invoice, before)
    if retry is not None:
        become(world, subscription, "past_due")
        world.tasks.schedule(retry, "retry_invoice", invoice["id"])
    else:
        _meet_the_end(world, invoice, subscription)


def _meet_the_end(world: World, invoice: Object, subscription: Object) -> None:
    """The last attempt has failed: canceled, unpaid or past due, as the account was set."""
    end = str(world.store.get_value("dunning_end") or "canceled")
    if end == "canceled" and subscription["status"] != "canceled":
        give_up(world, invoice)
        cancel(world, subscription, reason="payment_failed")
    else:
        become(world, subscription, end)


def retry_invoice(world: World, invoice_id: str) -> None:
    """One more attempt, as planned."""
    invoice = world.store.get(invoice_id)
    subscription = world.store.get(invoice["_subscription"])
    if invoice["status"] == "open" and subscription["status"] != "canceled":
        attempt(world, invoice)


def resume_collection(world: World, subscription_id: str) -> None:
    """The pause of collection is over."""
    subscription = world.store.get(subscription_id)
    if subscription["status"] != "canceled" and subscription["pause_collection"]:
        change(world, subscription, pause_collection=None)


def first_invoice(world: World, subscription: Object, intent: Object, lines: list[Object]) -> Object:
    """The invoice of a subscription's first period, made after its payment; paid with it, or when the debit ends.

    What the session asked for once only is on this invoice and on no later one.
    """
    once = [line for line in lines if line["price"]["recurring"] is None]
    invoice = draft(world, subscription, "subscription_create", once)
    bill_through(world, invoice, intent)
    finalize(world, invoice)
    after_attempt(world, invoice, intent["status"])
    return invoice

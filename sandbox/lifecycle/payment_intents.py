"""Payment intents: created, confirmed with one payment method after another, succeeded or canceled."""

from typing import Any

from sandbox.api.errors import ApiError, invalid_request
from sandbox.events import emit_event
from sandbox.lifecycle.balance import SETTLES_AFTER, write_balance_transaction
from sandbox.lifecycle.charges import create_charge, fail_charge, succeed_charge
from sandbox.lifecycle.object_templates import PAYMENT_INTENT
from sandbox.lifecycle.payment_methods import create_mandate, is_expired, sample_of
from sandbox.lifecycle.sample_methods import EMPTY_ACCOUNT, EXPIRED, NOT_AUTHENTICATED, Decline
from sandbox.lifecycle.transitions import state_graph, transition
from sandbox.state.store import Object
from sandbox.world import World, public

DAY = 86400.0
DEBIT_DURATION, LATE_FAILURE_AFTER = 4 * DAY, 2 * DAY
"""Seconds from a Bacs debit to its outcome (three working days and a night), and from there to a late failure."""

INTENT_STATES = state_graph(
    requires_payment_method="requires_payment_method requires_action processing succeeded canceled",
    requires_action="requires_payment_method processing succeeded canceled",
    processing="succeeded requires_payment_method",
    succeeded="requires_payment_method",
)


def create_intent(world: World, amount: int, currency: str, params: dict[str, Any], **fields: Any) -> Object:
    """A new payment intent, with the caller's parameters (description, metadata, …) and the twin's own fields."""
    id_ = world.random.new_id("pi_")
    copied = ("description", "receipt_email", "setup_future_usage", "statement_descriptor_suffix", "transfer_group")
    intent = PAYMENT_INTENT(
        id_,
        amount=amount,
        client_secret=f"{id_}_secret_{world.random.letters(id_, 25)}",
        created=world.now,
        currency=currency,
        **{name: params.get(name) for name in copied},
        metadata={name: value for name, value in params.get("metadata", {}).items() if value},
        capture_method=params.get("capture_method", "automatic_async"),
        **{"customer": None, **fields},
    )
    world.store.add(intent)
    emit_event(world, "payment_intent.created", intent)
    return intent


def confirm_intent(world: World, intent: Object, method: Object, *, off_session: bool = False) -> str:
    """Confirm the intent with this payment method; the intent's new status. `off_session`: without the payer."""
    sample = sample_of(method)
    if sample.requires_authentication and not off_session:
        return _require_authentication(world, intent, method)
    if method["type"] == "bacs_debit":
        return _start_debit(world, intent, method)
    decline = sample.decline or (sample.decline_off_session if off_session else None)
    if is_expired(world, method):
        decline = EXPIRED
    return _charge_card(world, intent, method, decline)


def _charge_card(world: World, intent: Object, method: Object, decline: Decline | None, approved: bool = False) -> str:
    charge = create_charge(world, intent, method, approved=approved)
    if decline is not None:
        fail_charge(world, charge, decline)
        return _fail(world, intent, method, decline, charge)
    succeed_charge(world, charge, settled=intent["capture_method"] == "automatic")
    return _succeed(world, intent, charge)


def _succeed(world: World, intent: Object, charge: Object) -> str:
    transition(world, intent, INTENT_STATES, "succeeded", amount_received=charge["amount"], last_payment_error=None,
               latest_charge=charge["id"], next_action=None, payment_method=charge["payment_method"])  # fmt: skip
    emit_event(world, "payment_intent.succeeded", intent)
    if charge["balance_transaction"] is None:
        world.tasks.schedule(world.clock.now() + SETTLES_AFTER, "settle_charge", charge["id"])
    return "succeeded"


def _fail(world: World, intent: Object, method: Object, decline: Decline, charge: Object | None) -> str:
    """The payment was declined; the intent requires another payment method."""
    error = {"code": decline.code, "message": decline.message, "payment_method": public(method), "type": "card_error"}
    error |= {"charge": charge["id"]} if charge else {}
    error |= {"decline_code": decline.decline_code} if decline.decline_code else {}
    transition(world, intent, INTENT_STATES, "requires_payment_method", last_payment_error=error, next_action=None,
               latest_charge=charge["id"] if charge else intent["latest_charge"], payment_method=None)  # fmt: skip
    emit_event(world, "payment_intent.payment_failed", intent)
    return "requires_payment_method"


def _require_authentication(world: World, intent: Object, method: Object) -> str:
    """3-D Secure: nothing is charged until the payer has approved the payment at their bank."""
    page = f"{world.settings.public_url}/approve/{intent['id']}"
    action = {"redirect_to_url": {"return_url": None, "url": page}, "type": "redirect_to_url"}
    fields = {"next_action": action, "payment_method": method["id"]}
    if intent["status"] == "requires_action":  # the payer came back from the bank's page and chose another card
        world.store.change(intent, **fields)
    else:
        transition(world, intent, INTENT_STATES, "requires_action", **fields)
        emit_event(world, "payment_intent.requires_action", intent)
    return "requires_action"


def authenticate_intent(world: World, intent: Object, *, approved: bool) -> str:
    """The payer has approved the payment at their bank, or refused; the intent's new status."""
    method = world.store.get(intent["payment_method"])
    if not approved:
        return _fail(world, intent, method, NOT_AUTHENTICATED, None)
    return _charge_card(world, intent, method, sample_of(method).decline, approved=True)


def _start_debit(world: World, intent: Object, method: Object) -> str:
    """Start a bank debit: its outcome is known days later."""
    if "_mandate" not in method:
        world.store.change(method, _mandate=create_mandate(world, method)["id"])
    charge = create_charge(world, intent, method, mandate=method["_mandate"])
    transition(world, intent, INTENT_STATES, "processing", latest_charge=charge["id"], payment_method=method["id"])
    emit_event(world, "charge.pending", charge)
    emit_event(world, "payment_intent.processing", intent)
    world.tasks.schedule(world.clock.now() + DEBIT_DURATION, "end_debit", charge["id"])
    return "processing"


def finish_debit(world: World, charge_id: str) -> Object:
    """Scheduled for a bank debit: it succeeds or is declined; its intent."""
    charge = world.store.get(charge_id)
    intent, method = world.store.get(charge["payment_intent"]), world.store.get(charge["payment_method"])
    decline = sample_of(charge).decline
    if decline is None:
        succeed_charge(world, charge, settled=True)
        _succeed(world, intent, charge)
        if sample_of(charge).fails_late:
            world.tasks.schedule(world.clock.now() + LATE_FAILURE_AFTER, "take_back_debit", charge_id)
    else:
        fail_charge(world, charge, decline)
        _fail(world, intent, method, decline, charge)
    return intent


def fail_debit_late(world: World, charge: Object) -> Object:
    """A debit fails after it had succeeded: the bank takes the amount back out of the balance.

    ApiError for a card, and where the charge was refunded or disputed.
    """
    returned = charge["amount_refunded"] or charge["disputed"]
    if charge["status"] != "succeeded" or sample_of(charge).kind != "bacs_debit" or returned:
        raise invalid_request(f"Charge {charge['id']} cannot fail any more.")
    intent, method = world.store.get(charge["payment_intent"]), world.store.get(charge["payment_method"])
    balance_transaction = write_balance_transaction(
        world,
        charge,
        "payment_failure_refund",
        -charge["amount"],
        reporting_category="charge_failure",
        description="PAYMENT FAILURE REFUND",
    )
    world.store.change(charge, amount_captured=0, captured=False, paid=False,
                       failure_balance_transaction=balance_transaction["id"])  # fmt: skip
    fail_charge(world, charge, EMPTY_ACCOUNT)
    world.store.change(intent, amount_received=0)
    _fail(world, intent, method, EMPTY_ACCOUNT, charge)
    return charge


def fail_debit_late_task(world: World, charge_id: str) -> None:
    """Scheduled for a debit by a sample account that fails late. Nothing where it was refunded or disputed before."""
    try:
        fail_debit_late(world, world.store.get(charge_id))
    except ApiError:
        return


def awaits_payment_method(intent: Object) -> bool:
    """Whether the intent's last payment failed, so that it may be confirmed with another payment method."""
    return bool(intent["status"] == "requires_payment_method")


def cancel_intent(world: World, intent: Object, reason: str) -> None:
    """Cancel an intent whose session expired or whose invoice was voided, unless it has a final status."""
    if "canceled" in INTENT_STATES[intent["status"]]:
        transition(world, intent, INTENT_STATES, "canceled", canceled_at=world.now, cancellation_reason=reason)
        emit_event(world, "payment_intent.canceled", intent)

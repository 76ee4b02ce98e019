"""The life of a payment intent: asked for, tried with one means after another, succeeded or given up."""

from typing import Any

from sandbox.api.errors import ApiError, invalid_request
from sandbox.events import emit_event
from sandbox.life.blanks import PAYMENT_INTENT
from sandbox.life.charges import begin_charge, charge_fails, charge_succeeds
from sandbox.life.graphs import graph, move
from sandbox.life.means import EMPTY_ACCOUNT, EXPIRED, NOT_AUTHENTICATED, Decline
from sandbox.life.methods import expired, means_of, new_mandate
from sandbox.life.settlement import SETTLES_AFTER, enter
from sandbox.state.store import Object
from sandbox.world import World, public

DAY = 86400.0
DEBIT_TAKES, TAKEN_BACK_AFTER = 4 * DAY, 2 * DAY
"""Seconds from a Bacs debit to its outcome (three working days and a night), and from there to a late failure."""

INTENT_STATES = graph(
    requires_payment_method="requires_payment_method requires_action processing succeeded canceled",
    requires_action="requires_payment_method processing succeeded canceled",
    processing="succeeded requires_payment_method",
    succeeded="requires_payment_method",
)


def intend(world: World, amount: int, currency: str, asked: dict[str, Any], **more: Any) -> Object:
    """A new intent to pay, with what the caller asked for it (description, metadata, descriptor suffix)."""
    id_ = world.random.new_id("pi_")
    wanted = ("description", "receipt_email", "setup_future_usage", "statement_descriptor_suffix", "transfer_group")
    intent = PAYMENT_INTENT(
        id_,
        amount=amount,
        client_secret=f"{id_}_secret_{world.random.letters(id_, 25)}",
        created=world.now,
        currency=currency,
        **{name: asked.get(name) for name in wanted},
        metadata={name: value for name, value in asked.get("metadata", {}).items() if value},
        capture_method=asked.get("capture_method", "automatic_async"),
        **{"customer": None, **more},
    )
    world.store.add(intent)
    emit_event(world, "payment_intent.created", intent)
    return intent


def take(world: World, intent: Object, method: Object, *, off_session: bool = False) -> str:
    """Try to take the money; the intent's status after it: succeeded, processing, or what it waits for."""
    means = means_of(method)
    if means.authenticates and not off_session:
        return _ask_to_approve(world, intent, method)
    if method["type"] == "bacs_debit":
        return _begin_debit(world, intent, method)
    decline = EXPIRED if expired(world, method) else means.decline or (means.decline_later if off_session else None)
    return _charge_card(world, intent, method, decline)


def _charge_card(world: World, intent: Object, method: Object, decline: Decline | None, approved: bool = False) -> str:
    charge = begin_charge(world, intent, method, approved=approved)
    if decline is not None:
        charge_fails(world, charge, decline)
        return _fail(world, intent, method, decline, charge)
    charge_succeeds(world, charge, settled=intent["capture_method"] == "automatic")
    return _succeed(world, intent, charge)


def _succeed(world: World, intent: Object, charge: Object) -> str:
    move(world, intent, INTENT_STATES, "succeeded", amount_received=charge["amount"], last_payment_error=None,
         latest_charge=charge["id"], next_action=None, payment_method=charge["payment_method"])  # fmt: skip
    emit_event(world, "payment_intent.succeeded", intent)
    if charge["balance_transaction"] is None:
        world.tasks.schedule(world.clock.now() + SETTLES_AFTER, "settle_charge", charge["id"])
    return "succeeded"


def _fail(world: World, intent: Object, method: Object, why: Decline, charge: Object | None) -> str:
    """The bank said no; the intent waits for other means."""
    error = {"code": why.code, "message": why.message, "payment_method": public(method), "type": "card_error"}
    error |= {"charge": charge["id"]} if charge else {}
    error |= {"decline_code": why.decline_code} if why.decline_code else {}
    move(world, intent, INTENT_STATES, "requires_payment_method", last_payment_error=error, next_action=None,
         latest_charge=charge["id"] if charge else intent["latest_charge"], payment_method=None)  # fmt: skip
    emit_event(world, "payment_intent.payment_failed", intent)
    return "requires_payment_method"


def _ask_to_approve(world: World, intent: Object, method: Object) -> str:
    """3-D Secure: nothing is charged until the owner of the card has approved."""
    page = f"{world.settings.public_url}/approve/{intent['id']}"
    action = {"redirect_to_url": {"return_url": None, "url": page}, "type": "redirect_to_url"}
    asked = {"next_action": action, "payment_method": method["id"]}
    if intent["status"] == "requires_action":  # by another card: the same question again
        world.store.change(intent, **asked)
    else:
        move(world, intent, INTENT_STATES, "requires_action", **asked)
        emit_event(world, "payment_intent.requires_action", intent)
    return "requires_action"


def approve(world: World, intent: Object, *, approved: bool) -> str:
    """The owner of the card has answered the bank's question."""
    method = world.store.get(intent["payment_method"])
    if not approved:
        return _fail(world, intent, method, NOT_AUTHENTICATED, None)
    return _charge_card(world, intent, method, means_of(method).decline, approved=True)


def _begin_debit(world: World, intent: Object, method: Object) -> str:
    """A bank debit: the outcome comes days later."""
    if "_mandate" not in method:
        world.store.change(method, _mandate=new_mandate(world, method)["id"])
    charge = begin_charge(world, intent, method, mandate=method["_mandate"])
    move(world, intent, INTENT_STATES, "processing", latest_charge=charge["id"], payment_method=method["id"])
    emit_event(world, "charge.pending", charge)
    emit_event(world, "payment_intent.processing", intent)
    world.tasks.schedule(world.clock.now() + DEBIT_TAKES, "end_debit", charge["id"])
    return "processing"


def end_debit(world: World, charge_id: str) -> Object:
    """The bank's answer to a debit; the intent, succeeded or waiting for other means."""
    charge = world.store.get(charge_id)
    intent, method = world.store.get(charge["payment_intent"]), world.store.get(charge["payment_method"])
    decline = means_of(charge).decline
    if decline is None:
        charge_succeeds(world, charge, settled=True)
        _succeed(world, intent, charge)
        if means_of(charge).taken_back:
            world.tasks.schedule(world.clock.now() + TAKEN_BACK_AFTER, "take_back_debit", charge_id)
    else:
        charge_fails(world, charge, decline)
        _fail(world, intent, method, decline, charge)
    return intent


def take_back(world: World, charge: Object) -> Object:
    """A debit fails after it had succeeded: the bank takes the money back, out of the balance."""
    spent = charge["amount_refunded"] or charge["disputed"]
    if charge["status"] != "succeeded" or means_of(charge).kind != "bacs_debit" or spent:
        raise invalid_request(f"Charge {charge['id']} cannot fail any more.")
    intent, method = world.store.get(charge["payment_intent"]), world.store.get(charge["payment_method"])
    entry = enter(world, charge, "payment_failure_refund", -charge["amount"], reporting_category="charge_failure",
                  description="PAYMENT FAILURE REFUND")  # fmt: skip
    world.store.change(charge, amount_captured=0, captured=False, failure_balance_transaction=entry["id"], paid=False)
    charge_fails(world, charge, EMPTY_ACCOUNT)
    world.store.change(intent, amount_received=0)
    _fail(world, intent, method, EMPTY_ACCOUNT, charge)
    return charge


def take_back_in_time(world: World, charge_id: str) -> None:
    """What becomes of a debit by means that are taken back, unless it was refunded or disputed before."""
    try:
        take_back(world, world.store.get(charge_id))
    except ApiError:
        return


def waits_for_means(intent: Object) -> bool:
    """Whether it may be tried once more, after means that failed."""
    return bool(intent["status"] == "requires_payment_method")


def abandon(world: World, intent: Object, reason: str) -> None:
    """Nobody will pay this any more (its session expired, its invoice was voided)."""
    if "canceled" in INTENT_STATES[intent["status"]]:
        move(world, intent, INTENT_STATES, "canceled", canceled_at=world.now, cancellation_reason=reason)
        emit_event(world, "payment_intent.canceled", intent)

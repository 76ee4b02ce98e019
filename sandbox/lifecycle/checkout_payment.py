"""Paying a checkout session: what happens when a payer presses Pay on its page."""

from sandbox.api.errors import invalid_request
from sandbox.lifecycle.checkout_sessions import complete_session, customer_details
from sandbox.lifecycle.customers import create_customer_for, get_customer, set_default_method
from sandbox.lifecycle.line_items import recurring_prices
from sandbox.lifecycle.payment_intents import authenticate_intent, awaits_payment_method, confirm_intent, create_intent
from sandbox.lifecycle.payment_methods import Payer, attach_method, create_method
from sandbox.lifecycle.renewals import create_first_invoice
from sandbox.lifecycle.sample_methods import SampleMethod
from sandbox.lifecycle.subscriptions import create_subscription
from sandbox.state.store import Object
from sandbox.world import World


def pay(world: World, session: Object, sample: SampleMethod, payer: Payer) -> str:
    """Press Pay; the status of the payment intent. After succeeded or processing the session is complete."""
    if session["status"] != "open":
        raise invalid_request(f"This Checkout Session is {session['status']} and cannot be paid.")
    if sample.kind not in session["payment_method_types"]:
        raise invalid_request(f"This Checkout Session does not take {sample.kind}.")
    intent = _intent_of(world, session, payer)
    outcome = confirm_intent(world, intent, create_method(world, sample, payer))
    return _finish(world, session, intent, outcome)


def finish_authentication(world: World, session: Object, *, approved: bool) -> str:
    """The payer approves the payment at their bank (3-D Secure), or refuses; the status of the payment intent."""
    intent = world.store.get(session.get("_intent", ""))
    if intent["status"] != "requires_action":
        raise invalid_request("This payment does not wait for an approval.")
    return _finish(world, session, intent, authenticate_intent(world, intent, approved=approved))


def collect_again(world: World, charge: Object, sample: SampleMethod) -> Object:
    """Collect the amount of a debit that failed late once more, under the same intent; the new charge."""
    intent = world.store.get(charge["payment_intent"])
    # A paid invoice stays paid, so its amount is not collected again.
    if charge["failure_balance_transaction"] is None or not awaits_payment_method(intent) or "_invoice" in intent:
        raise invalid_request(f"Charge {charge['id']} cannot be collected again.")
    billing = charge["billing_details"]
    payer = Payer(billing["email"], billing["name"])
    confirm_intent(world, intent, create_method(world, sample, payer), off_session=True)
    return world.store.get(intent["latest_charge"])


def session_intent(world: World, session: Object) -> Object | None:
    """The payment intent of a session, None before the payer first pressed Pay.

    A session in subscription mode does not show its intent in `payment_intent`.
    """
    return world.store.get(session["_intent"]) if "_intent" in session else None


def _intent_of(world: World, session: Object, payer: Payer) -> Object:
    """The session's intent. It is created when the payer first presses Pay, and used for every further attempt."""
    if "_intent" in session:
        return world.store.get(session["_intent"])
    customer = _customer_of(world, session, payer)
    amount, currency = session["amount_total"], session["currency"]
    if session["mode"] == "subscription":
        params = {"description": "Subscription creation", "setup_future_usage": "off_session"}
        intent = create_intent(world, amount, currency, params, customer=customer)
    else:
        intent = create_intent(world, amount, currency, session["_payment_asked"], customer=customer)
        world.store.change(session, payment_intent=intent["id"])
    world.store.change(session, _intent=intent["id"], customer=customer)
    world.store.change(intent, _session=session["id"], payment_method_types=session["payment_method_types"])
    return intent


def _customer_of(world: World, session: Object, payer: Payer) -> str | None:
    """The id of the session's customer, a new one where the session creates it, or None for a guest."""
    if session["customer"] is not None or session["customer_creation"] != "always":
        existing: str | None = session["customer"]
        return existing
    return str(create_customer_for(world, payer)["id"])


def _finish(world: World, session: Object, intent: Object, intent_status: str) -> str:
    """Complete the session where the payment succeeded or is processing; the intent's status."""
    if intent_status not in ("succeeded", "processing"):
        return intent_status
    method = world.store.get(intent["payment_method"])
    billing = method["billing_details"]
    details = customer_details(billing["email"], billing["name"], billing["address"])
    world.store.change(session, customer_details=details)
    if session["mode"] == "subscription":
        _create_subscription(world, session, intent, method)
    elif intent["setup_future_usage"] and intent["customer"]:
        attach_method(world, method, intent["customer"])
    complete_session(world, session, paid=intent_status == "succeeded")
    return intent_status


def _create_subscription(world: World, session: Object, intent: Object, method: Object) -> None:
    """Create the subscription and its first invoice. As with Stripe, their events come after the charge's."""
    customer = get_customer(world, intent["customer"])
    attach_method(world, method, customer["id"])
    set_default_method(world, customer, method["id"])
    params = session["_subscription_asked"]
    subscription = create_subscription(world, customer, method, recurring_prices(session["_lines"]), params)
    invoice = create_first_invoice(world, subscription, intent, session["_lines"])
    world.store.change(session, subscription=subscription["id"], invoice=invoice["id"])

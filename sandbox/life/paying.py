"""Paying: what happens when a payer presses Pay on a session's page."""

from sandbox.api.errors import invalid_request
from sandbox.life.customers import customer_for, set_default_method, the_customer
from sandbox.life.intents import approve, intend, take, waits_for_means
from sandbox.life.lines import standing
from sandbox.life.means import Means
from sandbox.life.methods import Payer, keep, new_method
from sandbox.life.renewals import first_invoice
from sandbox.life.sessions import complete, details_of
from sandbox.life.subscriptions import begin
from sandbox.state.store import Object
from sandbox.world import World


def pay(world: World, session: Object, means: Means, payer: Payer) -> str:
    """Press Pay. What the intent is after it: succeeded, processing (both complete the session), or what it wants."""
    if session["status"] != "open":
        raise invalid_request(f"This Checkout Session is {session['status']} and cannot be paid.")
    if means.kind not in session["payment_method_types"]:
        raise invalid_request(f"This Checkout Session does not take {means.kind}.")
    intent = _intent_of(world, session, payer)
    outcome = take(world, intent, new_method(world, means, payer))
    return _conclude(world, session, intent, outcome)


def answer_the_bank(world: World, session: Object, *, approved: bool) -> str:
    """The payer has approved the payment at their bank (3-D Secure), or refused."""
    intent = world.store.get(session.get("_intent", ""))
    if intent["status"] != "requires_action":
        raise invalid_request("This payment does not wait for an approval.")
    return _conclude(world, session, intent, approve(world, intent, approved=approved))


def collect_again(world: World, charge: Object, means: Means) -> Object:
    """Take again, by these means and under the same intent, what the bank took back; the new charge."""
    intent = world.store.get(charge["payment_intent"])
    # A paid invoice stays paid: what is lost of it is not asked for again.
    if charge["failure_balance_transaction"] is None or not waits_for_means(intent) or "_invoice" in intent:
        raise invalid_request(f"Charge {charge['id']} cannot be collected again.")
    who = charge["billing_details"]
    take(world, intent, new_method(world, means, Payer(who["email"], who["name"])), off_session=True)
    return world.store.get(intent["latest_charge"])


def intent_behind(world: World, session: Object) -> Object | None:
    """The intent by which a session is paid, once there is one; a subscription does not show it."""
    return world.store.get(session["_intent"]) if "_intent" in session else None


def _intent_of(world: World, session: Object, payer: Payer) -> Object:
    """The intent is made when the payer first presses Pay, and serves every further try."""
    if "_intent" in session:
        return world.store.get(session["_intent"])
    customer = _customer_of(world, session, payer)
    amount, currency = session["amount_total"], session["currency"]
    if session["mode"] == "subscription":
        asked = {"description": "Subscription creation", "setup_future_usage": "off_session"}
        intent = intend(world, amount, currency, asked, customer=customer)
    else:
        intent = intend(world, amount, currency, session["_payment_asked"], customer=customer)
        world.store.change(session, payment_intent=intent["id"])
    world.store.change(session, _intent=intent["id"], customer=customer)
    world.store.change(intent, _session=session["id"], payment_method_types=session["payment_method_types"])
    return intent


def _customer_of(world: World, session: Object, payer: Payer) -> str | None:
    """An existing customer, a new one where the session makes one, or a guest."""
    if session["customer"] is not None or session["customer_creation"] != "always":
        known: str | None = session["customer"]
        return known
    return str(customer_for(world, payer)["id"])


def _conclude(world: World, session: Object, intent: Object, outcome: str) -> str:
    if outcome not in ("succeeded", "processing"):
        return outcome
    method = world.store.get(intent["payment_method"])
    who = method["billing_details"]
    world.store.change(session, customer_details=details_of(who["email"], who["name"], who["address"]))
    if session["mode"] == "subscription":
        _begin_subscription(world, session, intent, method)
    elif intent["setup_future_usage"] and intent["customer"]:
        keep(world, method, intent["customer"])
    complete(world, session, paid=outcome == "succeeded")
    return outcome


def _begin_subscription(world: World, session: Object, intent: Object, method: Object) -> None:
    """Only now do subscription and invoice come into being: the charge was told before them."""
    customer = the_customer(world, intent["customer"])
    keep(world, method, customer["id"])
    set_default_method(world, customer, method["id"])
    asked = session["_subscription_asked"]
    subscription = begin(world, customer, method, standing(session["_lines"]), asked)
    invoice = first_invoice(world, subscription, intent, session["_lines"])
    world.store.change(session, subscription=subscription["id"], invoice=invoice["id"])

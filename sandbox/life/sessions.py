"""The life of a checkout session: opened by the API, then completed by a payer or expired."""

from typing import Any

from sandbox.api.errors import invalid_request, missing_parameter, resource_missing
from sandbox.events import emit_event
from sandbox.life.blanks import SESSION
from sandbox.life.catalogue import labelled
from sandbox.life.customers import the_customer
from sandbox.life.graphs import graph, move
from sandbox.life.intents import abandon
from sandbox.life.lines import make_lines, total
from sandbox.state.store import Object
from sandbox.world import World

SESSION_STATES = graph(open="complete expired")
SOONEST, LATEST = 30 * 60, 24 * 3600
"""Seconds after its creation within which a session may expire."""

_ECHOED = (
    "adaptive_pricing billing_address_collection cancel_url client_reference_id customer_creation "
    "customer_email locale origin_context payment_method_collection submit_type success_url ui_mode "
    "phone_number_collection wallet_options integration_identifier excluded_payment_method_types mode"
).split()


def open_session(world: World, asked: dict[str, Any]) -> Object:
    """A session that waits for its payer, with its lines, its address and its hour of expiry."""
    for name in ("line_items", "success_url"):
        if not asked.get(name):
            raise missing_parameter(name)
    mode = asked["mode"]
    _check_mode(asked, mode)
    id_ = world.random.new_id("cs_test_", 58)
    lines = make_lines(world, asked["line_items"], mode)
    expires_at = _expiry(world, asked.get("expires_at"))
    session = SESSION(
        id_,
        **{name: asked[name] for name in _ECHOED if name in asked},
        amount_subtotal=total(lines),
        amount_total=total(lines),
        created=world.now,
        currency=lines[0]["currency"],
        expires_at=expires_at,
        metadata=labelled({}, asked.get("metadata", {})),
        payment_method_types=_kinds(asked, lines[0]["currency"]),
        url=f"{world.settings.public_url}/checkout/{id_}",
        _lines=lines,
        _payment_asked=asked.get("payment_intent_data", {}),
        _subscription_asked=asked.get("subscription_data", {}),
    )
    session["custom_text"] |= asked.get("custom_text", {})
    session["payment_method_options"] |= asked.get("payment_method_options", {})
    _know_the_payer(world, session, asked)
    world.store.add(session)
    world.tasks.schedule(expires_at, "expire_session", id_)
    return session


def _check_mode(asked: dict[str, Any], mode: str) -> None:
    """Some parameters belong to one mode only."""
    foreign = {"payment": ("subscription_data",), "subscription": ("payment_intent_data", "customer_creation")}[mode]
    for name in foreign:
        if name in asked:
            raise invalid_request(f"You can not pass `{name}` in `{mode}` mode.", param=name)


def _kinds(asked: dict[str, Any], currency: str) -> list[str]:
    """The payment methods that this page offers: what the account has, less what the caller does not want."""
    kinds = ["card", "bacs_debit"] if currency == "gbp" else ["card"]
    allowed = asked.get("allowed_payment_method_types", kinds)
    offered = [kind for kind in kinds if kind in allowed and kind not in asked.get("excluded_payment_method_types", ())]
    if not offered:
        raise invalid_request("No valid payment method types for this Checkout Session.")
    return offered


def _know_the_payer(world: World, session: Object, asked: dict[str, Any]) -> None:
    if "customer" in asked and "customer_email" in asked:
        raise invalid_request("You may only specify one of these parameters: customer, customer_email.")
    if session["mode"] == "subscription":
        session["customer_creation"] = "always" if "customer" not in asked else None
    if "customer" in asked:
        customer = the_customer(world, asked["customer"], param="customer", status=400)
        session |= {"customer": customer["id"], "customer_creation": None}
        session["customer_details"] = details_of(customer["email"])
    elif "customer_email" in asked:
        session["customer_details"] = details_of(asked["customer_email"])


def _expiry(world: World, asked: int | None) -> int:
    """When the session expires. A caller on the real clock is understood although ours was turned."""
    if asked is None:
        return world.now + LATEST
    for meant in (asked, asked + round(world.clock.seconds_ahead)):
        if SOONEST - 60 <= meant - world.now <= LATEST + 60:
            return meant
    bound = "at least 30 minutes from" if asked - world.now < SOONEST else "less than 24 hours from"
    raise invalid_request(f"The `expires_at` timestamp must be {bound} Checkout Session creation.", param="expires_at")


def details_of(email: str | None, name: str | None = None, address: Object | None = None) -> Object:
    """customer_details: before payment the email alone is known."""
    return {"address": address, "business_name": None, "email": email, "individual_name": None, "name": name,
            "phone": None, "tax_exempt": "none", "tax_ids": []}  # fmt: skip


def the_session(world: World, id_: str) -> Object:
    """The session of this id; refused when there is none."""
    found = world.store.find(id_)
    if found is None or found["object"] != "checkout.session":
        raise resource_missing("checkout.session", id_)
    return found


def complete(world: World, session: Object, *, paid: bool) -> None:
    """The payer is done. A delayed debit leaves the session complete and unpaid."""
    world.tasks.cancel(session["id"])
    move(world, session, SESSION_STATES, "complete", payment_status="paid" if paid else "unpaid", url=None)
    told = emit_event(world, "checkout.session.completed", session)
    world.store.change(session, _told=told["id"])


def debit_ended(world: World, session: Object, *, paid: bool) -> None:
    """The bank has answered to a delayed debit."""
    if paid:
        world.store.change(session, payment_status="paid")
    emit_event(world, f"checkout.session.async_payment_{'succeeded' if paid else 'failed'}", session)


def expire(world: World, session: Object) -> Object:
    """No longer payable; its page says so."""
    if session["status"] != "open":
        raise invalid_request('Only Checkout Sessions with a status in ["open"] can be expired.')
    world.tasks.cancel(session["id"])
    move(world, session, SESSION_STATES, "expired", url=None)
    if "_intent" in session:
        abandon(world, world.store.get(session["_intent"]), "expired")
    emit_event(world, "checkout.session.expired", session)
    return session


def expire_in_time(world: World, session_id: str) -> None:
    """What the agenda does to a session that nobody paid in time."""
    expire(world, world.store.get(session_id))

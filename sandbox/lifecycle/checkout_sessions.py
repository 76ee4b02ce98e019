"""Checkout sessions: created by the API, then completed by a payer or expired."""

from typing import Any

from sandbox.api.errors import invalid_request, missing_parameter, resource_missing
from sandbox.events import emit_event
from sandbox.lifecycle.catalogue import merge_metadata
from sandbox.lifecycle.customers import get_customer
from sandbox.lifecycle.line_items import create_line_items, total_amount
from sandbox.lifecycle.object_templates import SESSION
from sandbox.lifecycle.payment_intents import cancel_intent
from sandbox.lifecycle.transitions import state_graph, transition
from sandbox.state.store import Object
from sandbox.world import World

SESSION_STATES = state_graph(open="complete expired")
MIN_EXPIRY, MAX_EXPIRY = 30 * 60, 24 * 3600
"""Seconds after its creation within which a session may expire."""

# Parameters whose values the session shows as they are.
_COPIED_PARAMS = (
    "adaptive_pricing billing_address_collection cancel_url client_reference_id customer_creation "
    "customer_email locale origin_context payment_method_collection submit_type success_url ui_mode "
    "phone_number_collection wallet_options integration_identifier excluded_payment_method_types mode "
    "allowed_payment_method_types"
).split()


def create_session(world: World, params: dict[str, Any]) -> Object:
    """A new open session, with its line items, its page's address and its time of expiry."""
    for name in ("line_items", "success_url"):
        if not params.get(name):
            raise missing_parameter(name)
    mode = params["mode"]
    _check_mode(params, mode)
    id_ = world.random.new_id("cs_test_", 58)
    lines = create_line_items(world, params["line_items"], mode)
    expires_at = _expiry(world, params.get("expires_at"))
    session = SESSION(
        id_,
        **{name: params[name] for name in _COPIED_PARAMS if name in params},
        amount_subtotal=total_amount(lines),
        amount_total=total_amount(lines),
        created=world.now,
        currency=lines[0]["currency"],
        expires_at=expires_at,
        invoice_creation=_no_invoice() if mode == "payment" else None,
        metadata=merge_metadata({}, params.get("metadata", {})),
        payment_method_types=_payment_method_types(params, lines[0]["currency"]),
        url=f"{world.settings.public_url}/checkout/{id_}",
        _lines=lines,
        _payment_asked=params.get("payment_intent_data", {}),
        _subscription_asked=params.get("subscription_data", {}),
    )
    session["custom_text"] |= params.get("custom_text", {})
    session["payment_method_options"] |= params.get("payment_method_options", {})
    _set_customer(world, session, params)
    world.store.add(session)
    world.tasks.schedule(expires_at, "expire_session", id_)
    return session


def _no_invoice() -> Object:
    """The field invoice_creation: a one-time payment makes no invoice. A subscription's session does not have it."""
    settings = ("account_tax_ids", "custom_fields", "description", "footer", "issuer", "rendering_options")
    return {"enabled": False, "invoice_data": {**dict.fromkeys(settings), "metadata": {}}}


def _check_mode(params: dict[str, Any], mode: str) -> None:
    """Refuse parameters that belong to the other mode."""
    other_mode = {"payment": ("subscription_data",), "subscription": ("payment_intent_data", "customer_creation")}
    for name in other_mode[mode]:
        if name in params:
            raise invalid_request(f"You can not pass `{name}` in `{mode}` mode.", param=name)


def _payment_method_types(params: dict[str, Any], currency: str) -> list[str]:
    """The payment method types of the page: those of the account that the caller allows and does not exclude."""
    types = ["card", "bacs_debit"] if currency == "gbp" else ["card"]
    allowed = params.get("allowed_payment_method_types", types)
    excluded = params.get("excluded_payment_method_types", ())
    offered = [kind for kind in types if kind in allowed and kind not in excluded]
    if not offered:
        raise invalid_request("No valid payment method types for this Checkout Session.")
    return offered


def _set_customer(world: World, session: Object, params: dict[str, Any]) -> None:
    """Set the customer or the email that the caller names."""
    if "customer" in params and "customer_email" in params:
        raise invalid_request("You may only specify one of these parameters: customer, customer_email.")
    if session["mode"] == "subscription":
        session["customer_creation"] = "always" if "customer" not in params else None
    if "customer" in params:
        customer = get_customer(world, params["customer"], param="customer", status=400)
        session |= {"customer": customer["id"], "customer_creation": None}
        session["customer_details"] = customer_details(customer["email"])
    elif "customer_email" in params:
        session["customer_details"] = customer_details(params["customer_email"])


def _expiry(world: World, expires_at: int | None) -> int:
    """The second at which the session expires.

    A caller on the real clock may name a second that the twin's advanced clock has passed: it is then counted from
    the twin's clock.
    """
    if expires_at is None:
        return world.now + MAX_EXPIRY
    for second in (expires_at, expires_at + round(world.clock.seconds_ahead)):
        if MIN_EXPIRY - 60 <= second - world.now <= MAX_EXPIRY + 60:
            return second
    bound = "at least 30 minutes from" if expires_at - world.now < MIN_EXPIRY else "less than 24 hours from"
    raise invalid_request(f"The `expires_at` timestamp must be {bound} Checkout Session creation.", param="expires_at")


def customer_details(email: str | None, name: str | None = None, address: Object | None = None) -> Object:
    """The field customer_details. Before payment only the email is known."""
    return {"address": address, "business_name": None, "email": email, "individual_name": None, "name": name,
            "phone": None, "tax_exempt": "none", "tax_ids": []}  # fmt: skip


def get_session(world: World, id_: str) -> Object:
    """The session of this id; ApiError where there is none."""
    session = world.store.find(id_)
    if session is None or session["object"] != "checkout.session":
        raise resource_missing("checkout.session", id_)
    return session


def complete_session(world: World, session: Object, *, paid: bool) -> None:
    """Complete the session. With a bank debit it is complete and still unpaid."""
    world.tasks.cancel(session["id"])
    transition(world, session, SESSION_STATES, "complete", payment_status="paid" if paid else "unpaid", url=None)
    event = emit_event(world, "checkout.session.completed", session)
    world.store.change(session, _completed_event=event["id"])


def finish_delayed_payment(world: World, session: Object, *, paid: bool) -> None:
    """The session's bank debit has succeeded or failed."""
    if paid:
        world.store.change(session, payment_status="paid")
    emit_event(world, f"checkout.session.async_payment_{'succeeded' if paid else 'failed'}", session)


def expire_session(world: World, session: Object) -> Object:
    """Expire an open session and cancel its intent; ApiError where it is not open."""
    if session["status"] != "open":
        raise invalid_request('Only Checkout Sessions with a status in ["open"] can be expired.')
    world.tasks.cancel(session["id"])
    transition(world, session, SESSION_STATES, "expired", url=None)
    if "_intent" in session:
        cancel_intent(world, world.store.get(session["_intent"]), "expired")
    emit_event(world, "checkout.session.expired", session)
    return session


def expire_unpaid_session(world: World, session_id: str) -> None:
    """Scheduled for `expires_at`: expire the session, which is still open."""
    expire_session(world, world.store.get(session_id))

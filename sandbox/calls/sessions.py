"""Calls under /v1/checkout/sessions."""

from sandbox.calls.prices import RECURRING as RECURRING_DATA
from sandbox.life.sessions import expire, open_session, the_session
from sandbox.state.store import Object
from sandbox.wire.call import Ask, Call
from sandbox.wire.lists import Listing, envelope, page_of
from sandbox.wire.shapes import (
    EMAIL,
    EXPAND,
    RETRIEVE,
    Fields,
    Labels,
    ListOf,
    Range,
    Shape,
    Text,
    Truth,
    Whole,
    listing,
    one_of,
)
from sandbox.world import World

_MESSAGE = Fields({"message": Text(1200)}, required=("message",))
_LOCALES = (
    "auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hr hu id it ja ko lt lv ms mt nb nl pl pt "
    "pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW"
).split()

PRODUCT_DATA = Fields(
    {"name": Text(), "description": Text(), "images": ListOf(Text(), most=8), "metadata": Labels()},
    required=("name",),
)
PRICE_DATA = Fields(
    {
        "currency": Text(3),
        "product": Text(),
        "product_data": PRODUCT_DATA,
        "recurring": RECURRING_DATA,
        "unit_amount": Whole(),
    },
    required=("currency",),
)
LINE = Fields({"metadata": Labels(), "price": Text(), "price_data": PRICE_DATA, "quantity": Whole(1, 999_999)})
SUBSCRIPTION_DATA = Fields(
    {
        "billing_mode": Fields({"type": one_of("flexible", "classic")}, required=("type",)),
        "description": Text(500),
        "metadata": Labels(),
    }
)
BACS_OPTIONS = Fields({"setup_future_usage": one_of("none", "off_session", "on_session")})
CARD_OPTIONS = Fields(
    {
        "request_three_d_secure": one_of("any", "automatic", "challenge"),
        "restrictions": Fields({"funding_types_blocked": ListOf(one_of("credit", "debit", "prepaid"))}),
        "setup_future_usage": one_of("off_session", "on_session"),
    }
)

PAYMENT_INTENT_DATA = Fields(
    {
        "capture_method": one_of("automatic", "automatic_async"),
        "description": Text(1000),
        "metadata": Labels(),
        "receipt_email": EMAIL,
        "setup_future_usage": one_of("off_session", "on_session"),
        "statement_descriptor_suffix": Text(22),
        "transfer_group": Text(),
    }
)

_ASKED: dict[str, Shape] = {
    "adaptive_pricing": Fields({"enabled": Truth()}),
    "allowed_payment_method_types": ListOf(one_of("card", "bacs_debit", "link")),
    "billing_address_collection": one_of("auto", "required"),
    "cancel_url": Text(),
    "client_reference_id": Text(200),
    "custom_text": Fields(dict.fromkeys(("after_submit", "submit", "terms_of_service_acceptance"), _MESSAGE)),
    "customer": Text(),
    "customer_creation": one_of("always", "if_required"),
    "customer_email": EMAIL,
    "excluded_payment_method_types": ListOf(one_of("card", "bacs_debit")),
    "expand": EXPAND,
    "expires_at": Whole(),
    "integration_identifier": Text(),
    "line_items": ListOf(LINE),
    "locale": one_of(*_LOCALES),
    "metadata": Labels(),
    "mode": one_of("payment", "subscription"),
    "origin_context": one_of("mobile_app", "web"),
    "payment_intent_data": PAYMENT_INTENT_DATA,
    "payment_method_collection": one_of("always"),
    "payment_method_options": Fields({"bacs_debit": BACS_OPTIONS, "card": CARD_OPTIONS}),
    "phone_number_collection": Fields({"enabled": Truth()}, required=("enabled",)),
    "submit_type": one_of("auto", "book", "donate", "pay", "subscribe"),
    "subscription_data": SUBSCRIPTION_DATA,
    "success_url": Text(),
    "ui_mode": one_of("hosted_page"),
    "wallet_options": Fields({"link": Fields({"display": one_of("auto", "never")})}),
}
CREATE = Fields(_ASKED, required=("mode",))
LIST = listing(
    created=Range(),
    customer=Text(),
    customer_details=Fields({"email": EMAIL}, required=("email",)),
    payment_intent=Text(),
    status=one_of("open", "complete", "expired"),
    subscription=Text(),
)


def create(ask: Ask) -> Object:
    """A new session with its own page."""
    return open_session(ask.world, ask.params)


def retrieve(ask: Ask) -> Object:
    """One session."""
    return the_session(ask.world, ask.subject)


def list_sessions(ask: Ask) -> Object:
    """Sessions, by what they led to, by payer, status and instant."""
    listing = Listing(ask.world, "checkout.session", ask.params, "/v1/checkout/sessions")
    if "customer_details" in ask.params:
        listing.only("json_extract(body, '$.customer_details.email') = ?", ask.params["customer_details"]["email"])
    return listing.by("payment_intent", "customer", "subscription", "status").by_created().page()


def expire_session(ask: Ask) -> Object:
    """Make an open session unpayable."""
    return expire(ask.world, the_session(ask.world, ask.subject))


def line_items(ask: Ask) -> Object:
    """What a session is for, line by line."""
    session = the_session(ask.world, ask.subject)
    return page_of(session["_lines"], ask.params, f"/v1/checkout/sessions/{ask.subject}/line_items")


def lines_shown(_world: World, session: Object) -> Object:
    """The first ten lines, for expand[]=line_items."""
    lines = session["_lines"]
    return envelope(lines[:10], f"/v1/checkout/sessions/{session['id']}/line_items", has_more=len(lines) > 10)


CALLS = (
    Call("POST", "/v1/checkout/sessions", CREATE, create),
    Call("GET", "/v1/checkout/sessions", LIST, list_sessions),
    Call("GET", "/v1/checkout/sessions/{id}", RETRIEVE, retrieve),
    Call("POST", "/v1/checkout/sessions/{id}/expire", RETRIEVE, expire_session),
    Call("GET", "/v1/checkout/sessions/{id}/line_items", listing(), line_items),
)
PARTS = {("checkout.session", "line_items"): lines_shown}

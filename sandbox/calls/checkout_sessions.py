"""Calls under /v1/checkout/sessions."""

from sandbox.api.call import ApiRequest, Call
from sandbox.api.lists import ListQuery, list_object, page_of_embedded
from sandbox.api.parameters import (
    EXPAND,
    RETRIEVE,
    Boolean,
    Email,
    Integer,
    ListOf,
    Metadata,
    Parameter,
    Params,
    Text,
    TimeRange,
    Url,
    list_parameters,
    one_of,
)
from sandbox.calls.prices import RECURRING as RECURRING_DATA
from sandbox.lifecycle.checkout_sessions import create_session, expire_session, get_session
from sandbox.state.store import Object
from sandbox.world import World

_MESSAGE = Params({"message": Text(1200)}, required=("message",))
_LOCALES = (
    "auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hr hu id it ja ko lt lv ms mt nb nl pl pt "
    "pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW"
).split()

PRODUCT_DATA = Params(
    {"name": Text(), "description": Text(), "images": ListOf(Url(), max_items=8), "metadata": Metadata()},
    required=("name",),
)
PRICE_DATA = Params(
    {
        "currency": Text(3),
        "product": Text(),
        "product_data": PRODUCT_DATA,
        "recurring": RECURRING_DATA,
        "unit_amount": Integer(),
    },
    required=("currency",),
)
LINE = Params({"metadata": Metadata(), "price": Text(), "price_data": PRICE_DATA, "quantity": Integer(1, 999_999)})
SUBSCRIPTION_DATA = Params(
    {
        "billing_mode": Params({"type": one_of("flexible", "classic")}, required=("type",)),
        "description": Text(500),
        "metadata": Metadata(),
    }
)
BACS_OPTIONS = Params({"setup_future_usage": one_of("none", "off_session", "on_session")})
CARD_OPTIONS = Params(
    {
        "request_three_d_secure": one_of("any", "automatic", "challenge"),
        "restrictions": Params({"funding_types_blocked": ListOf(one_of("credit", "debit", "prepaid"))}),
        "setup_future_usage": one_of("off_session", "on_session"),
    }
)

PAYMENT_INTENT_DATA = Params(
    {
        "capture_method": one_of("automatic", "automatic_async"),
        "description": Text(1000),
        "metadata": Metadata(),
        "receipt_email": Email(),
        "setup_future_usage": one_of("off_session", "on_session"),
        "statement_descriptor_suffix": Text(22),
        "transfer_group": Text(),
    }
)

_ASKED: dict[str, Parameter] = {
    "adaptive_pricing": Params({"enabled": Boolean()}),
    "allowed_payment_method_types": ListOf(one_of("card", "bacs_debit", "link")),
    "billing_address_collection": one_of("auto", "required"),
    "cancel_url": Url(),
    "client_reference_id": Text(200),
    "custom_text": Params(dict.fromkeys(("after_submit", "submit", "terms_of_service_acceptance"), _MESSAGE)),
    "customer": Text(),
    "customer_creation": one_of("always", "if_required"),
    "customer_email": Email(),
    "excluded_payment_method_types": ListOf(one_of("card", "bacs_debit")),
    "expand": EXPAND,
    "expires_at": Integer(),
    "integration_identifier": Text(),
    "line_items": ListOf(LINE),
    "locale": one_of(*_LOCALES),
    "metadata": Metadata(),
    "mode": one_of("payment", "subscription"),
    "origin_context": one_of("mobile_app", "web"),
    "payment_intent_data": PAYMENT_INTENT_DATA,
    "payment_method_collection": one_of("always"),
    "payment_method_options": Params({"bacs_debit": BACS_OPTIONS, "card": CARD_OPTIONS}),
    "phone_number_collection": Params({"enabled": Boolean()}, required=("enabled",)),
    "submit_type": one_of("auto", "book", "donate", "pay", "subscribe"),
    "subscription_data": SUBSCRIPTION_DATA,
    "success_url": Url(),
    "ui_mode": one_of("hosted_page"),
    "wallet_options": Params({"link": Params({"display": one_of("auto", "never")})}),
}
CREATE = Params(_ASKED, required=("mode",))
LIST = list_parameters(
    created=TimeRange(),
    customer=Text(),
    customer_details=Params({"email": Text(512)}, required=("email",)),
    payment_intent=Text(),
    status=one_of("open", "complete", "expired"),
    subscription=Text(),
)


def create(request: ApiRequest) -> Object:
    """Create a session with its payment page."""
    return create_session(request.world, request.params)


def retrieve(request: ApiRequest) -> Object:
    """The session of the id in the path."""
    return get_session(request.world, request.object_id)


def list_sessions(request: ApiRequest) -> Object:
    """Sessions, filtered by intent, subscription, customer, email, status and creation time."""
    query = ListQuery(request.world, "checkout.session", request.params, "/v1/checkout/sessions")
    if "customer_details" in request.params:
        query.where("json_extract(body, '$.customer_details.email') = ?", request.params["customer_details"]["email"])
    return query.filter_by("payment_intent", "customer", "subscription", "status").filter_created().page()


def expire(request: ApiRequest) -> Object:
    """Expire an open session."""
    return expire_session(request.world, get_session(request.world, request.object_id))


def line_items(request: ApiRequest) -> Object:
    """The line items of a session."""
    session = get_session(request.world, request.object_id)
    return page_of_embedded(session["_lines"], request.params, f"/v1/checkout/sessions/{request.object_id}/line_items")


def included_lines(_world: World, session: Object) -> Object:
    """The first ten line items of a session, for expand[]=line_items."""
    lines = session["_lines"]
    return list_object(lines[:10], f"/v1/checkout/sessions/{session['id']}/line_items", has_more=len(lines) > 10)


CALLS = (
    Call("POST", "/v1/checkout/sessions", CREATE, create),
    Call("GET", "/v1/checkout/sessions", LIST, list_sessions),
    Call("GET", "/v1/checkout/sessions/{id}", RETRIEVE, retrieve),
    Call("POST", "/v1/checkout/sessions/{id}/expire", RETRIEVE, expire),
    Call("GET", "/v1/checkout/sessions/{id}/line_items", list_parameters(), line_items),
)
INCLUDABLES = {("checkout.session", "line_items"): included_lines}

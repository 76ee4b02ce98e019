"""The twin refuses what Stripe refuses: status, code and parameter."""

from typing import Any

import pytest
import stripe

from sandbox.calls.all_calls import CALLS
from sandbox.twin import Twin
from tests.sandbox.library_parameters import missing_requirements, typed_dict_of

EMAILS = (
    "nobody|a@|@example.org|a@example|a b@example.org|a@example.org | a@example.org|a@b@c.org|a@example..org|a@.org|"
    "a@example.org\n|a,b@example.org,c@example.org"
).split("|")
URLS = (
    "thanks|/thanks|example.org/thanks|ftp://example.org/|javascript:alert(1)|https://|http:///x|https://exa mple.org/|"
    "https://example.org:port/|https://example.org/ x|mailto:a@example.org"
).split("|")


def _refusal(client: stripe.StripeClient, method: str, path: str, params: Any) -> tuple[str | None, str | None]:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.raw_request(method, path, **params)
    assert refused.value.http_status == 400
    return refused.value.code, refused.value.param


def test_a_malformed_email_is_refused_wherever_one_is_written(client: stripe.StripeClient, gift: Any) -> None:
    """A session's, an intent's and a customer's."""
    sessions = "/v1/checkout/sessions"
    for email in EMAILS:
        wanted = ("email_invalid", "customer_email")
        assert _refusal(client, "post", sessions, gift | {"customer_email": email}) == wanted
        assert _refusal(client, "post", "/v1/customers", {"email": email}) == ("email_invalid", "email")
        intent = gift | {"payment_intent_data": {"receipt_email": email}}
        assert _refusal(client, "post", sessions, intent) == ("email_invalid", "payment_intent_data[receipt_email]")


def test_what_is_no_url_is_refused_wherever_one_is_written(client: stripe.StripeClient, gift: Any) -> None:
    """A session's two, a portal's, a product's own and its images', an endpoint's."""
    customer = client.v1.customers.create({"email": "a@example.org"}).id
    for url in URLS:
        for name in ("success_url", "cancel_url"):
            assert _refusal(client, "post", "/v1/checkout/sessions", gift | {name: url}) == ("url_invalid", name)
        portal = {"customer": customer, "return_url": url}
        assert _refusal(client, "post", "/v1/billing_portal/sessions", portal) == ("url_invalid", "return_url")
        assert _refusal(client, "post", "/v1/products", {"name": "A", "url": url}) == ("url_invalid", "url")
        assert _refusal(client, "post", "/v1/products", {"name": "A", "images": [url]}) == ("url_invalid", "images[0]")
        endpoint = {"enabled_events": ["*"], "url": url}
        assert _refusal(client, "post", "/v1/webhook_endpoints", endpoint) == ("url_invalid", "url")


def test_good_emails_and_urls_are_taken(client: stripe.StripeClient, gift: Any) -> None:
    """Also internationalised ones, a port, and the placeholder of the session's id."""
    for email in ("a@example.org", "o'neil+gift@sub.example.co.uk", "zoë@exämple.org"):
        assert client.v1.checkout.sessions.create(gift | {"customer_email": email}).customer_email == email
    for url in (
        "http://127.0.0.1:8080/thanks/?session_id={CHECKOUT_SESSION_ID}",
        "https://exämple.org/",
        "http://[::1]/x",
    ):
        assert client.v1.checkout.sessions.create(gift | {"success_url": url}).success_url == url


def test_a_line_needs_a_quantity(client: stripe.StripeClient, gift: Any) -> None:
    """Stripe takes no line for one piece by itself, and names the line."""
    del gift["line_items"][0]["quantity"]
    assert _refusal(client, "post", "/v1/checkout/sessions", gift) == (None, "line_items[0]")


def test_an_inactive_price_or_product_is_not_sold(client: stripe.StripeClient, gift: Any) -> None:
    """By the price's id, by a price of an inactive product, and by a product's id in price_data."""
    product = client.v1.products.create({"name": "A"}).id
    price = client.v1.prices.create({"currency": "gbp", "unit_amount": 500, "product": product}).id
    by_price = gift | {"line_items": [{"price": price, "quantity": 1}]}
    by_product = gift | {
        "line_items": [{"price_data": {"currency": "gbp", "unit_amount": 500, "product": product}, "quantity": 1}]
    }
    for params in (by_price, by_product):
        client.v1.checkout.sessions.create(params)

    client.v1.prices.update(price, {"active": False})
    assert _refusal(client, "post", "/v1/checkout/sessions", by_price) == (None, "line_items[0][price]")
    client.v1.prices.update(price, {"active": True})
    client.v1.products.update(product, {"active": False})
    assert _refusal(client, "post", "/v1/checkout/sessions", by_price) == ("product_inactive", "line_items[0][price]")
    assert _refusal(client, "post", "/v1/checkout/sessions", by_product) == (
        "product_inactive",
        "line_items[0][price_data][product]",
    )


def test_a_subscription_takes_no_inactive_price(twin: Twin, client: stripe.StripeClient, monthly: Any) -> None:
    """A changed item and an added one."""
    twin.pay(client.v1.checkout.sessions.create(monthly).id)
    subscription = client.v1.subscriptions.list().data[0]
    price = client.v1.prices.create(
        {"currency": "gbp", "unit_amount": 500, "product_data": {"name": "B"}, "recurring": {"interval": "month"},
         "active": False}
    ).id  # fmt: skip
    for item in ({"id": subscription["items"].data[0].id, "price": price}, {"price": price}):
        params = {"items": [item], "proration_behavior": "none"}
        assert _refusal(client, "post", f"/v1/subscriptions/{subscription.id}", params) == (None, "items[0][price]")


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.method} {call.path}")
def test_what_the_library_requires_is_required(call: Any) -> None:
    """A group without a key that the library's types call required is refused."""
    assert missing_requirements(call.accepts, typed_dict_of(call)) == []

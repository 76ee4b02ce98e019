"""Stripe's lists and single objects as plain dicts, for settling and reconciling.

They are fetched by the library's `raw_request`: making typed objects of the answers would cost eleven times as much
(docs/performance.md). Opens no database transaction.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import stripe
from pydantic_core import from_json
from stripe import RequestsClient

from payments.stripe.gateway import TIMEOUT_SECONDS, StripeAway, StripeRefused, call_stripe, open_client
from payments.stripe.objects import StripeObject

ROWS_PER_PAGE = 100  # the most that Stripe gives


class NoSuchObject(StripeRefused):
    """Stripe has no such object."""


@dataclass(frozen=True, slots=True)
class ListPage:
    """A part of a list, newest first. `has_more` when there are rows after its last one."""

    rows: list[dict[str, Any]]
    has_more: bool


class StripeLists:
    """Reads lists and objects from Stripe. Every method raises StripeAway or StripeRefused."""

    def __init__(self, api_key: str, *, api_base: str | None = None) -> None:
        """`api_base` is another Stripe, such as the twin."""
        self._http = _RawBodyClient(timeout=TIMEOUT_SECONDS)
        self._client = open_client(api_key, api_base, self._http)

    def balance_transactions(self, **params: Any) -> ListPage:
        """Balance transactions, each with its source, and the charge behind a refund or a dispute."""
        return self._page("/v1/balance_transactions", expand=["data.source", "data.source.charge"], **params)

    def events(self, **params: Any) -> ListPage:
        """Events of the last 30 days."""
        return self._page("/v1/events", **params)

    def invoice_payments(self, **params: Any) -> ListPage:
        """Links from payments to invoices, each with its invoice."""
        return self._page("/v1/invoice_payments", expand=["data.invoice"], **params)

    def payments_of_invoice(self, invoice: str) -> ListPage:
        """Links from an invoice to its payments, each with its payment intent, which says why it failed."""
        return self._page("/v1/invoice_payments", expand=["data.payment.payment_intent"], invoice=invoice)

    def subscriptions(self, **params: Any) -> ListPage:
        """Subscriptions as `subscription` has them; those that have ended only where `status` asks for them."""
        return self._page("/v1/subscriptions", expand=["data.latest_invoice", "data.default_payment_method"], **params)

    def refunds(self, **params: Any) -> ListPage:
        """Refunds."""
        return self._page("/v1/refunds", **params)

    def supporters(self, **params: Any) -> ListPage:
        """Subscriptions, each with its customer, its latest invoice and its payment method."""
        parts = ("customer", "latest_invoice", "default_payment_method")
        return self._page("/v1/subscriptions", expand=[f"data.{part}" for part in parts], **params)

    def disputes(self, **params: Any) -> ListPage:
        """Disputes."""
        return self._page("/v1/disputes", **params)

    def payouts(self, **params: Any) -> ListPage:
        """Payouts."""
        return self._page("/v1/payouts", **params)

    def charges(self, **params: Any) -> ListPage:
        """Charges, with or without success."""
        return self._page("/v1/charges", **params)

    def checkout_sessions(self, **params: Any) -> ListPage:
        """Checkout Sessions, each with the first of its line items."""
        return self._page("/v1/checkout/sessions", expand=["data.line_items"], **params)

    def endpoints(self) -> ListPage:
        """The webhook endpoints, and which events each is sent."""
        return self._page("/v1/webhook_endpoints")

    def balance(self) -> StripeObject:
        """What Stripe holds for us: available and pending, by currency."""
        return self._get("/v1/balance")

    def balance_transaction(self, identity: str) -> StripeObject:
        """One balance transaction, with its source as it is now."""
        return self._get(f"/v1/balance_transactions/{identity}", expand=["source", "source.charge"])

    def payout(self, identity: str) -> StripeObject:
        """A payout as it is now."""
        return self._get(f"/v1/payouts/{identity}")

    def dispute(self, identity: str) -> StripeObject:
        """A dispute as it is now."""
        return self._get(f"/v1/disputes/{identity}")

    def refund(self, identity: str) -> StripeObject:
        """A refund as it is now."""
        return self._get(f"/v1/refunds/{identity}")

    def checkout_session(self, identity: str) -> StripeObject:
        """A Checkout Session as it is now, with the payment intent or subscription that it led to."""
        return self._get(f"/v1/checkout/sessions/{identity}", expand=["payment_intent", "subscription"])

    def charge(self, identity: str) -> StripeObject:
        """A charge as it is now."""
        return self._get(f"/v1/charges/{identity}")

    def invoice(self, identity: str) -> StripeObject:
        """An invoice as it is now."""
        return self._get(f"/v1/invoices/{identity}")

    def subscription(self, identity: str) -> StripeObject:
        """A subscription as it is now, with its latest invoice and its payment method."""
        return self._get(f"/v1/subscriptions/{identity}", expand=["latest_invoice", "default_payment_method"])

    def _page(self, path: str, **params: Any) -> ListPage:
        answer = self._get(path, **{"limit": ROWS_PER_PAGE, **params})
        rows, more = answer.get("data"), answer.get("has_more")
        if not isinstance(rows, list) or not isinstance(more, bool):
            raise StripeRefused(f"{path} answered something that is not a list")
        return ListPage(rows, more)

    def _get(self, path: str, **params: Any) -> dict[str, Any]:
        try:
            call_stripe(lambda: self._client.raw_request("get", path, **params))
        except stripe.InvalidRequestError as error:
            refused = NoSuchObject if error.code == "resource_missing" else StripeRefused
            raise refused(f"{error.code}: {error.param} {path}") from error
        try:
            answer = from_json(self._http.take_body())
        except ValueError as error:
            raise StripeAway(f"{path} answered no JSON") from error
        if not isinstance(answer, dict):
            raise StripeRefused(f"{path} answered something that is not an object")
        return answer


class _RawBodyClient(RequestsClient):
    """Keeps the body of a good answer for us, and gives the library an empty one.

    The library would make an OrderedDict of every object. For a page of a hundred rows that takes twice the time of
    plain dicts, and parsing is half of what a reconcile costs. The library still reads refusals, and raises them.
    """

    def __init__(self, timeout: tuple[float, float]) -> None:
        super().__init__(timeout=timeout)
        self._kept = threading.local()

    def request(  # type: ignore[override]  # as the library itself overrides it
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Send a request; called by the library, which tries again by status."""
        body, status, answered = super().request(method, url, headers, post_data)
        if status != 200:
            return body, status, answered
        self._kept.body = body
        return b"{}", status, answered

    def take_body(self) -> bytes:
        """The body of this thread's last good answer."""
        body: bytes = self._kept.body
        return body

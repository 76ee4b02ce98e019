"""Stripe's lists and single objects as plain dicts, for settling and reconciling.

Through the library's `raw_request`: what it answers is never made into typed objects, which would cost eleven
times as much (docs/performance.md). Opens no transaction.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import stripe
from pydantic_core import from_json
from stripe import RequestsClient

from payments.stripe.gateway import PATIENCE_SECONDS, StripeAway, StripeRefused, asking, open_client

MOST = 100  # rows a call; Stripe gives no more

Row = Mapping[str, Any]


class NotThere(StripeRefused):
    """Stripe answers, and knows no such object."""


@dataclass(frozen=True, slots=True)
class ListPage:
    """A part of a list, newest first; there is more after its last row, or it ends here."""

    rows: list[dict[str, Any]]
    has_more: bool


class StripeLists:
    """Asks Stripe for what it has written down. Every question raises StripeAway or StripeRefused."""

    def __init__(self, api_key: str, *, api_base: str | None = None) -> None:
        """`api_base` is another Stripe, such as the twin."""
        self._wire = _Unread(timeout=PATIENCE_SECONDS)
        self._client = open_client(api_key, api_base, self._wire)

    def balance_transactions(self, **params: Any) -> ListPage:
        """Lines of the balance, each with its source, and the charge behind a refund or a dispute."""
        return self._page("/v1/balance_transactions", expand=["data.source", "data.source.charge"], **params)

    def events(self, **params: Any) -> ListPage:
        """Events of the last 30 days."""
        return self._page("/v1/events", **params)

    def invoice_payments(self, **params: Any) -> ListPage:
        """Links from payments to invoices, each with its invoice."""
        return self._page("/v1/invoice_payments", expand=["data.invoice"], **params)

    def endpoints(self) -> ListPage:
        """Where Stripe delivers to, and which events."""
        return self._page("/v1/webhook_endpoints")

    def balance(self) -> Row:
        """What Stripe holds for us: available and pending, by currency."""
        return self._get("/v1/balance")

    def balance_transaction(self, identity: str) -> Row:
        """One line of the balance, with its source as it is now."""
        return self._get(f"/v1/balance_transactions/{identity}", expand=["source", "source.charge"])

    def payout(self, identity: str) -> Row:
        """A payout as it is now."""
        return self._get(f"/v1/payouts/{identity}")

    def dispute(self, identity: str) -> Row:
        """A dispute as it is now."""
        return self._get(f"/v1/disputes/{identity}")

    def subscription(self, identity: str) -> Row:
        """A subscription as it is now, with its latest invoice."""
        return self._get(f"/v1/subscriptions/{identity}", expand=["latest_invoice"])

    def _page(self, path: str, **params: Any) -> ListPage:
        answer = self._get(path, **{"limit": MOST, **params})
        rows, more = answer.get("data"), answer.get("has_more")
        if not isinstance(rows, list) or not isinstance(more, bool):
            raise StripeRefused(f"{path} answered something that is not a list")
        return ListPage(rows, more)

    def _get(self, path: str, **params: Any) -> dict[str, Any]:
        try:
            asking(lambda: self._client.raw_request("get", path, **params))
        except stripe.InvalidRequestError as error:
            refused = NotThere if error.code == "resource_missing" else StripeRefused
            raise refused(f"{error.code}: {error.param} {path}") from error
        try:
            answer = from_json(self._wire.take())
        except ValueError as error:
            raise StripeAway(f"{path} answered no JSON") from error
        if not isinstance(answer, dict):
            raise StripeRefused(f"{path} answered something that is not an object")
        return answer


class _Unread(RequestsClient):
    """Sets the body of a good answer aside, and gives the library an empty one.

    It would make an OrderedDict of every object: for a page of a hundred lines twice the time of plain dicts,
    and reading is half of what a reconcile costs. Refusals it reads itself, and raises.
    """

    def __init__(self, timeout: tuple[float, float]) -> None:
        super().__init__(timeout=timeout)
        self._aside = threading.local()

    def request(  # type: ignore[override]  # as the library itself overrides it
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Ask; called by the library, which tries again by status."""
        body, status, answered = super().request(method, url, headers, post_data)
        if status != 200:
            return body, status, answered
        self._aside.body = body
        return b"{}", status, answered

    def take(self) -> bytes:
        """The body of this thread's last good answer."""
        body: bytes = self._aside.body
        return body

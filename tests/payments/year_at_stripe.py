"""A year at Stripe in which everything happens once, with the events in all four API versions."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sandbox.lifecycle.disputes import appeal, decide, open_dispute
from sandbox.lifecycle.payouts import fail_payout
from sandbox.lifecycle.unrelated_money import add_billing_fee, add_unrelated_charge, add_unrelated_transaction
from sandbox.state.store import Object
from sandbox.twin import Twin, TwinSettings, open_twin
from sandbox.webhooks.endpoint import VERSIONS
from sandbox.webhooks.queue import DeliveryAttempt
from sandbox.webhooks.signed_message import SignedMessage

BEGIN = 1_795_262_400.0  # 2026-11-21 12:00:00 UTC
DAY = 86_400.0
ENDIVE = VERSIONS[-1]
HERE = "http://127.0.0.1/webhooks"
GBP_OF_MONTH = {"currency": "gbp", "unit_amount": 1000, "product_data": {"name": "A gift"},
                "recurring": {"interval": "month"}}  # fmt: skip


class RecordedEvents:
    """A sender that keeps the events of every version."""

    def __init__(self) -> None:
        self.events: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def send(self, message: SignedMessage, url: str) -> DeliveryAttempt:
        """Keep the event."""
        event = json.loads(message.body)
        self.events[event["api_version"]].append(event)
        return DeliveryAttempt(200, "")

    def close(self) -> None:
        """There is no connection to close."""


class Story:
    """A twin with an endpoint of each version, and what donors and banks do at it."""

    def __init__(self) -> None:
        self.recorded, self.gifts = RecordedEvents(), 0
        settings = TwinSettings("http://twin.invalid", "sk_test_sandbox_story", HERE, "whsec_story", "The Alliance")
        self.twin: Twin = open_twin(settings, sender=self.recorded)
        self.twin.world.clock.set(BEGIN)
        for endpoint in self.listed("/v1/webhook_endpoints"):
            self.ask("DELETE", f"/v1/webhook_endpoints/{endpoint['id']}")
        for version in VERSIONS:
            self.ask("POST", "/v1/webhook_endpoints", url=HERE, enabled_events=["*"], api_version=version)

    def ask(self, method: str, path: str, **params: Any) -> Any:
        """A call that must succeed."""
        status, answer = self.twin.api.request(method, path, params)
        assert status == 200, answer
        return answer

    def listed(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """All of a list."""
        rows: list[dict[str, Any]] = []
        more: dict[str, Any] = {}
        while True:
            page = self.ask("GET", path, limit=100, **params, **more)
            rows += page["data"]
            if not page["has_more"]:
                return rows
            more = {"starting_after": rows[-1]["id"]}

    def give(self, card: str = "4242424242424242", amount: int = 2500, currency: str = "gbp") -> str:
        """A gift by this card; its charge."""
        self.gifts += 1
        metadata = {"gift_id": str(UUID(int=self.gifts)), "app": "farthing"}
        price = {"currency": currency, "unit_amount": amount, "product_data": {"name": "A gift"}}
        session = self._open("payment", metadata, price, payment_intent_data={"metadata": metadata})
        charge = str(self.twin.pay(session, card=card)["id"])
        self.twin.advance(2)
        return charge

    def pledge(self, card: str = "4242424242424242") -> str:
        """£10 a month; its subscription."""
        self.gifts += 1
        metadata = {"gift_id": str(UUID(int=self.gifts)), "recurring_id": str(UUID(int=1000 + self.gifts))}
        of_subscription = {"recurring_id": metadata["recurring_id"], "app": "farthing"}
        session = self._open("subscription", metadata, GBP_OF_MONTH, subscription_data={"metadata": of_subscription})
        self.twin.pay(session, card=card)
        self.twin.advance(2)
        return str(self.ask("GET", f"/v1/checkout/sessions/{session}")["subscription"])

    def _open(self, mode: str, metadata: dict[str, str], price: dict[str, Any], **more: Any) -> str:
        lines = [{"price_data": price, "quantity": 1}]
        session = self.ask("POST", "/v1/checkout/sessions", mode=mode, success_url="https://give.example/thanks",
                           line_items=lines, metadata=metadata, **more)  # fmt: skip
        return str(session["id"])

    def leave_unpaid(self) -> None:
        """A session that nobody pays."""
        self.gifts += 1
        self._open("payment", {"gift_id": str(UUID(int=self.gifts))}, {k: v for k, v in GBP_OF_MONTH.items()
                                                                       if k != "recurring"})  # fmt: skip

    def do(self, action: Callable[..., Object], *arguments: Any, **more: Any) -> Object:
        """Run one of the twin's lifecycle functions; arguments that are ids become their objects."""
        with self.twin.world.step():
            values = [self.twin.world.store.find(str(argument)) or argument for argument in arguments]
            return dict(action(self.twin.world, *values, **more))


@dataclass(frozen=True)
class Year:
    """The events, by version, and what Stripe lists at the end, newest first. It is shared: do not change it."""

    events: Mapping[str, Sequence[Mapping[str, Any]]]
    lines: Sequence[Mapping[str, Any]]
    invoice_payments: Sequence[Mapping[str, Any]]
    subscriptions: Sequence[Mapping[str, Any]]
    disputes: Sequence[Mapping[str, Any]]
    payouts: Sequence[Mapping[str, Any]]


@cache
def year_at_stripe() -> Year:
    """Everything that can happen, once."""
    story = _story()
    year = Year(
        events=dict(story.recorded.events),
        lines=story.listed("/v1/balance_transactions", expand=["data.source", "data.source.charge"]),
        invoice_payments=story.listed("/v1/invoice_payments", expand=["data.invoice"]),
        subscriptions=story.listed("/v1/subscriptions", status="all", expand=["data.latest_invoice"]),
        disputes=story.listed("/v1/disputes"),
        payouts=story.listed("/v1/payouts"),
    )
    story.twin.close()
    return year


def _story() -> Story:
    story = Story()
    for card in ("4242424242424242", "00012345", "22222227", "66666662", "55555559", "4000000000000002"):
        story.give(card)
    story.give(currency="usd")
    story.give(currency="eur")
    story.leave_unpaid()
    _refund(story)
    _dispute(story)
    _stand(story)
    _strangers(story)
    story.twin.advance(100 * DAY)
    _pay_out(story)
    story.twin.settle()
    return story


def _refund(story: Story) -> None:
    """In parts; failing days later; called off for want of money."""
    whole, failing = story.give(), story.give("4000000000005126")
    for amount in (1000, 1500):
        story.ask("POST", "/v1/refunds", charge=whole, amount=amount)
    story.ask("POST", "/v1/refunds", charge=failing)
    story.twin.advance(10 * DAY)
    late = story.give(amount=500_000)
    story.twin.advance(10 * DAY)
    refund = story.ask("POST", "/v1/refunds", charge=late)
    assert refund["status"] == "pending"
    story.ask("POST", f"/v1/refunds/{refund['id']}/cancel")


def _dispute(story: Story) -> None:
    """Won; lost and appealed and won; an inquiry; one in dollars, won in part."""
    won, lost, asked, dollars = story.give(), story.give(), story.give(), story.give(currency="usd")
    story.do(decide, story.do(open_dispute, won)["id"], won=True)
    dispute = story.do(open_dispute, lost)["id"]
    story.do(decide, dispute, won=False)
    story.do(appeal, dispute)
    story.ask("POST", f"/v1/disputes/{dispute}", evidence={"uncategorized_text": "winning_evidence"}, submit=True)
    story.do(open_dispute, asked, inquiry=True)
    story.do(decide, story.do(open_dispute, dollars)["id"], won=True, part=700)


def _stand(story: Story) -> None:
    """Renewed; failed and recovered; by debit; another amount; paused; ended at the period's end, and at once."""
    story.pledge()
    story.pledge("4000000000000341")
    story.pledge("00012345")
    paused, ending, ended = (story.pledge() for _ in range(3))
    story.ask("POST", f"/v1/subscriptions/{paused}", pause_collection={"behavior": "void"})
    story.ask("POST", f"/v1/subscriptions/{ending}", cancel_at_period_end=True)
    story.ask("DELETE", f"/v1/subscriptions/{ended}")


def _strangers(story: Story) -> None:
    """What is not ours, what Stripe takes, and what nobody knows."""
    story.do(add_unrelated_charge, 2000)
    story.do(add_billing_fee, 350)
    story.do(add_unrelated_transaction, "loyalty_bonus", 7)


def _pay_out(story: Story) -> None:
    """One failed after it was paid; by hand and called off; at last the bank is debited."""
    paid = story.listed("/v1/payouts", status="paid")
    story.do(fail_payout, paid[0]["id"])
    story.twin.advance(5 * DAY)
    with story.twin.world.step():
        story.twin.world.store.set_value("payouts", "manual")
    story.give("4000000000000077")
    by_hand = story.ask("POST", "/v1/payouts", amount=1000, currency="gbp")
    story.ask("POST", f"/v1/payouts/{by_hand['id']}/cancel")
    with story.twin.world.step():
        story.twin.world.store.set_value("payouts", "daily")
    story.do(add_unrelated_transaction, "risk_reserved_funds", -200_000)
    story.twin.advance(5 * DAY)

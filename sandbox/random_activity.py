"""Random activity in a twin, chosen by one seed: payments, refunds, disputes, subscriptions and payouts."""

import random
from collections.abc import Callable
from typing import Any

from sandbox.api.errors import ApiError
from sandbox.lifecycle.disputes import appeal, decide, escalate, open_dispute, prevent
from sandbox.lifecycle.payouts import fail_payout, pay_out_available, payout_schedule
from sandbox.lifecycle.sample_methods import SAMPLE_METHODS
from sandbox.state.store import Object
from sandbox.twin import Twin

_SUCCESS_URL = "https://give.example/thanks?session_id={CHECKOUT_SESSION_ID}"
_CURRENCIES = ("gbp",) * 8 + ("eur", "eur", "usd", "jpy")


class RandomActivity:
    """The activity of one account. Each `step` makes one random change, which depends only on the seed.

    Tests subclass it to tie payments to their own gifts (`_session`), or to choose other waits (`_wait`).
    """

    def __init__(self, twin: Twin, seed: int) -> None:
        self._twin, self._random = twin, random.Random(seed)  # noqa: S311  (a history, not a secret)
        self._charges: list[str] = []
        self._subscriptions: list[str] = []
        self._call_count = 0
        with twin.world.step():
            twin.world.store.set_value("payouts", self._random.choice(["daily", "daily", "weekly", "manual"]))

    def step(self) -> None:
        """Make one random change, or advance the clock."""
        actions: list[tuple[int, Callable[[], None]]] = [
            (10, self._pay_once),
            (4, self._pay_monthly),
            (2, self._leave_session_unpaid),
            (3, self._refund),
            (2, self._dispute),
            (3, self._answer_a_dispute),
            (3, self._change_a_subscription),
            (1, self._pay_out),
            (8, self._wait),
        ]
        weights = [weight for weight, _ in actions]
        self._random.choices([action for _, action in actions], weights)[0]()

    def call_api(self, method: str, path: str, **params: Any) -> Object:
        """The response to one API call, be it an error. After a 429 or 500 the call is made again with a new key."""
        while True:
            self._call_count += 1
            key = f"life-{self._call_count}" if method == "POST" else None
            status, answer = self._twin.api.request(method, path, params, key)
            if status not in (429, 500):
                return dict(answer)

    def _session(self, mode: str, amount: int, **more: Any) -> Object:
        currency = self._random.choice(_CURRENCIES) if mode == "payment" else "gbp"
        price: dict[str, Any] = {"currency": currency, "unit_amount": amount, "product_data": {"name": "A gift"}}
        if mode == "subscription":
            price["recurring"] = {"interval": "month"}
        lines = [{"price_data": price, "quantity": 1}]
        return self.call_api(
            "POST", "/v1/checkout/sessions", mode=mode, success_url=_SUCCESS_URL, line_items=lines, **more
        )

    def _press_pay(self, session: Object) -> None:
        types = session["payment_method_types"]
        numbers = [number for number, sample in SAMPLE_METHODS.items() if sample.kind in types]
        charge = self._twin.pay(session["id"], card=self._random.choice(numbers))
        if charge["status"] != "failed":
            self._charges.append(charge["id"])

    def _pay_once(self) -> None:
        gift = {"metadata": {"gift_id": str(self._call_count)}, "description": "Gift"}
        session = self._session("payment", self._random.randrange(200, 50_000), payment_intent_data=gift)
        if session["object"] == "checkout.session":
            self._press_pay(session)

    def _pay_monthly(self) -> None:
        session = self._session("subscription", self._random.randrange(200, 5_000))
        self._press_pay(session)
        current = self.call_api("GET", f"/v1/checkout/sessions/{session['id']}")
        if current["subscription"] is not None:
            self._subscriptions.append(current["subscription"])

    def _leave_session_unpaid(self) -> None:
        session = self._session("payment", 1_000)
        if self._random.random() < 0.5:
            self.call_api("POST", f"/v1/checkout/sessions/{session['id']}/expire")

    def _refund(self) -> None:
        if self._charges:
            charge = self._random.choice(self._charges)
            part = {"amount": self._random.randrange(1, 500)} if self._random.random() < 0.6 else {}
            self.call_api("POST", "/v1/refunds", charge=charge, **part)

    def _dispute(self) -> None:
        if not self._charges:
            return
        world = self._twin.world
        try:
            with world.step():
                open_dispute(
                    world, world.store.get(self._random.choice(self._charges)), inquiry=self._random.random() < 0.4
                )
        except ApiError:
            return

    def _answer_a_dispute(self) -> None:
        world = self._twin.world
        with world.step():
            dispute_ids = [dispute["id"] for dispute in world.store.select("dispute", limit=20)]
        if not dispute_ids:
            return
        id_ = self._random.choice(dispute_ids)
        chance = self._random.random()
        with world.step():
            dispute = world.store.get(id_)
            match dispute["status"]:
                case "warning_needs_response" if chance < 0.3:
                    escalate(world, dispute)
                case "warning_needs_response" if chance < 0.5 and not world.store.get(dispute["charge"])["refunded"]:
                    prevent(world, dispute)
                case "under_review" | "appeal_under_review":
                    decide(world, dispute, won=chance < 0.5)
                case "lost" if chance < 0.2:
                    appeal(world, dispute)
                    return
        text = "winning_evidence" if chance < 0.5 else "losing_evidence"
        self.call_api("POST", f"/v1/disputes/{id_}", evidence={"uncategorized_text": text})

    def _change_a_subscription(self) -> None:
        if not self._subscriptions:
            return
        path = f"/v1/subscriptions/{self._random.choice(self._subscriptions)}"
        current = self.call_api("GET", path)
        if current.get("status") == "canceled":
            return
        match self._random.randrange(6):
            case 0:
                self.call_api("POST", path, cancel_at_period_end=self._random.random() < 0.7)
            case 1:
                behavior = self._random.choice(["keep_as_draft", "mark_uncollectible", "void"])
                self.call_api("POST", path, pause_collection={"behavior": behavior})
            case 2:
                self.call_api("POST", path, pause_collection="")
            case 3 | 4:
                self._change_amount(path, current)
            case 5 if self._random.random() < 0.3:
                self.call_api("DELETE", path)

    def _change_amount(self, path: str, current: Object) -> None:
        item = current["items"]["data"][0]
        price = {"currency": "gbp", "product": item["price"]["product"], "recurring": {"interval": "month"},
                 "unit_amount": self._random.randrange(200, 9_000)}  # fmt: skip
        self.call_api("POST", path, items=[{"id": item["id"], "price_data": price}], proration_behavior="none")

    def _pay_out(self) -> None:
        world = self._twin.world
        if payout_schedule(world) == "manual":
            self.call_api("POST", "/v1/payouts", amount=self._random.randrange(100, 20_000), currency="gbp")
            return
        with world.step():
            pay_out_available(world)
            paid = world.store.select("payout", "json_extract(body, '$.status') = 'paid'", limit=5)
            if paid and self._random.random() < 0.2:
                fail_payout(world, self._random.choice(paid))

    def _wait(self) -> None:
        self._twin.advance(self._random.choice([1, 60, 3600, 6 * 3600, 86_400, 4 * 86_400]))

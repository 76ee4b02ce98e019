"""Random life: what givers, banks and treasurers do in a twin, drawn from one seed."""

import random
from collections.abc import Callable
from typing import Any

from sandbox.life.disputes import appeal, decide, escalate, open_dispute, prevent
from sandbox.life.means import MEANS
from sandbox.life.payouts import fail_payout, pay_out_everything, schedule
from sandbox.state.store import Object
from sandbox.twin import Twin
from sandbox.wire.refusals import Refused

_ONCE = "https://give.example/thanks?session_id={CHECKOUT_SESSION_ID}"
_CURRENCIES = ("gbp",) * 8 + ("eur", "eur", "usd", "jpy")


class RandomLife:
    """One account's life. `step` lets something happen; what it does depends on the seed and on nothing else."""

    def __init__(self, twin: Twin, seed: int) -> None:
        self._twin, self._dice = twin, random.Random(seed)  # noqa: S311  (a history, not a secret)
        self._charges: list[str] = []
        self._subscriptions: list[str] = []
        self._opened = 0
        with twin.world.step():
            twin.world.store.set_value("payouts", self._dice.choice(["daily", "daily", "weekly", "manual"]))

    def step(self) -> None:
        """One thing happens, or time passes."""
        deeds: list[tuple[int, Callable[[], None]]] = [
            (10, self._give_once),
            (4, self._give_monthly),
            (2, self._walk_away),
            (3, self._refund),
            (2, self._dispute),
            (3, self._answer_a_dispute),
            (3, self._change_a_subscription),
            (1, self._pay_out),
            (8, self._wait),
        ]
        weights = [weight for weight, _ in deeds]
        self._dice.choices([deed for _, deed in deeds], weights)[0]()

    def ask(self, method: str, path: str, **params: Any) -> Object:
        """A call of the API, asked again under a new key where it fails; what it answers, a refusal included."""
        while True:
            self._opened += 1
            key = f"life-{self._opened}" if method == "POST" else None
            status, answer = self._twin.door.ask(method, path, params, key)
            if status not in (429, 500):
                return dict(answer)

    def _session(self, mode: str, amount: int, **more: Any) -> Object:
        currency = self._dice.choice(_CURRENCIES) if mode == "payment" else "gbp"
        price: dict[str, Any] = {"currency": currency, "unit_amount": amount, "product_data": {"name": "A gift"}}
        if mode == "subscription":
            price["recurring"] = {"interval": "month"}
        lines = [{"price_data": price, "quantity": 1}]
        return self.ask("POST", "/v1/checkout/sessions", mode=mode, success_url=_ONCE, line_items=lines, **more)

    def _press_pay(self, session: Object) -> Object | None:
        means = [number for number, means in MEANS.items() if means.kind in session["payment_method_types"]]
        charge = self._twin.pay(session["id"], card=self._dice.choice(means))
        if charge["status"] != "failed":
            self._charges.append(charge["id"])
        return charge

    def _give_once(self) -> None:
        gift = {"metadata": {"gift_id": str(self._opened)}, "description": "Gift"}
        session = self._session("payment", self._dice.randrange(200, 50_000), payment_intent_data=gift)
        if session["object"] == "checkout.session":
            self._press_pay(session)

    def _give_monthly(self) -> None:
        session = self._session("subscription", self._dice.randrange(200, 5_000))
        charge = self._press_pay(session)
        seen = self.ask("GET", f"/v1/checkout/sessions/{session['id']}")
        if charge is not None and seen["subscription"] is not None:
            self._subscriptions.append(seen["subscription"])

    def _walk_away(self) -> None:
        session = self._session("payment", 1_000)
        if self._dice.random() < 0.5:
            self.ask("POST", f"/v1/checkout/sessions/{session['id']}/expire")

    def _refund(self) -> None:
        if self._charges:
            charge = self._dice.choice(self._charges)
            part = {"amount": self._dice.randrange(1, 500)} if self._dice.random() < 0.6 else {}
            self.ask("POST", "/v1/refunds", charge=charge, **part)

    def _dispute(self) -> None:
        if not self._charges:
            return
        world = self._twin.world
        try:
            with world.step():
                open_dispute(
                    world, world.store.get(self._dice.choice(self._charges)), inquiry=self._dice.random() < 0.4
                )
        except Refused:
            return

    def _answer_a_dispute(self) -> None:
        world = self._twin.world
        with world.step():
            open_ones = [dispute["id"] for dispute in world.store.select("dispute", limit=20)]
        if not open_ones:
            return
        id_ = self._dice.choice(open_ones)
        chance = self._dice.random()
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
        words = "winning_evidence" if chance < 0.5 else "losing_evidence"
        self.ask("POST", f"/v1/disputes/{id_}", evidence={"uncategorized_text": words})

    def _change_a_subscription(self) -> None:
        if not self._subscriptions:
            return
        path = f"/v1/subscriptions/{self._dice.choice(self._subscriptions)}"
        seen = self.ask("GET", path)
        if seen.get("status") == "canceled":
            return
        match self._dice.randrange(6):
            case 0:
                self.ask("POST", path, cancel_at_period_end=self._dice.random() < 0.7)
            case 1:
                behavior = self._dice.choice(["keep_as_draft", "mark_uncollectible", "void"])
                self.ask("POST", path, pause_collection={"behavior": behavior})
            case 2:
                self.ask("POST", path, pause_collection="")
            case 3 | 4:
                self._change_amount(path, seen)
            case 5 if self._dice.random() < 0.3:
                self.ask("DELETE", path)

    def _change_amount(self, path: str, seen: Object) -> None:
        item = seen["items"]["data"][0]
        price = {"currency": "gbp", "product": item["price"]["product"], "recurring": {"interval": "month"},
                 "unit_amount": self._dice.randrange(200, 9_000)}  # fmt: skip
        self.ask("POST", path, items=[{"id": item["id"], "price_data": price}], proration_behavior="none")

    def _pay_out(self) -> None:
        world = self._twin.world
        if schedule(world) == "manual":
            self.ask("POST", "/v1/payouts", amount=self._dice.randrange(100, 20_000), currency="gbp")
            return
        with world.step():
            pay_out_everything(world)
            old = world.store.select("payout", "json_extract(body, '$.status') = 'paid'", limit=5)
            if old and self._dice.random() < 0.2:
                fail_payout(world, self._dice.choice(old))

    def _wait(self) -> None:
        self._twin.advance(self._dice.choice([1, 60, 3600, 6 * 3600, 86_400, 4 * 86_400]))

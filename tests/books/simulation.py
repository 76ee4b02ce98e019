"""A simulation: a twin with an endpoint of each API version, our own gateway to it, and the reference model."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from ledger.money import Money, currency
from payments.gifts.gift import Allocation, DonorDetails, Gift, GiftState
from payments.gifts.recurring import Interval, Recurring, Rhythm, begin
from payments.inbox.delivery import Delivery, parse
from payments.reading.events import EVENTS
from payments.stripe.checkout import Purpose
from payments.stripe.gateway import Gateway
from sandbox.controls import run_control
from sandbox.twin import Twin, open_twin
from sandbox.webhooks.endpoint import CURRENT, VERSIONS
from sandbox.webhooks.queue import DeliveryAttempt
from sandbox.webhooks.signed_message import SignedMessage
from tests.books.model import Model, Shares
from tests.sandbox.loopback import KEY, START, served, settings

HOUR, DAY = 3600, 86_400
CARD = "4242424242424242"
SPLIT: Shares = ((1, 1), (2, 1), (3, 1))
ENDPOINT = "https://endpoint.invalid/webhooks"
PURPOSES = {
    1: Purpose("libraries", "Save our libraries"),
    2: Purpose("buses", "Bring back the bus"),
    3: Purpose("parks", "Open the parks"),
}


class RecordedDeliveries:
    """A sender that keeps every delivery, by API version, and always answers 200."""

    def __init__(self) -> None:
        self.by_version: defaultdict[str, list[Delivery]] = defaultdict(list)

    def send(self, message: SignedMessage, url: str) -> DeliveryAttempt:
        """Keep a delivery."""
        assert url == ENDPOINT
        delivery = parse(message.body)
        assert delivery.api_version is not None
        self.by_version[delivery.api_version].append(delivery)
        return DeliveryAttempt(200, "kept")

    def close(self) -> None:
        """There is no connection to close."""


@dataclass
class Simulation:
    """Where a scenario happens. Its methods act on the twin; scenarios write what that means into the model."""

    twin: Twin
    url: str
    recorded: RecordedDeliveries
    model: Model = field(default_factory=Model)
    gifts: list[Gift] = field(default_factory=list)
    recurring: list[Recurring] = field(default_factory=list)
    sessions: dict[str, str] = field(default_factory=dict)
    """By gift: the session that was opened for it."""

    @property
    def gateway(self) -> Gateway:
        """Our own gateway, with the twin as Stripe."""
        return Gateway(KEY, "http://give.invalid", api_base=self.url)

    def deliveries(self, version: str = CURRENT) -> list[Delivery]:
        """Every delivery so far that our endpoint wants, in the shape of this version."""
        return [delivery for delivery in self.recorded.by_version[version] if delivery.type in EVENTS]

    def balance(self) -> dict[str, int]:
        """Stripe's balance, available and pending together, where it is not zero."""
        sums: defaultdict[str, int] = defaultdict(int)
        answer = self.ask("GET", "/v1/balance")
        for part in answer["available"] + answer["pending"]:
            sums[part["currency"].upper()] += part["amount"]
        return {code: minor for code, minor in sums.items() if minor}

    def ask(self, method: str, path: str, **params: Any) -> dict[str, Any]:
        """A call of the API that must succeed."""
        status, answer = self.twin.api.request(method, path, params)
        assert status == 200, answer
        self.twin.settle()
        return dict(answer)

    def do(self, name: str, **fields: str) -> None:
        """What a person may do to the twin (`sandbox/controls.py`)."""
        run_control(self.twin.clock_control, name, fields)
        self.twin.settle()

    def step(self, action: Callable[..., dict[str, Any]], *args: Any, **named: Any) -> dict[str, Any]:
        """Run one of the twin's lifecycle functions, for what the API cannot do."""
        with self.twin.world.step():
            changed = action(self.twin.world, *args, **named)
        self.twin.settle()
        return changed

    def wait(self, seconds: float) -> None:
        """Advance the clock; everything that is due happens, and is delivered."""
        self.twin.advance(seconds)

    def stored(self, identity: str) -> dict[str, Any]:
        """An object of the twin, with its private fields."""
        with self.twin.world.step():
            return self.twin.world.store.get(identity)

    def pledge(self, minor: int = 2500, shares: Shares = ((1, 1),), code: str = "GBP") -> Gift:
        """A gift of ours, pending; its checkout is open."""
        gift = self._gift(minor, shares, code)
        self.sessions[gift.id] = self.gateway.open_checkout(gift, PURPOSES).session_id
        return gift

    def pay(self, gift: Gift, card: str = CARD) -> str:
        """Press Pay on its checkout; returns the payment, which may succeed or fail."""
        charge = self.twin.pay(self.sessions[gift.id], card=card, email=gift.donor.email)
        self.twin.settle()
        return str(charge["payment_intent"])

    def give(self, minor: int = 2500, shares: Shares = ((1, 1),), code: str = "GBP", card: str = CARD) -> str:
        """A whole gift by card: pledged and paid, but not yet settled."""
        gift = self.pledge(minor, shares, code)
        payment = self.pay(gift, card)
        self.model.gave(payment, minor, shares, code)
        return payment

    def charge_of(self, payment: str) -> str:
        """The charge of a payment."""
        return str(self.stored(payment)["latest_charge"])

    def pledge_recurring(
        self, minor: int = 1000, shares: Shares = ((1, 1),), interval: Interval = Interval.MONTH
    ) -> Recurring:
        """A recurring gift of ours and its first gift, both pending; its checkout is open."""
        first = self._gift(minor, shares, "GBP")
        recurring = begin(first, Rhythm(interval))
        self.gifts[-1] = first = replace(first, recurring_id=recurring.id)
        self.recurring.append(recurring)
        self.sessions[first.id] = self.gateway.open_checkout(first, PURPOSES, recurring).session_id
        return recurring

    def start(self, recurring: Recurring, card: str = CARD) -> str:
        """Press Pay on its checkout; the first payment."""
        session = self.sessions[recurring.first_gift]
        self.twin.pay(session, card=card, email=recurring.donor.email)
        self.twin.settle()
        return str(self.stored(session)["_intent"])

    def subscription_of(self, recurring: Recurring) -> str:
        """What Stripe calls it."""
        return str(self.stored(self.sessions[recurring.first_gift])["subscription"])

    def instalment_of(self, recurring: Recurring) -> str:
        """The payment of its latest invoice."""
        invoice = self.stored(self.subscription_of(recurring))["latest_invoice"]
        return str(self.stored(invoice)["_intent"])

    def _gift(self, minor: int, shares: Shares, code: str) -> Gift:
        n, of = len(self.gifts) + 1, currency(code)
        parts = Money(minor, of).allocate([weight for _, weight in shares])
        gift = Gift(
            id=str(UUID(int=n)),
            state=GiftState.PENDING,
            amount=Money(minor, of),
            allocations=tuple(
                Allocation(k, campaign, part) for k, ((campaign, _), part) in enumerate(zip(shares, parts, strict=True))
            ),
            donor=DonorDetails(f"Donor {n}", f"donor{n}@example.org"),
            created_at=self.twin.now(),
            attempted_at=self.twin.now(),
            return_token=f"return{n}",
        )
        self.gifts.append(gift)
        return gift


@contextmanager
def simulate(seed: int = 0, versions: Sequence[str] = VERSIONS) -> Iterator[Simulation]:
    """A new twin in memory, whose clock moves only by `wait`."""
    recorded = RecordedDeliveries()
    twin = open_twin(settings(ENDPOINT), seed=seed, sender=recorded)
    twin.world.clock.set(START)
    for version in versions:
        if version != CURRENT:  # the first endpoint has it
            view = {"url": ENDPOINT, "enabled_events": list(EVENTS), "api_version": version}
            status, answer = twin.api.request("POST", "/v1/webhook_endpoints", view)
            assert status == 200, json.dumps(answer)
    try:
        with served(twin) as url:
            yield Simulation(twin, url, recorded)
        assert twin.world.tasks.failed() == []
    finally:
        twin.close()

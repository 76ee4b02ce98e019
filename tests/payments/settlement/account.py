"""An account at the twin, and our books: what happens there is delivered to the webhook, or lost."""

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from database.transactions import booking, reading
from ledger.store import uncleared
from ledger.tables import entry
from payments.gifts.recurring import Interval, Rhythm, begin
from payments.gifts.recurring_store import add_recurring
from payments.gifts.store import add_gift
from payments.inbox.delivery import Delivery, parse
from payments.settlement.reconcile import Reconciliation
from payments.settlement.statuses import StatusFetcher
from payments.stripe.lists import StripeLists
from sandbox.controls import run_control
from sandbox.twin import Twin
from sandbox.webhooks.queue import DeliveryAttempt
from sandbox.webhooks.signed_message import SignedMessage
from tests.payments.organisation_books import Books
from tests.payments.settlement.gifts import pledge

HOUR, DAY = 3600, 86_400
CARD = "4242424242424242"
THANKS = "http://give.invalid/thanks?session_id={CHECKOUT_SESSION_ID}"


class KeptDeliveries:
    """A sender that keeps the deliveries until a test delivers or loses them."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []

    def send(self, message: SignedMessage, url: str) -> DeliveryAttempt:
        """Keep it, and answer 200."""
        self.deliveries.append(parse(message.body))
        return DeliveryAttempt(200, "kept")

    def close(self) -> None:
        """There is no connection to close."""


@dataclass
class Account:
    """A twin over HTTP, and the books that must agree with it."""

    twin: Twin
    kept: KeptDeliveries
    books: Books
    lists: StripeLists
    gifts: int = 0
    reconciliation: Reconciliation = field(init=False)
    statuses: StatusFetcher = field(init=False)

    def __post_init__(self) -> None:
        self.reconciliation = Reconciliation(self.books.engine, self.books.bookkeeper, self.lists, self.twin.now)
        self.statuses = StatusFetcher(self.books.engine, self.books.bookkeeper, self.lists, self.twin.now)

    def give(self, minor: int = 2500, code: str = "gbp", card: str = CARD, **session: Any) -> dict[str, Any]:
        """A gift of ours, pledged (in pounds) and paid; its charge. It settles a second later."""
        metadata = self.pledge_metadata("payment", minor)
        data = {"payment_intent_data": {"metadata": metadata}, "metadata": metadata} | session
        return self.pay(minor, code, card, **data)

    def give_monthly(self, minor: int = 1000, card: str = CARD) -> None:
        """A recurring gift of ours and its first instalment."""
        self.pay_monthly(minor, card, self.pledge_metadata("subscription", minor))

    def pledge_metadata(self, mode: str, minor: int) -> dict[str, str]:
        """Pledge a gift, once or (mode subscription) monthly; its metadata at Stripe."""
        self.gifts += 1
        gift = pledge(self.gifts, minor, "gbp", self.twin.now())
        recurring = begin(gift, Rhythm(Interval.MONTH))
        with booking(self.books.engine) as conn:
            if mode == "payment":
                add_gift(conn, gift)
                return {"gift_id": gift.id, "app": "farthing"}
            add_gift(conn, replace(gift, recurring_id=recurring.id))
            add_recurring(conn, recurring)
        return {"recurring_id": recurring.id, "app": "farthing"}

    def pay(self, minor: int, code: str = "gbp", card: str = CARD, **session: Any) -> dict[str, Any]:
        """A payment without our metadata, unless `session` has it; its charge."""
        price = {"currency": code, "unit_amount": minor, "product_data": {"name": "A mug"}}
        return self._pay(card, mode="payment", line_items=[{"quantity": 1, "price_data": price}], **session)

    def pay_monthly(self, minor: int, card: str = CARD, metadata: dict[str, str] | None = None) -> dict[str, Any]:
        """A subscription, not ours unless its metadata says so; its first charge."""
        rhythm = {"interval": "month"}
        price = {"currency": "gbp", "unit_amount": minor, "product_data": {"name": "A paper"}, "recurring": rhythm}
        lines = [{"quantity": 1, "price_data": price}]
        data = {"metadata": metadata or {}, "subscription_data": {"metadata": metadata or {}}}
        return self._pay(card, mode="subscription", line_items=lines, **data)

    def ask(self, method: str, path: str, **params: Any) -> dict[str, Any]:
        """A call of the API that must succeed."""
        status, answer = self.twin.api.request(method, path, params)
        assert status == 200, answer
        self.twin.settle()
        return dict(answer)

    def do(self, name: str, **fields: str) -> str:
        """Run a control of the twin's panel."""
        message = run_control(self.twin.clock_control, name, fields)
        self.twin.settle()
        return message

    def step(self, action: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """Run one of the twin's lifecycle functions, for what the API cannot do."""
        with self.twin.world.step():
            result = action(self.twin.world, *args, **named)
        self.twin.settle()
        return result

    def wait(self, seconds: float = 2) -> None:
        """Advance the clock; what is due happens, and is delivered."""
        self.twin.advance(seconds)

    def deliver(self) -> None:
        """Deliver everything since the last time."""
        self.twin.settle()
        deliveries, self.kept.deliveries = self.kept.deliveries, []
        if deliveries:
            self.books.deliver(*deliveries, now=self.twin.now())

    def deliver_some(self, chance: random.Random) -> None:
        """Deliver some of everything since the last time, some of it twice, in another order; lose the rest."""
        self.twin.settle()
        deliveries, self.kept.deliveries = self.kept.deliveries, []
        chosen = [delivery for delivery in deliveries for _ in range(chance.choice((0, 1, 1, 2)))]
        chance.shuffle(chosen)
        if chosen:
            self.books.deliver(*chosen, now=self.twin.now())

    def lose_deliveries(self) -> None:
        """Lose everything since the last time."""
        self.twin.settle()
        self.kept.deliveries.clear()

    def settle(self) -> None:
        """Settle; our balance must be Stripe's."""
        assert self.reconciliation.settle().agrees
        self.require_agreement()

    def require_agreement(self) -> None:
        """Our balance must be Stripe's, available and pending, in every currency."""
        assert self.ours() == self.theirs()

    def theirs(self) -> dict[str, int]:
        """What Stripe holds."""
        sums: defaultdict[str, int] = defaultdict(int)
        answer = self.ask("GET", "/v1/balance")
        for part in answer["available"] + answer["pending"]:
            sums[part["currency"].upper()] += part["amount"]
        return {code: minor for code, minor in sums.items() if minor}

    def ours(self) -> dict[str, int]:
        """What our `stripe` account holds."""
        return self.balances("stripe")

    def balances(self, account: str) -> dict[str, int]:
        """An account's balance by currency, added up from the entries."""
        sums: defaultdict[str, int] = defaultdict(int)
        for debit, credit, code, minor in self._entries(entry.c.debit, entry.c.credit, entry.c.currency):
            sums[code] += minor * ((debit == account) - (credit == account))
        return {code: minor for code, minor in sums.items() if minor}

    def entries(self, kind: str) -> list[tuple[str, str, int]]:
        """Debit, credit and amount of every entry of a kind."""
        entries = self._entries(entry.c.kind, entry.c.debit, entry.c.credit)
        return sorted((debit, credit, minor) for entry_kind, debit, credit, minor in entries if entry_kind == kind)

    def keys(self) -> list[str]:
        """The keys of all entries."""
        return sorted(row[0] for row in self._entries(entry.c.key))

    def uncleared(self) -> dict[str, int]:
        """Subjects that have not come to zero."""
        with reading(self.books.engine) as conn:
            return {row.subject: row.balance.minor for row in uncleared(conn)}

    def pending_refunds(self) -> set[str]:
        """Refunds that Stripe has agreed to and not sent yet, for lack of money: they are not in the balance."""
        with self.twin.world.step():
            refunds = self.twin.world.store.select("refund", limit=1000)
        waiting = [
            refund for refund in refunds if refund["status"] == "pending" and refund["balance_transaction"] is None
        ]
        return {refund["id"] for refund in waiting}

    def row(self, of: "sa.Table | sa.Select[Any]") -> Any:
        """The one row of a table, or of a question."""
        with reading(self.books.engine) as conn:
            return conn.execute(sa.select(of) if isinstance(of, sa.Table) else of).one()

    def _entries(self, *columns: Any) -> list[tuple[Any, ...]]:
        with reading(self.books.engine) as conn:
            return [tuple(row) for row in conn.execute(sa.select(*columns, entry.c.amount_minor))]

    def _pay(self, card: str, **session: Any) -> dict[str, Any]:
        opened = self.ask("POST", "/v1/checkout/sessions", success_url=THANKS, **session)
        charge = self.twin.pay(opened["id"], card=card)
        self.twin.settle()
        return charge

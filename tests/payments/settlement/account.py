"""An account at the twin and our books beside it: what happens there is heard by the webhook, or lost."""

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
from tests.payments.house import Books
from tests.payments.settlement.gifts import pledge

HOUR, DAY = 3600, 86_400
CARD = "4242424242424242"
THANKS = "http://give.invalid/thanks?session_id={CHECKOUT_SESSION_ID}"


class Satchel:
    """A courier that keeps the letters until somebody wants to hear them."""

    def __init__(self) -> None:
        self.letters: list[Delivery] = []

    def send(self, message: SignedMessage, url: str) -> DeliveryAttempt:
        """Keep it, and say that it arrived."""
        self.letters.append(parse(message.body))
        return DeliveryAttempt(200, "kept")

    def close(self) -> None:
        """There is no line."""


@dataclass
class Account:
    """The twin at an address, and the books that must follow it."""

    twin: Twin
    satchel: Satchel
    books: Books
    lists: StripeLists
    gifts: int = 0
    settling: Reconciliation = field(init=False)
    watching: StatusFetcher = field(init=False)

    def __post_init__(self) -> None:
        self.settling = Reconciliation(self.books.engine, self.books.bookkeeper, self.lists, self.twin.now)
        self.watching = StatusFetcher(self.books.engine, self.books.bookkeeper, self.lists, self.twin.now)

    def give(self, minor: int = 2500, code: str = "gbp", card: str = CARD, **session: Any) -> dict[str, Any]:
        """A gift of ours, pledged (in pounds) and paid; its charge. It settles a second later."""
        marks = self.marks("payment", minor)
        data = {"payment_intent_data": {"metadata": marks}, "metadata": marks} | session
        return self.pay(minor, code, card, **data)

    def give_monthly(self, minor: int = 1000, card: str = CARD) -> None:
        """A recurring gift of ours and its first instalment."""
        self.pay_monthly(minor, card, self.marks("subscription", minor))

    def marks(self, mode: str, minor: int) -> dict[str, str]:
        """Pledge a gift, once or (mode subscription) monthly; the metadata by which it is known at Stripe."""
        self.gifts += 1
        gift = pledge(self.gifts, minor, "gbp", self.twin.now())
        standing = begin(gift, Rhythm(Interval.MONTH))
        with booking(self.books.engine) as conn:
            if mode == "payment":
                add_gift(conn, gift)
                return {"gift_id": gift.id, "app": "farthing"}
            add_gift(conn, replace(gift, recurring_id=standing.id))
            add_recurring(conn, standing)
        return {"recurring_id": standing.id, "app": "farthing"}

    def pay(self, minor: int, code: str = "gbp", card: str = CARD, **session: Any) -> dict[str, Any]:
        """A payment that nobody marked, unless the session does; its charge."""
        price = {"currency": code, "unit_amount": minor, "product_data": {"name": "A mug"}}
        return self._pay(card, mode="payment", line_items=[{"quantity": 1, "price_data": price}], **session)

    def pay_monthly(self, minor: int, card: str = CARD, metadata: dict[str, str] | None = None) -> dict[str, Any]:
        """A subscription, somebody else's unless its metadata says more; its first charge."""
        rhythm = {"interval": "month"}
        price = {"currency": "gbp", "unit_amount": minor, "product_data": {"name": "A paper"}, "recurring": rhythm}
        lines = [{"quantity": 1, "price_data": price}]
        marks = metadata or {}
        return self._pay(
            card, mode="subscription", line_items=lines, metadata=marks, subscription_data={"metadata": marks}
        )

    def ask(self, method: str, path: str, **params: Any) -> dict[str, Any]:
        """A call of the API that must succeed."""
        status, answer = self.twin.api.request(method, path, params)
        assert status == 200, answer
        self.twin.settle()
        return dict(answer)

    def do(self, name: str, **fields: str) -> str:
        """Push a button of the twin's panel."""
        said = run_control(self.twin.clock_control, name, fields)
        self.twin.settle()
        return said

    def step(self, deed: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """Something happens in the twin's world that nobody can ask for."""
        with self.twin.world.step():
            found = deed(self.twin.world, *args, **named)
        self.twin.settle()
        return found

    def wait(self, seconds: float = 2) -> None:
        """Time passes; what is due happens, and is told."""
        self.twin.advance(seconds)

    def hear(self) -> None:
        """The webhook brings everything that was told since."""
        self.twin.settle()
        told, self.satchel.letters = self.satchel.letters, []
        if told:
            self.books.hear(*told, now=self.twin.now())

    def hear_some(self, chance: random.Random) -> None:
        """Of what was told some is heard, some twice, in another order, and some never."""
        self.twin.settle()
        told, self.satchel.letters = self.satchel.letters, []
        heard = [one for one in told for _ in range(chance.choice((0, 1, 1, 2)))]
        chance.shuffle(heard)
        if heard:
            self.books.hear(*heard, now=self.twin.now())

    def lose(self) -> None:
        """What was told since never comes."""
        self.twin.settle()
        self.satchel.letters.clear()

    def settle(self) -> None:
        """Settle, and see that our balance is Stripe's."""
        assert self.settling.settle().agrees
        self.agree()

    def agree(self) -> None:
        """Our balance is Stripe's, available and pending, in every currency."""
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
        found = self._entries(entry.c.kind, entry.c.debit, entry.c.credit)
        return sorted((debit, credit, minor) for of, debit, credit, minor in found if of == kind)

    def keys(self) -> list[str]:
        """The keys of all entries."""
        return sorted(row[0] for row in self._entries(entry.c.key))

    def uncleared(self) -> dict[str, int]:
        """Subjects that have not come to zero."""
        with reading(self.books.engine) as conn:
            return {one.subject: one.balance.minor for one in uncleared(conn)}

    def still_open(self) -> set[str]:
        """Refunds that Stripe has agreed to and not yet sent, for want of money: told, and not in the balance."""
        with self.twin.world.step():
            refunds = self.twin.world.store.select("refund", limit=1000)
        waiting = [one for one in refunds if one["status"] == "pending" and one["balance_transaction"] is None]
        return {one["id"] for one in waiting}

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

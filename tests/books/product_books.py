"""The product's books of a simulation: add its gifts, deliver, settle, and read the figures."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from typing import TypeVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Engine

from campaigns.demo import DEMO_ORGANISATION
from database.transactions import reading, writing
from outbox.worker import Handler
from payments.books.bookkeeper import Bookkeeper
from payments.books.decide.decide import BookRules
from payments.gifts.recurring_store import add_recurring
from payments.gifts.store import add_gift, link_session
from payments.inbox.delivery import Delivery
from payments.inbox.keep import take_in
from payments.reading.happenings import StatusObject
from payments.settlement.jobs import stripe_jobs
from payments.settlement.reconcile import ReconcileResult, Reconciliation
from payments.settlement.statuses import StatusFetcher
from payments.settlement.subscriptions import SubscriptionStatuses
from payments.stripe.lists import StripeLists
from payments.stripe.subscriptions import RecurringGateway
from proof.audit import audit_all
from proof.canonical import canonical
from tests.books.book_databases import BookDatabase
from tests.books.comparison import count_entries, differences, stripe_balance
from tests.books.model import Model
from tests.books.simulation import Simulation
from tests.books.story import Scenario
from tests.sandbox.loopback import KEY

BOOKKEEPER = Bookkeeper(BookRules(DEMO_ORGANISATION, ZoneInfo("Europe/London"), "test"))


_Item = TypeVar("_Item")

DeliveryOrder = list[list[Delivery]]
"""Deliveries in batches, in the order in which they come."""


@dataclass(frozen=True)
class ProductBooks:
    """The product's books of what happens in a simulation. `added` are the ids that it has already."""

    engine: Engine
    simulation: Simulation
    added: set[str] = field(default_factory=set)

    def add_gifts(self) -> None:
        """Add every gift and recurring gift of the simulation that is not there yet, as the donor's form does."""
        with writing(self.engine) as conn:
            for gift in self._not_added(self.simulation.gifts, lambda gift: gift.id):
                add_gift(conn, gift)
            for recurring in self._not_added(self.simulation.recurring, lambda recurring: recurring.id):
                add_recurring(conn, recurring)
            for gift_id, session in self._not_added(self.simulation.sessions.items(), lambda opened: opened[1]):
                link_session(conn, gift_id, session)

    def _not_added(self, items: Iterable[_Item], id_of: Callable[[_Item], str]) -> list[_Item]:
        new = [item for item in items if id_of(item) not in self.added]
        self.added.update(map(id_of, new))
        return new

    def deliver(self, batch: Sequence[Delivery]) -> None:
        """Keep and apply a batch of deliveries."""
        if batch:
            take_in(self.engine, BOOKKEEPER, batch, self.simulation.twin.now(), look=False)

    def play(self, order: DeliveryOrder, number: int) -> None:
        """Deliver everything in this order, then settle; every third order is settled once in between as well."""
        for number_of_batch, batch in enumerate(order):
            if number % 3 == 1 and number_of_batch == 1 + number % (len(order) - 1):
                self.settle()
            self.deliver(batch)
        self.settle()

    def settle(self) -> None:
        """Read Stripe's balance into the books."""
        self._reconciliation().settle()

    def reconcile(self) -> ReconcileResult:
        """Read all of Stripe's lists into the books."""
        return self._reconciliation().reconcile()

    def do_stripe_jobs(self) -> None:
        """Ask Stripe what the waiting jobs want to know of it, in the order of their keys; they stay in the queue."""
        handlers = self._stripe_handlers()
        with reading(self.engine) as conn:
            jobs = sorted(tuple(row) for row in conn.execute(sa.text("SELECT key, kind, payload FROM job")))
        for _, kind, payload in jobs:
            if kind in handlers:
                handlers[kind](json.loads(payload))

    def canonical(self) -> tuple[str, ...]:
        """The books as text that depends on facts alone."""
        with reading(self.engine) as conn:
            return tuple(canonical(conn))

    def require_equal(self, model: Model, when: object = "") -> None:
        """Every figure must be the model's, to the penny."""
        with reading(self.engine) as conn:
            differing = differences(conn, model)
        assert not differing, "\n".join([str(when), *differing])

    def stripe_balance(self) -> dict[str, int]:
        """What Stripe holds for us, by our books."""
        with reading(self.engine) as conn:
            return stripe_balance(conn)

    def failed_invariants(self) -> list[str]:
        """The audit's invariants that do not hold."""
        with reading(self.engine) as conn:
            return [finding.name for finding in audit_all(conn, self.simulation.twin.now) if finding.has_failed]

    def entries(self) -> int:
        """How many entries there are."""
        with reading(self.engine) as conn:
            return count_entries(conn)

    def _reconciliation(self) -> Reconciliation:
        return Reconciliation(self.engine, BOOKKEEPER, self._lists(), self.simulation.twin.now)

    def _lists(self) -> StripeLists:
        return StripeLists(KEY, api_base=self.simulation.url)

    def _stripe_handlers(self) -> dict[str, Handler]:
        lists, clock = self._lists(), self.simulation.twin.now
        gateway = RecurringGateway(KEY, api_base=self.simulation.url)
        fetchers = StatusFetcher(self.engine, BOOKKEEPER, lists, clock).fetchers
        subscriptions = SubscriptionStatuses(self.engine, lists, gateway, clock, BOOKKEEPER.rules.zone)
        fetchers |= {StatusObject.SUBSCRIPTION: subscriptions.fetch}
        return stripe_jobs(self.engine, self._reconciliation(), fetchers, clock)


def delivery_orders(scenario: Scenario, deliveries: Sequence[Delivery], most: int) -> Iterator[DeliveryOrder]:
    """Every order of the scenario's `most` most interesting deliveries, each in a batch of its own.

    The others come in their own order, some before and some after; from order to order another number comes before.
    """
    chosen = {delivery.id for delivery in _by_interest(scenario, deliveries)[:most]}
    interesting = [delivery for delivery in deliveries if delivery.id in chosen]
    rest = [delivery for delivery in deliveries if delivery.id not in chosen]
    for number, permuted in enumerate(permutations(interesting)):
        cut = number % (len(rest) + 1)
        yield [rest[:cut], *([delivery] for delivery in permuted), rest[cut:]]


def exports_after(
    orders: Iterable[DeliveryOrder], database: BookDatabase, simulation: Simulation
) -> Iterator[tuple[str, ...]]:
    """The canonical export after each order; the books must be the model's each time."""
    database.restore(database.empty)
    product = ProductBooks(database.engine, simulation)
    product.add_gifts()
    with_gifts = database.save_template()
    for number, order in enumerate(orders):
        database.restore(with_gifts)
        product.play(order, number)
        product.require_equal(simulation.model, [[delivery.type for delivery in batch] for batch in order])
        yield product.canonical()
    database.delete_template(with_gifts)


def _by_interest(scenario: Scenario, deliveries: Sequence[Delivery]) -> list[Delivery]:
    ranks = {kind: rank for rank, kind in enumerate(scenario.interesting)}
    return sorted(deliveries, key=lambda delivery: ranks.get(delivery.type, len(ranks)))

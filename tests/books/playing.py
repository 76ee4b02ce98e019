"""Play a story to the product: sow its gifts, bring it the deliveries, settle, and read what its books say."""

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
from payments.inbox.keep import keep_and_apply
from payments.reading.happenings import StatusObject
from payments.settlement.jobs import stripe_jobs
from payments.settlement.reconcile import ReconcileResult, Reconciliation
from payments.settlement.statuses import StatusFetcher
from payments.settlement.subscriptions import SubscriptionStatuses
from payments.stripe.lists import StripeLists
from payments.stripe.subscriptions import RecurringGateway
from proof.audit import audit_all
from proof.canonical import canonical
from tests.books.model import Model
from tests.books.places import Place
from tests.books.reading import count_entries, differences, stripe_balance
from tests.books.stage import Stage
from tests.books.story import Scenario
from tests.sandbox.loopback import KEY

BOOKKEEPER = Bookkeeper(BookRules(DEMO_ORGANISATION, ZoneInfo("Europe/London"), "test"))


_Sown = TypeVar("_Sown")

Arrangement = list[list[Delivery]]
"""Deliveries in batches, in the order in which they come."""


@dataclass(frozen=True)
class Product:
    """The product's books, kept for what happens on a stage."""

    engine: Engine
    stage: Stage
    sown: set[str] = field(default_factory=set)

    def know(self) -> None:
        """Sow every gift and recurring gift of the stage that is not there yet, as the donor's form does it."""
        with writing(self.engine) as conn:
            for gift in self._unsown(self.stage.gifts, lambda gift: gift.id):
                add_gift(conn, gift)
            for standing in self._unsown(self.stage.recurring, lambda standing: standing.id):
                add_recurring(conn, standing)
            for gift_id, session in self._unsown(self.stage.sessions.items(), lambda opened: opened[1]):
                link_session(conn, gift_id, session)

    def _unsown(self, some: Iterable[_Sown], name: Callable[[_Sown], str]) -> list[_Sown]:
        found = [one for one in some if name(one) not in self.sown]
        self.sown.update(map(name, found))
        return found

    def hear(self, batch: Sequence[Delivery]) -> None:
        """Keep and apply what was told."""
        if batch:
            keep_and_apply(self.engine, BOOKKEEPER, batch, self.stage.twin.now())

    def play(self, order: Arrangement, number: int) -> None:
        """Hear everything in this order, then settle; every third order is settled once before it is all told."""
        for place, batch in enumerate(order):
            if number % 3 == 1 and place == 1 + number % (len(order) - 1):
                self.settle()
            self.hear(batch)
        self.settle()

    def settle(self) -> None:
        """Read Stripe's balance into the books."""
        self._settling().settle()

    def reconcile(self) -> ReconcileResult:
        """Walk all of Stripe's lists."""
        return self._settling().reconcile()

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

    def must_be(self, model: Model, when: object = "") -> None:
        """Every figure is the model's, to the penny."""
        with reading(self.engine) as conn:
            found = differences(conn, model)
        assert not found, "\n".join([str(when), *found])

    def at_stripe(self) -> dict[str, int]:
        """What the books say that Stripe holds for us."""
        with reading(self.engine) as conn:
            return stripe_balance(conn)

    def complaints(self) -> list[str]:
        """The invariants that do not hold."""
        with reading(self.engine) as conn:
            return [one.name for one in audit_all(conn, self.stage.twin.now) if one.has_failed]

    def entries(self) -> int:
        """How many entries there are."""
        with reading(self.engine) as conn:
            return count_entries(conn)

    def _settling(self) -> Reconciliation:
        return Reconciliation(self.engine, BOOKKEEPER, self._lists(), self.stage.twin.now)

    def _lists(self) -> StripeLists:
        return StripeLists(KEY, api_base=self.stage.url)

    def _stripe_handlers(self) -> dict[str, Handler]:
        lists, clock = self._lists(), self.stage.twin.now
        gateway = RecurringGateway(KEY, api_base=self.stage.url)
        fetchers = StatusFetcher(self.engine, BOOKKEEPER, lists, clock).fetchers
        fetchers |= {StatusObject.SUBSCRIPTION: SubscriptionStatuses(self.engine, lists, gateway, clock).fetch}
        return stripe_jobs(self.engine, self._settling(), fetchers, clock)


def arrangements(scenario: Scenario, told: Sequence[Delivery], most: int) -> Iterator[Arrangement]:
    """Every order of the scenario's most interesting deliveries, so many of them; each comes by itself.

    The others come in their own order, some before and some after: how many goes round.
    """
    chosen = {one.id for one in _by_interest(scenario, told)[:most]}
    interesting = [one for one in told if one.id in chosen]
    rest = [one for one in told if one.id not in chosen]
    for number, permuted in enumerate(permutations(interesting)):
        cut = number % (len(rest) + 1)
        yield [rest[:cut], *([one] for one in permuted), rest[cut:]]


def exports(orders: Iterable[Arrangement], place: Place, on: Stage) -> Iterator[tuple[str, ...]]:
    """The canonical export after each order; the books must be the model's each time."""
    place.begin(place.empty)
    product = Product(place.engine, on)
    product.know()
    sown = place.keep()
    for number, order in enumerate(orders):
        place.begin(sown)
        product.play(order, number)
        product.must_be(on.model, [[one.type for one in batch] for batch in order])
        yield product.canonical()
    place.forget(sown)


def _by_interest(scenario: Scenario, told: Sequence[Delivery]) -> list[Delivery]:
    places = {kind: place for place, kind in enumerate(scenario.interesting)}
    return sorted(told, key=lambda one: places.get(one.type, len(places)))

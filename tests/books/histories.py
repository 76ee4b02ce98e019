"""Random histories at the twin, brought by unreliable webhooks to books on both engines, completed by one reconcile.

One engine gets the deliveries while it happens, settles now and then, and is closed and opened again in between. The
other gets them when everything is over. Both must end in the model's books, with the same canonical export.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from payments.inbox.delivery import Delivery
from sandbox.webhooks.endpoint import VERSIONS
from tests.books.book_databases import BookDatabase
from tests.books.model_from_twin import model_from_twin
from tests.books.product_books import ProductBooks
from tests.books.random_donors import RandomDonors
from tests.books.simulation import Simulation, simulate
from tests.books.unreliable_webhooks import UnreliableWebhooks

SETTLES, RESTARTS = 0.04, 0.04


@dataclass(frozen=True)
class History:
    """Counts of what happened: enough to see that the history was not empty."""

    seed: int
    steps: int
    events: int
    gifts: int
    entries: int
    recovered: int


def play_history(seed: int, events: int, databases: Sequence[BookDatabase]) -> History:
    """One history of about so many events; raises AssertionError where the books are not the model's."""
    chance = random.Random(seed)
    versions = sorted({VERSIONS[-1], chance.choice(VERSIONS)})
    with simulate(seed, versions) as simulation:
        shuffled = sorted(databases, key=lambda _: chance.random())
        now, afterwards = [ProductBooks(database.engine, simulation) for database in shuffled]
        for database in databases:
            database.restore(database.empty)
        steps = live(simulation, seed, events, [now])
        _deliver_afterwards(simulation, seed, afterwards)
        posted, recovered = _reconcile(simulation, (now, afterwards))
        return History(seed, steps, _events(simulation), len(simulation.gifts), posted, recovered)


def live(simulation: Simulation, seed: int, events: int, products: Sequence[ProductBooks]) -> int:
    """Let it happen, and deliver it to these books meanwhile, to all of them alike; returns the number of steps."""
    donors, webhooks = RandomDonors(simulation, seed), UnreliableWebhooks(seed)
    chance, steps = random.Random(seed + 1), 0
    delivered: dict[str, int] = {}
    for product in products:
        product.add_gifts()  # there are gifts before the first step, which may be events enough
    while _events(simulation) < events and not donors.over:
        donors.step()
        steps += 1
        batches = list(webhooks.deliver(_new_deliveries(simulation, delivered)))
        settles, restarts = chance.random() < SETTLES, chance.random() < RESTARTS
        for product in products:
            product.add_gifts()
            for batch in batches:
                product.deliver(batch)
            if settles:
                product.settle()
            if restarts:
                product.engine.dispose()
    return steps


def _new_deliveries(simulation: Simulation, delivered: dict[str, int]) -> list[Delivery]:
    """The deliveries since the last call, each event in one of the versions."""
    deliveries = []
    for version in sorted(simulation.recorded.by_version):
        recorded = simulation.deliveries(version)
        new = recorded[delivered.get(version, 0) :]
        deliveries += [delivery for delivery in new if _is_of_version(delivery, version, simulation)]
        delivered[version] = len(recorded)
    return deliveries


def _deliver_afterwards(simulation: Simulation, seed: int, product: ProductBooks) -> None:
    webhooks = UnreliableWebhooks(seed + 2)
    product.add_gifts()
    for batch in webhooks.deliver(sorted(_new_deliveries(simulation, {}), key=lambda delivery: delivery.created_at)):
        product.deliver(batch)
    for batch in webhooks.deliver_rest():
        product.deliver(batch)


def _is_of_version(delivery: Delivery, version: str, simulation: Simulation) -> bool:
    """Whether the delivery comes in this version: the event's id decides."""
    versions = sorted(simulation.recorded.by_version)
    return versions[sum(delivery.id.encode()) % len(versions)] == version


def _reconcile(simulation: Simulation, products: Sequence[ProductBooks]) -> tuple[int, int]:
    """Reconcile each: the books are the model's, the exports are equal, and a second run posts nothing."""
    model, exports, posted, recovered = model_from_twin(simulation), set(), 0, 0
    assert model.stripe() == simulation.balance()
    for product in products:
        before = product.entries()
        product.reconcile()
        product.require_equal(model, product.engine.dialect.name)
        posted = product.entries()
        recovered += posted - before
        exports.add(product.canonical())
        again = product.reconcile()
        assert (again.entries, again.received, again.errors, product.entries()) == ({}, 0, {}, posted)
        exports.add(product.canonical())
    assert len(exports) == 1
    return posted, recovered


def _events(simulation: Simulation) -> int:
    return int(simulation.twin.world.store.query("SELECT count(*) FROM object WHERE kind = 'event'")[0][0])

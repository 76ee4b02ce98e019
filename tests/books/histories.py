"""Random histories: a life at the twin, told by a bad post to books on both engines, mended by one reconcile.

One engine hears of it while it happens, settles now and then, and is closed and opened again in between; the
other hears of it when all is over. Both must end in the books of the model, and print the same.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from payments.inbox.delivery import Delivery
from sandbox.webhooks.endpoint import VERSIONS
from tests.books.bad_post import BadPost
from tests.books.chronicle import chronicle
from tests.books.life import Life
from tests.books.places import Place
from tests.books.playing import Product
from tests.books.stage import Stage, stage

SETTLES, RESTARTS = 0.04, 0.04


@dataclass(frozen=True)
class History:
    """What was played: enough to see that it was not empty."""

    seed: int
    steps: int
    events: int
    gifts: int
    entries: int
    recovered: int


def play_history(seed: int, events: int, places: Sequence[Place]) -> History:
    """One history of about so many events; raises AssertionError where the books are not the model's."""
    chance = random.Random(seed)
    versions = sorted({VERSIONS[-1], chance.choice(VERSIONS)})
    with stage(seed, versions) as on:
        now, afterwards = [Product(place.engine, on) for place in sorted(places, key=lambda _: chance.random())]
        for place in places:
            place.begin(place.empty)
        steps = live(on, seed, events, [now])
        _hear_afterwards(on, seed, afterwards)
        posted, recovered = _end(on, (now, afterwards))
        return History(seed, steps, _events(on), len(on.gifts), posted, recovered)


def live(on: Stage, seed: int, events: int, products: Sequence[Product]) -> int:
    """Let it happen, and deliver it to these books meanwhile, to all of them alike; returns the number of steps."""
    life, chance, post, steps = Life(on, seed), random.Random(seed + 1), BadPost(seed), 0
    told: dict[str, int] = {}
    for product in products:
        product.know()  # a life begins with gifts, and may be as long as it is to be by that
    while _events(on) < events and not life.over:
        life.step()
        steps += 1
        batches = list(post.carry(_new(on, told)))
        settles, restarts = chance.random() < SETTLES, chance.random() < RESTARTS
        for product in products:
            product.know()
            for batch in batches:
                product.hear(batch)
            if settles:
                product.settle()
            if restarts:
                product.engine.dispose()
    return steps


def _new(on: Stage, told: dict[str, int]) -> list[Delivery]:
    """What was told since, each in one of the versions."""
    found = []
    for version in sorted(on.courier.piles):
        pile = on.told(version)
        found += [one for one in pile[told.get(version, 0) :] if _comes_in(one, version, on)]
        told[version] = len(pile)
    return found


def _hear_afterwards(on: Stage, seed: int, product: Product) -> None:
    post = BadPost(seed + 2)
    product.know()
    for batch in post.carry(sorted(_new(on, {}), key=lambda one: one.created_at)):
        product.hear(batch)
    for batch in post.empty_the_bag():
        product.hear(batch)


def _comes_in(one: Delivery, version: str, on: Stage) -> bool:
    """Each event comes in one of the versions, as its id has it."""
    versions = sorted(on.courier.piles)
    return versions[sum(one.id.encode()) % len(versions)] == version


def _end(on: Stage, products: Sequence[Product]) -> tuple[int, int]:
    """One reconcile each: the model's books, and one export. A second posts nothing."""
    model, exports, posted, recovered = chronicle(on), set(), 0, 0
    assert model.stripe() == on.balance()
    for product in products:
        before = product.entries()
        product.reconcile()
        product.must_be(model, product.engine.dialect.name)
        posted = product.entries()
        recovered += posted - before
        exports.add(product.canonical())
        again = product.reconcile()
        assert (again.entries, again.received, again.errors, product.entries()) == ({}, 0, {}, posted)
        exports.add(product.canonical())
    assert len(exports) == 1
    return posted, recovered


def _events(on: Stage) -> int:
    return int(on.twin.world.store.query("SELECT count(*) FROM object WHERE kind = 'event'")[0][0])

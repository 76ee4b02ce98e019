"""Unreliable webhooks: some deliveries are lost, some come twice, most in another order and in batches of any size."""

import random
from collections.abc import Iterator, Sequence

from payments.inbox.delivery import Delivery

LOST, DOUBLED, LATE, LONGEST_DELAY, LARGEST_BATCH = 0.15, 0.2, 0.5, 12, 6


class UnreliableWebhooks:
    """What they do depends on the seed alone."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._under_way: list[tuple[int, float, Delivery]] = []
        self._rounds = 0

    def deliver(self, deliveries: Sequence[Delivery]) -> Iterator[list[Delivery]]:
        """Accept these deliveries, and return batches of those that are due by now."""
        self._rounds += 1
        for delivery in deliveries:
            for _ in range(self._copies()):
                self._under_way.append((self._rounds + self._delay(), self._chance.random(), delivery))
        self._under_way.sort(key=lambda way: way[:2])
        due = [delivery for at, _, delivery in self._under_way if at <= self._rounds]
        del self._under_way[: len(due)]
        yield from self._batches(due)

    def deliver_rest(self) -> Iterator[list[Delivery]]:
        """Return batches of everything that is still under way."""
        due = [delivery for _, _, delivery in self._under_way]
        self._under_way.clear()
        yield from self._batches(due)

    def _copies(self) -> int:
        chance = self._chance.random()
        return 0 if chance < LOST else 2 if chance < LOST + DOUBLED else 1

    def _delay(self) -> int:
        return self._chance.randint(1, LONGEST_DELAY) if self._chance.random() < LATE else 0

    def _batches(self, due: list[Delivery]) -> Iterator[list[Delivery]]:
        while due:
            size = self._chance.randint(1, LARGEST_BATCH)
            yield due[:size]
            due = due[size:]

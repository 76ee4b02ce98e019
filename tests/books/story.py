"""The list of scenarios. Each is a story of money, with its most interesting deliveries.

A story yields after each step, where a test may check the books. Fees of a British card are 1.5 % and 20p, of a Bacs
debit 1 % and at least 20p, of a dispute £20 (`sandbox/lifecycle/fees.py`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.books.simulation import Simulation

Story = Callable[[Simulation], Iterator[None]]


@dataclass(frozen=True)
class Scenario:
    """A story, and the types of events that are delivered in every order."""

    name: str
    story: Story
    interesting: tuple[str, ...]


SCENARIOS: dict[str, Scenario] = {}


def scenario(*interesting: str) -> Callable[[Story], Story]:
    """Put a story on the list."""

    def listed(story: Story) -> Story:
        SCENARIOS[story.__name__] = Scenario(story.__name__, story, interesting)
        return story

    return listed


def card_fee(minor: int) -> int:
    """Stripe's fee for so many pence by a British card; half a penny rounds up."""
    return (minor * 15 + 500) // 1000 + 20

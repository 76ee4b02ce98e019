"""Deliveries in any order, lost and redelivered, any number of times, give the same books."""

from itertools import permutations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from payments.inbox.delivery import Delivery, parse
from tests.examples import examples
from tests.payments.messages import charge, charged, completed, delivery, event, session
from tests.payments.organisation_books import Books, gift_id

# Three gifts: one found by metadata, one only by its session, one expired and then paid; and a charge that is not ours.
STORY = [
    charged("1", gift=gift_id(1)),
    completed("1", gift=gift_id(1)),
    charged("2"),
    completed("2", gift=gift_id(2)),
    delivery(event("checkout.session.expired", session("3", gift=gift_id(3)), name="expired")),
    charged("3", gift=gift_id(3), amount=2499),
    charged("4"),
    delivery(event("charge.succeeded", charge("1", gift=gift_id(1)), name="twin_of_1")),
]

batches = st.lists(st.lists(st.sampled_from(STORY), min_size=1, max_size=6), max_size=6)


def test_every_order_of_a_joined_gift_gives_the_same_books(books: Books, engine: Engine) -> None:
    """Charge, session and a repeated charge, in all six orders, one delivery a batch."""
    outcomes = []
    for number, order in enumerate(permutations(range(3))):
        n, gift = f"9{number}", number + 100
        books.pledge(gift)
        deliveries = [charged(n), completed(n, gift=gift_id(gift)), charged(n)]
        for k in order:
            books.deliver(deliveries[k])
        outcomes.append((books.raised(), books.gift(gift).state))
    assert [raised for raised, _ in outcomes] == [2500 * (number + 1) for number in range(6)]
    assert {state.value for _, state in outcomes} == {"received"}


@settings(
    max_examples=examples(8),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(early=batches)
def test_what_came_before_changes_nothing_once_everything_has_come(books: Books, early: list[list[Delivery]]) -> None:
    """Whatever came early, in whatever batches: after everything was delivered once more, one state of books.

    Books cannot be emptied, so each example uses gifts of its own.
    """
    StoryRun.count += 1
    run = StoryRun(books, StoryRun.count)
    for batch in early:
        run.deliver(batch)
    for deliveries in STORY:
        run.deliver([deliveries])
    assert run.outcome() == {
        "raised": 2500 + 2500 + 2499,
        "states": ["received", "received", "received"],
        "charges": 4,
    }


class StoryRun:
    """The story with every id moved to this example's own numbers."""

    count = 0

    def __init__(self, books: Books, example: int) -> None:
        self.books, self.base = books, example * 1000
        self.before = books.raised()
        for n in (1, 2, 3):
            books.pledge(self.base + n)

    def deliver(self, batch: list[Delivery]) -> None:
        """Deliver these as this example's."""
        self.books.deliver(*[self._own(deliveries) for deliveries in batch])

    def outcome(self) -> dict[str, object]:
        """What the books say of this example."""
        keys = [str(row[0]) for row in self.books.canonical()]
        return {
            "raised": self.books.raised() - self.before,
            "states": [self.books.gift(self.base + n).state.value for n in (1, 2, 3)],
            "charges": len([key for key in keys if key.startswith("gift:") and f"x{self.base}:" in key]) + 1,
        }

    def _own(self, deliveries: Delivery) -> Delivery:
        text = deliveries.body.decode()
        for n in (1, 2, 3):
            text = text.replace(gift_id(n), gift_id(self.base + n))
        for kind in ("ch_", "pi_", "cs_test_"):
            for n in (1, 2, 3, 4):
                text = text.replace(f'"{kind}{n}"', f'"{kind}{n}x{self.base}"')
        text = text.replace('"evt_', f'"evt_{self.base}_')
        return parse(text.encode())

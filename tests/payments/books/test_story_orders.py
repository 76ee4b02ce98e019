"""Whatever the order in which a story at Stripe is delivered, what is decided ends the same. No database."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pytest

from database.columns import canonical_json
from ledger.kinds import EntryKind
from payments.books.decide.notice import Notice
from payments.inbox.delivery import Delivery
from payments.reading.balance_lines import read_line
from payments.reading.events import EVENTS, read
from payments.reading.happenings import Happening
from payments.reading.invoices import read_invoice_payment
from sandbox.webhooks.endpoint import CURRENT
from tests.books.product_books import DeliveryOrder, delivery_orders
from tests.books.scenarios import SCENARIOS, Scenario
from tests.books.simulation import Simulation, simulate
from tests.payments.books.against_model import differences
from tests.payments.books.memory import MemoryBooks
from webhooks.event import EventType

PERMUTED = 4


@dataclass(frozen=True)
class _Lists:
    """What Stripe's lists say at the end of a story, row by row, oldest first."""

    invoice_payments: Sequence[Sequence[Happening]]
    lines: Sequence[Sequence[Happening]]
    events: Sequence[Sequence[Happening]]


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=lambda scenario: scenario.name)
def test_every_order_of_a_story_is_decided_the_same(scenario: Scenario) -> None:
    """All orders of four deliveries, then one settlement: the model's books, and one set of entries.

    The list of events, which a reconcile reads as well, has no news then.
    """
    with simulate(versions=[CURRENT]) as simulation:
        for _ in scenario.story(simulation):
            pass
        lists = _read_lists(simulation)
    orders = list(delivery_orders(scenario, simulation.deliveries(), PERMUTED))
    books = [_delivered(simulation, order, lists, number) for number, order in enumerate(orders)]

    for order, kept in zip(orders, books, strict=True):
        faults = differences(kept, simulation.model)
        assert not faults, "\n".join([str([[delivery.type for delivery in batch] for batch in order]), *faults])
        before = kept.snapshot()
        kept.apply(_of_rows(lists.events, "reconcile"), simulation.twin.now())
        assert kept.snapshot() == before
    assert len({kept.canonical() for kept in books}) == 1
    assert len({tuple(sorted(kept.receipts)) for kept in books}) == 1
    assert len({canonical_json(events_of(kept)) for kept in books}) == 1


def events_of(books: MemoryBooks) -> list[Mapping[str, object]]:
    """What outgoing webhooks are told, but of failures: a gift that was received first does not fail before it.

    Of several charges of one gift any may be the first that was heard of.
    """
    events = [event for _, event in sorted(books.events.items()) if event.type != EventType.GIFT_FAILED]
    causes = {
        kind: {event.cause for event in events if event.type == kind}
        for kind in (EventType.GIFT_RECEIVED, EventType.PAYOUT_PAID)
    }
    arrived = {entry.subject for entry in books.entries.values() if entry.kind is EntryKind.PAID}
    assert causes == {EventType.GIFT_RECEIVED: books.received, EventType.PAYOUT_PAID: arrived}
    return [{key: value for key, value in event.data.items() if key != "received_at"} for event in events]


def _delivered(simulation: Simulation, order: DeliveryOrder, lists: _Lists, number: int) -> MemoryBooks:
    """Books after deliveries in this order; every third time Stripe's balance is read in between as well."""
    books = MemoryBooks(simulation.gifts, simulation.recurring, simulation.sessions)
    for number_of_batch, batch in enumerate(order):
        if number % 3 == 1 and number_of_batch == 1 + number % (len(order) - 1):
            _settle(books, lists, simulation)
        books.apply(_of_deliveries(batch), simulation.twin.now())
    _settle(books, lists, simulation)
    return books


def _settle(books: MemoryBooks, lists: _Lists, simulation: Simulation) -> None:
    """The links between payments and invoices, then the lines of the balance, each list as one batch."""
    for rows in (lists.invoice_payments, lists.lines):
        books.apply(_of_rows(rows, "settle"), simulation.twin.now())


def _of_rows(rows: Sequence[Sequence[Happening]], cause: str) -> list[Notice]:
    return [Notice(happening, cause) for row in rows for happening in row]


def _of_deliveries(batch: Sequence[Delivery]) -> list[Notice]:
    return [Notice(happening, delivery.id) for delivery in batch for happening in delivery.happenings]


def _read_lists(simulation: Simulation) -> _Lists:
    expanded = {"expand": ["data.source", "data.source.charge"]}
    return _Lists(
        invoice_payments=[
            read_invoice_payment(row)
            for row in _all(simulation, "/v1/invoice_payments", status="paid", expand=["data.invoice"])
        ],
        lines=[read_line(row) for row in _all(simulation, "/v1/balance_transactions", **expanded)],
        events=[read(row) for row in _all(simulation, "/v1/events") if row["type"] in EVENTS],
    )


def _all(simulation: Simulation, path: str, **params: object) -> Iterator[dict[str, object]]:
    """Every row of a list, oldest first."""
    rows: list[dict[str, object]] = []
    after: dict[str, object] = {}
    while True:
        page = simulation.ask("GET", path, limit=100, **params, **after)
        rows += page["data"]
        if not page["has_more"]:
            return reversed(rows)
        after = {"starting_after": rows[-1]["id"]}

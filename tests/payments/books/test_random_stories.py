"""Whatever happens, and however badly it is told: what is decided ends in the model's books. No database."""

import random
from collections.abc import Iterator

import pytest

from ledger.entry import ConflictingEntry
from payments.books.decide.notice import Notice
from tests.payments.books.against_model import differences
from tests.payments.books.memory import MemoryBooks
from tests.payments.books.random_orders import random_batches
from tests.payments.books.random_stories import LATE_LINKS, random_story
from tests.payments.books.story import Story
from tests.payments.organisation_books import NOON

SEEDS, AT_ONCE = 2000, 100


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_random_stories_end_in_the_models_books(first: int) -> None:
    """Told badly and then told whole, as a reconcile does: every figure is the model's, to the penny."""
    wrong = [f"seed {seed}: {fault}" for seed in range(first, first + AT_ONCE) for fault in _faults_of(seed)]
    assert not wrong, "\n" + "\n".join(wrong)


def _faults_of(seed: int) -> list[str]:
    try:
        return list(_faults(random_story(seed), random.Random(seed + 1), links_in_time=seed % LATE_LINKS > 0))
    except (AssertionError, ConflictingEntry, LookupError, ValueError) as error:
        return [f"{type(error).__name__}: {error}"]


def _faults(story: Story, chance: random.Random, *, links_in_time: bool) -> Iterator[str]:
    """What is not right in the books after this story."""
    books = MemoryBooks(story.gifts, story.recurring, story.sessions)
    for batch in random_batches(story.happenings, chance, links_in_time=links_in_time):
        books.apply(batch, NOON)
    yield from _differences(books, story)

    before = books.snapshot()
    once_more = [Notice(happening, "evt_again") for happening in chance.sample(story.happenings, len(story.happenings))]
    books.apply(once_more, NOON)
    if books.snapshot() != before:
        yield "telling everything again changed something"

    in_one_batch = MemoryBooks(story.gifts, story.recurring, story.sessions)
    in_one_batch.apply(once_more, NOON)
    yield from (f"in one batch {fault}" for fault in _differences(in_one_batch, story))
    if links_in_time and (different := in_one_batch.canonical() ^ books.canonical()):
        yield f"in one batch the entries differ: {sorted(entry.key for entry in different)}"


def _differences(books: MemoryBooks, story: Story) -> Iterator[str]:
    yield from differences(books, story.model, story.second_payments)
    yield from (f"{fact} of {payment} waits" for payment, fact in books.waiting)
    odd_gifts = {discrepancy.received.gift.id for discrepancy in books.discrepancies.values()}
    invoices = {gift.id: gift.invoice_id for gift in books.gifts.values() if gift.invoice_id}
    for what, ours, theirs in (
        ("states", {gift.id: gift.state for gift in books.gifts.values()}, story.states),
        ("invoices", invoices, story.invoices),
        ("discrepancies", odd_gifts, story.odd_gifts),
    ):
        if ours != theirs:
            yield f"{what} are {ours}, should be {theirs}"

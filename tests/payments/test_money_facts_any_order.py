"""For every fact: order, repetition and batching change nothing, on either engine."""

from collections.abc import Sequence
from itertools import count, pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database.transactions import reading
from ledger.audit import audit
from payments.reading.happenings import Happening
from tests.examples import examples
from tests.payments.long_story import StoryRun, links_first
from tests.payments.organisation_books import Books

RUNS = count(1)
LENGTH = 75
Order = list[list[int]]

often = settings(
    max_examples=examples(5),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@st.composite
def orders(draw: st.DrawFn, lengths: Sequence[int]) -> Order:
    """So much of the story by number, in any order, some of it twice, in batches of any size."""
    numbers = draw(st.permutations(range(LENGTH)))[: draw(st.sampled_from(lengths))]
    numbers += draw(st.lists(st.sampled_from(numbers), max_size=10))
    cuts = sorted({0, len(numbers), *draw(st.lists(st.integers(0, len(numbers)), max_size=len(numbers)))})
    return [numbers[start:end] for start, end in pairwise(cuts)]


def new_run(books: Books) -> StoryRun:
    """A run of the story, with its own gifts stored."""
    run = StoryRun(books, next(RUNS))
    run.prepare()
    return run


def in_order(books: Books, order: Order) -> StoryRun:
    """The same happenings as the story has them, each once, in one batch."""
    run = new_run(books)
    story = run.story()
    run.apply([[story[n] for n in sorted({n for batch in order for n in batch})]])
    return run


def batches_of(order: Order, happenings: Sequence[Happening]) -> list[list[Happening]]:
    """The happenings in batches of the order's sizes."""
    ends = [sum(len(batch) for batch in order[: n + 1]) for n in range(len(order))]
    return [list(happenings[end - len(batch) : end]) for end, batch in zip(ends, order, strict=True)]


def test_the_story_is_as_long_as_the_orders_think(books: Books) -> None:
    """Otherwise some of it would never be applied."""
    assert len(new_run(books).story()) == LENGTH


@often
@given(order=orders([LENGTH, LENGTH, 50, 30, 12]))
def test_any_order_gives_the_same_entries(books: Books, order: Order) -> None:
    """Keys, accounts, amounts, subjects, campaigns, gifts, instants and days; states, receipts and what waits.

    With one condition: what links a payment to its gift comes before the first line of the payment.
    """
    expected = in_order(books, order).read_books()
    run = new_run(books)
    story = run.story()
    happenings = links_first([story[n] for batch in order for n in batch])
    run.apply(batches_of(order, happenings))
    assert run.read_books() == expected


@often
@given(order=orders([LENGTH]))
def test_even_links_that_come_late_give_the_same_balances(books: Books, order: Order) -> None:
    """A line that was taken for not ours is corrected: by two more entries, with the same balance in every account.

    That holds once everything is known: while only half of a link is, the line is taken for not ours.
    """
    reference = in_order(books, order)
    run = new_run(books)
    story = run.story()
    run.apply([[story[n] for n in batch] for batch in order])
    assert run.balances() == reference.balances()
    for name in ("gifts", "receipts", "lines", "uncleared"):
        assert run.read_books()[name] == reference.read_books()[name]


def test_the_whole_story_leaves_sound_books(books: Books) -> None:
    """The audit passes, except for suspense: Stripe moved money for an unknown reason."""
    run = new_run(books)
    run.apply([[happening] for happening in reversed(run.story())])
    assert run.read_books()["uncleared"] == []
    with reading(books.engine) as conn:
        failed = {finding.name for finding in audit(conn) if finding.has_failed}
    assert failed == {"suspense"}

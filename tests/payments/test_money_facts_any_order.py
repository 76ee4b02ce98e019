"""The law for every fact: order, repetition and batching change nothing, on either engine."""

from collections.abc import Sequence
from itertools import count, pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database.transactions import reading
from ledger.audit import audit
from payments.reading.happenings import Happening
from tests.payments.any_story import Telling, links_first
from tests.payments.house import Books

TELLINGS = count(1)
LENGTH = 75
Order = list[list[int]]

often = settings(
    max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # fmt: skip


@st.composite
def orders(draw: st.DrawFn, lengths: Sequence[int]) -> Order:
    """So much of the story by number, in any order, some of it twice, in batches of any size."""
    told = draw(st.permutations(range(LENGTH)))[: draw(st.sampled_from(lengths))]
    told += draw(st.lists(st.sampled_from(told), max_size=10))
    cuts = sorted({0, len(told), *draw(st.lists(st.integers(0, len(told)), max_size=len(told)))})
    return [told[start:end] for start, end in pairwise(cuts)]


def a_telling(books: Books) -> Telling:
    """A telling with gifts of its own, which are stored."""
    telling = Telling(books, next(TELLINGS))
    telling.prepare()
    return telling


def in_order(books: Books, order: Order) -> Telling:
    """The same happenings as the story has them, each once, in one batch."""
    telling = a_telling(books)
    story = telling.story()
    telling.tell([[story[n] for n in sorted({n for batch in order for n in batch})]])
    return telling


def batches_of(telling: Telling, order: Order, told: Sequence[Happening]) -> list[list[Happening]]:
    """What is told, cut as the order cuts it."""
    ends = [sum(len(batch) for batch in order[: n + 1]) for n in range(len(order))]
    return [list(told[end - len(batch) : end]) for end, batch in zip(ends, order, strict=True)]


def test_the_story_is_as_long_as_the_orders_think(books: Books) -> None:
    """Else some of it would never be told."""
    assert len(a_telling(books).story()) == LENGTH


@often
@given(order=orders([LENGTH, LENGTH, 50, 30, 12]))
def test_any_order_gives_the_same_entries(books: Books, order: Order) -> None:
    """Keys, accounts, amounts, subjects, campaigns, gifts, instants and days; states, receipts and what waits.

    One thing is given: whoever reads a line has asked before what links its payment to a gift.
    """
    expected = in_order(books, order).books_say()
    telling = a_telling(books)
    story = telling.story()
    told = links_first([story[n] for batch in order for n in batch])
    telling.tell(batches_of(telling, order, told))
    assert telling.books_say() == expected


@often
@given(order=orders([LENGTH]))
def test_even_links_that_come_late_give_the_same_balances(books: Books, order: Order) -> None:
    """A line that was taken for somebody else's is put right: two more entries, and the same in every account.

    Once all is known: while only half of a link is, who reads the line first takes it for somebody else's.
    """
    reference = in_order(books, order)
    telling = a_telling(books)
    story = telling.story()
    telling.tell([[story[n] for n in batch] for batch in order])
    assert telling.balances() == reference.balances()
    for name in ("gifts", "receipts", "lines", "uncleared"):
        assert telling.books_say()[name] == reference.books_say()[name]


def test_the_whole_story_leaves_sound_books(books: Books) -> None:
    """Every check of the audit holds, but that Stripe moved money in a way that nobody knows."""
    telling = a_telling(books)
    telling.tell([[one] for one in reversed(telling.story())])
    assert telling.books_say()["uncleared"] == []
    with reading(books.engine) as conn:
        failed = {finding.name for finding in audit(conn) if finding.has_failed}
    assert failed == {"suspense"}

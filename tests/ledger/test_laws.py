"""Laws of the books, for any entries in any order, on both engines."""

from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from ledger.entry import Entry
from ledger.money import EUR, GBP, JPY, Money
from ledger.store import post, raised_by_campaign
from tests.examples import examples
from tests.ledger.samples import NOON, folded, folded_clearing, folded_raised, kept, kept_clearing, random_entries

# Each example posts into a transaction of its own that is taken back: the fixture may well be shared.
lawful = settings(max_examples=examples(10), deadline=None, suppress_health_check=list(HealthCheck))


@lawful
@given(entries=random_entries())
def test_totals_are_the_fold_over_the_entries(shared_books: Engine, entries: list[Entry]) -> None:
    """By account, currency, campaign and day: debits, credits, and how many of each."""
    with _for_now(shared_books) as conn:
        post(conn, entries, NOON)

        assert kept(conn) == folded(entries)


@lawful
@given(entries=random_entries())
def test_uncleared_is_what_does_not_cancel_out_by_subject(shared_books: Engine, entries: list[Entry]) -> None:
    """And what does is not listed, not even with a zero."""
    with _for_now(shared_books) as conn:
        for entry in entries:
            post(conn, [entry], NOON)

        assert kept_clearing(conn) == folded_clearing(entries)


@lawful
@given(entries=random_entries(), data=st.data())
def test_any_order_batching_and_repetition_gives_the_same_books(
    shared_books: Engine, entries: list[Entry], data: st.DataObject
) -> None:
    """As deliveries come: in batches cut anywhere, shuffled, some again and again."""
    shuffled = data.draw(
        st.permutations(entries + data.draw(st.lists(st.sampled_from(entries)) if entries else st.just([])))
    )
    with _for_now(shared_books) as conn:
        posted = [entry for batch in _cut(shuffled, data) for entry in post(conn, batch, NOON)]

        assert sorted(posted, key=lambda entry: entry.key) == sorted(entries, key=lambda entry: entry.key)
        assert kept(conn) == folded(entries)
        assert kept_clearing(conn) == folded_clearing(entries)


@lawful
@given(entries=random_entries())
def test_raised_is_what_the_entries_say(shared_books: Engine, entries: list[Entry]) -> None:
    """Worked out a second time, entry by entry."""
    with _for_now(shared_books) as conn:
        post(conn, entries, NOON)

        for of in (GBP, EUR, JPY):
            expected = {campaign: folded_raised(entries, campaign, of) for campaign in range(5)}
            assert raised_by_campaign(conn, range(5), of) == expected


@lawful
@given(entries=random_entries())
def test_debits_are_credits_in_every_currency(shared_books: Engine, entries: list[Entry]) -> None:
    """Double entry."""
    with _for_now(shared_books) as conn:
        post(conn, entries, NOON)

        for of in (GBP, EUR, JPY):
            rows = [row for key, row in kept(conn).items() if key[1] == of.code]
            assert Money(sum(row[0] for row in rows), of) == Money(sum(row[1] for row in rows), of)


@contextmanager
def _for_now(books: Engine) -> Iterator[Connection]:
    with books.connect() as connection:
        writer = connection.execution_options(farthing_begin="immediate")
        transaction = writer.begin()
        yield writer
        transaction.rollback()


def _cut(shuffled: list[Entry], data: st.DataObject) -> Iterator[list[Entry]]:
    while shuffled:
        size = data.draw(st.integers(1, len(shuffled)))
        yield shuffled[:size]
        shuffled = shuffled[size:]

"""Two who keep the books at once, each with a database connection of his own, lose nothing."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import sqlalchemy as sa
from sqlalchemy import Engine

from database.engine import open_database
from database.transactions import booking, reading
from ledger import tables
from ledger.accounts import Account
from ledger.entry import Entry
from ledger.kinds import EntryKind
from ledger.store import post
from tests.ledger.samples import NOON, entry, folded, kept, kept_clearing

GIFTS = [entry(f"gift:pi_{n}:1", subject=f"pi_{n}", campaign=n % 3) for n in range(60)]
SETTLED = [
    entry(
        f"settle:txn_{n}", kind=EntryKind.SETTLE, debit=Account.STRIPE, credit=Account.CLEARING, subject=f"pi_{n}",
        campaign=0,
    )
    for n in range(60)
]  # fmt: skip


def test_both_are_told_the_same_and_each_fact_is_booked_once(books: Engine, database_url: str) -> None:
    """Every entry is new to exactly one of them, and the numbers have no gap."""
    posted = _keep_books_at_once(database_url, [[*GIFTS, *SETTLED], [*SETTLED[::-1], *GIFTS[::-1]]])

    assert sorted(entry.key for entry in posted) == sorted(entry.key for entry in GIFTS + SETTLED)
    _assert_whole(books)


def test_one_is_told_of_gifts_and_the_other_of_their_settlement(books: Engine, database_url: str) -> None:
    """Both move the same subjects and the same totals; what has met is gone."""
    _keep_books_at_once(database_url, [GIFTS, SETTLED])

    _assert_whole(books)


def _assert_whole(books: Engine) -> None:
    with reading(books) as conn:
        numbers = conn.scalars(sa.select(tables.entry.c.id).order_by(tables.entry.c.id)).all()
        assert numbers == list(range(1, len(GIFTS + SETTLED) + 1))
        assert kept(conn) == folded(GIFTS + SETTLED)
        assert kept_clearing(conn) == {}


def _keep_books_at_once(url: str, batches: list[list[Entry]]) -> list[Entry]:
    """Each bookkeeper posts what he is told, four entries a transaction; returns what was new to either."""
    start = Barrier(len(batches))

    def keep_books(heard: list[Entry]) -> list[Entry]:
        engine, new = open_database(url, durable=False), list[Entry]()
        start.wait()
        for n in range(0, len(heard), 4):
            with booking(engine) as conn:
                new += post(conn, heard[n : n + 4], NOON)
        engine.dispose()
        return new

    with ThreadPoolExecutor(len(batches)) as pool:
        return [entry for new in pool.map(keep_books, batches) for entry in new]

"""Beancount and hledger, as Debian has them, read our journal and find our balances in it."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from campaigns.store import campaigns
from database.transactions import booking, reading
from ledger.entry import Entry
from ledger.journal_views import account_sums, journal_entries
from ledger.kinds import EntryKind
from ledger.money import EUR, GBP, JPY, Money
from ledger.store import open_accounts, post
from sandbox.webhooks.endpoint import VERSIONS
from tests.books.book_databases import BookDatabase
from tests.books.histories import live
from tests.books.product_books import ProductBooks
from tests.books.simulation import simulate
from tests.ledger.samples import BOOKINGS, NOON
from treasury.books.journals import JournalSpan, beancount_lines, hledger_lines

SEED, EVENTS = 7, 250
FIRST, AFTER = date(2024, 1, 1), date(2030, 1, 1)
SLUGS = {1: "libraries", 2: "buses", 3: "hall"}
LATER = date(2026, 12, 1)


@pytest.fixture(scope="module")
def books(sqlite_books: BookDatabase) -> Engine:
    """A simulated history at the twin, and besides it every kind of entry with every pair of its accounts."""
    sqlite_books.restore(sqlite_books.empty)
    with simulate(SEED, [VERSIONS[-1]]) as simulation:
        product = ProductBooks(sqlite_books.engine, simulation)
        live(simulation, SEED, EVENTS, [product])
        product.add_gifts()
        product.reconcile()
    with booking(sqlite_books.engine) as conn:
        open_accounts(conn)
        post(conn, _every_kind(), NOON)
    return sqlite_books.engine


def _every_kind() -> Iterator[Entry]:
    for n, (kind, debit, credit) in enumerate(BOOKINGS):
        of = (GBP, EUR, JPY)[n % 3]
        day = date(2026, 10 + n % 3, 1 + n % 28)
        yield Entry(kind.key("x", n), kind, debit, credit, Money(1001 + n, of), f"x;{n}", NOON, day, 'a "cause"', n % 4)


def span(engine: Engine, first: date = FIRST) -> tuple[JournalSpan, list[str], list[str]]:
    """What is exported from this day on, for both programs."""
    with reading(engine) as conn:
        slugs = SLUGS | {campaign.id: campaign.slug for campaign in campaigns(conn)}
        exported = JournalSpan(
            'Every "Branch" Open', first, AFTER, slugs, account_sums(conn, None, first), account_sums(conn, None, AFTER)
        )
        entries = list(journal_entries(conn, first, AFTER))
    assert {entry.kind for entry in entries} == set(EntryKind) or first != FIRST
    return exported, list(beancount_lines(exported, entries)), list(hledger_lines(exported, entries))


def bean_check(lines: list[str], path: Path) -> subprocess.CompletedProcess[str]:
    """What Beancount says to this journal."""
    path.write_text("\n".join(lines) + "\n")
    return subprocess.run(["/usr/bin/bean-check", str(path)], check=False, capture_output=True, text=True)


def hledger(lines: list[str], path: Path) -> subprocess.CompletedProcess[str]:
    """What hledger says to this journal."""
    path.write_text("\n".join(lines) + "\n")
    return subprocess.run(
        ["hledger", "-f", str(path), "check", "--strict"], check=False, capture_output=True, text=True
    )


@pytest.mark.parametrize("first", [FIRST, LATER], ids=["all", "from December"])
def test_both_programs_accept_the_journal_and_find_our_balances(books: Engine, tmp_path: Path, first: date) -> None:
    """A later span begins with what was there before. Their assertions are ours, to the penny."""
    exported, beancount, journal = span(books, first)
    assert bool(exported.before) == (first == LATER)
    for checked in (bean_check(beancount, tmp_path / "b.beancount"), hledger(journal, tmp_path / "h.journal")):
        assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_a_penny_too_much_is_found_by_both(books: Engine, tmp_path: Path) -> None:
    """So the test above can fail."""
    exported, _, _ = span(books)
    *others, last = exported.at_end
    wrong = replace(exported, at_end=[*others, replace(last, moved=last.moved + Money(1, last.moved.currency))])
    with reading(books) as conn:
        entries = list(journal_entries(conn, FIRST, AFTER))
    assert bean_check(list(beancount_lines(wrong, entries)), tmp_path / "b.beancount").returncode != 0
    assert hledger(list(hledger_lines(wrong, entries)), tmp_path / "h.journal").returncode != 0

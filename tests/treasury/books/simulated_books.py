"""Books with every kind of entry on random days, for the pages that look at periods."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, timedelta
from urllib.parse import parse_qsl, urlsplit

from sqlalchemy import Connection, Engine

from database.lists import ListWindow, list_rows, list_total
from database.transactions import booking
from ledger.entry import Entry
from ledger.money import EUR, GBP, JPY, Money
from ledger.store import post
from tests.ledger.samples import BOOKINGS, NOON, entry
from treasury.books.linked import LinkedAmount
from treasury.lists.entries_list import ENTRY_LIST

SEED, ENTRIES_POSTED = 28, 400
FIRST = date(2026, 9, 1)


def simulated(chance: random.Random, campaigns: int) -> Iterator[Entry]:
    """Entries of every kind and pair of accounts on four months' days, in three currencies, mostly in pounds."""
    for n in range(ENTRIES_POSTED):
        kind, debit, credit = BOOKINGS[n] if n < len(BOOKINGS) else chance.choice(BOOKINGS)
        of = chance.choice([GBP, GBP, GBP, EUR, JPY])
        day, campaign = FIRST + timedelta(days=chance.randint(0, 100)), chance.randint(0, campaigns)
        yield entry(
            f"any:{n}", kind=kind, debit=debit, credit=credit, amount=Money(chance.randint(1, 9999), of),
            campaign=campaign, book_date=day, subject=f"s{n % 50}",
        )  # fmt: skip


def post_simulated(engine: Engine, campaigns: int = 2) -> list[Entry]:
    """Post them into opened books with so many campaigns."""
    entries = list(simulated(random.Random(SEED), campaigns))
    with booking(engine) as conn:
        post(conn, entries, NOON)
    return entries


def require_sums(conn: Connection, figures: Sequence[LinkedAmount]) -> None:
    """Each figure is what the rows of its list add up to, and what the list says they do."""
    for figure in figures:
        assert urlsplit(figure.address).path == ENTRY_LIST.path
        choice = ENTRY_LIST.form.read(dict(parse_qsl(urlsplit(figure.address).query))).choice(UTC)
        rows = list_rows(conn, ENTRY_LIST.question, choice, ListWindow("day", descending=True, limit=10_000))
        total, code = list_total(conn, ENTRY_LIST.question, choice), figure.amount.currency.code
        assert {row.amount.currency.code for row in rows} <= {code}, figure
        assert (sum(row.amount.minor for row in rows), len(rows)) == (figure.amount.minor, total.rows), figure
        assert total.minor.get(code, 0) == figure.amount.minor, figure

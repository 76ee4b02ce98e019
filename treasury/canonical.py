"""The books as text, in an order and a form that depend on facts alone.

Two installations that know the same facts print the same lines and so the same digest: whatever the order in
which they heard, however often, and on either database. Sorted here and not by a database, because each
sorts text by rules of its own.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import Connection

from database.columns import canonical_json, instant_text
from ledger.accounts import RAISED, Account
from ledger.store import totals
from treasury.store_canonical import QUESTIONS, rows


def canonical(conn: Connection) -> Iterator[str]:
    """The lines of the export; the last is the SHA-256 of all before it (each ended by a line feed)."""
    digest = sha256()
    for line in _lines(conn):
        digest.update(f"{line}\n".encode())
        yield line
    yield f"sha256 {digest.hexdigest()}"


def _lines(conn: Connection) -> Iterator[str]:
    for heading, question in QUESTIONS:
        yield f"# {heading}"
        yield from sorted(canonical_json([_plain(value) for value in row]) for row in rows(conn, question))
    yield "# raised: campaign, currency, minor, gifts"
    yield from _raised(conn)


def _raised(conn: Connection) -> Iterator[str]:
    """What each campaign raised, as its own page says it."""
    sums: defaultdict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    for one in totals(conn, RAISED):
        sides = sums[one.campaign, one.debit.currency.code]
        sides[0] += one.credit.minor - one.debit.minor
        sides[1] += (one.credits - one.debits) if one.account is Account.GIFTS else 0
    for (campaign, code), (minor, gifts) in sorted(sums.items()):
        yield canonical_json([campaign, code, minor, gifts])


def _plain(value: object) -> object:
    """A value as JSON can say it: instants in UTC, days as they are written."""
    if isinstance(value, datetime):
        return instant_text(value)
    return value.isoformat() if isinstance(value, date) else value

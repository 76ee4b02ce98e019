"""The canonical export: the books as text, in an order and a form that depend on facts alone.

Two installations that know the same facts print the same lines and the same digest, whatever the order and
number of their deliveries, on either database. Rows are sorted here and not by the database, because each
database sorts text by rules of its own.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import Connection

from database.columns import canonical_json, instant_text
from ledger.accounts import RAISED, Account
from ledger.store import totals
from proof.store_canonical import SECTIONS, rows


def canonical(conn: Connection) -> Iterator[str]:
    """The lines of the export; the last is the SHA-256 of all before it (each ended by a line feed)."""
    digest = sha256()
    for line in _lines(conn):
        digest.update(f"{line}\n".encode())
        yield line
    yield f"sha256 {digest.hexdigest()}"


def _lines(conn: Connection) -> Iterator[str]:
    for heading, query in SECTIONS:
        yield f"# {heading}"
        yield from sorted(canonical_json([_plain(value) for value in row]) for row in rows(conn, query))
    yield "# raised: campaign, currency, minor, gifts"
    yield from _raised(conn)


def _raised(conn: Connection) -> Iterator[str]:
    """What each campaign raised, as the campaign's page shows it."""
    sums: defaultdict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    for total in totals(conn, RAISED):
        sides = sums[total.campaign, total.debit.currency.code]
        sides[0] += total.credit.minor - total.debit.minor
        sides[1] += (total.credits - total.debits) if total.account is Account.GIFTS else 0
    for (campaign, code), (minor, gifts) in sorted(sums.items()):
        yield canonical_json([campaign, code, minor, gifts])


def _plain(value: object) -> object:
    """A value that JSON can hold: instants in UTC, days in ISO form."""
    if isinstance(value, datetime):
        return instant_text(value)
    return value.isoformat() if isinstance(value, date) else value

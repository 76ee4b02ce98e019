"""Receipts in the database: numbers without gaps, snapshots, links and PDFs."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from database.bulk import insert_rows
from database.questions import fetch
from receipts import tables
from receipts.check_code import verify_address
from receipts.receipt import Draft, Receipt, printed_number
from receipts.tables import YEAR_SPAN

TOKEN_BYTES = 16
LINK_LIFETIME = timedelta(days=90)
"""How long a link to a receipt works. The thank-you page makes a new link at any time."""


class NoReceipt(LookupError):
    """There is no receipt of this gift or number."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A stored receipt: its id, the gift that it confirms, and the frozen receipt."""

    id: int
    gift_id: str
    issued_at: datetime
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class NumberGap:
    """A year whose receipts and recorded gaps are not exactly the numbers from 1 to the last one taken.

    `highest` is the highest number of either; `left_out` how many numbers the recorded gaps have; `inside` how many
    receipts have a number that was left out.
    """

    year: int
    last_number: int
    highest: int
    receipts: int
    left_out: int
    inside: int


def issue_receipts(conn: Connection, drafts: Sequence[Draft], *, issued_on: date, now: datetime) -> list[str]:
    """Freeze receipts under the year's next numbers, in the order given; returns the numbers as they are printed.

    For the caller's `booking` transaction: one writer at a time takes numbers, and a rollback gives them
    back, so a year's numbers have no gap. A gift that has its receipt already is refused by the database, unless the
    draft names the receipt that it replaces: then it is the next edition.
    """
    if not drafts:
        return []
    year = issued_on.year
    numbers = _take_numbers(conn, year, len(drafts))
    printed = [printed_number(year, number) for number in numbers]
    editions = _next_editions(conn, [draft.gift_id for draft in drafts if draft.replaces])
    insert_rows(
        conn,
        tables.receipt,
        [
            {
                "id": year * YEAR_SPAN + number, "year": year, "number": number, "gift_id": draft.gift_id,
                "edition": editions.get(draft.gift_id, 1), "issued_on": issued_on, "issued_at": now,
                "template": draft.template, "snapshot": _with_address(draft, name).snapshot(name, issued_on),
            }
            for number, name, draft in zip(numbers, printed, drafts, strict=True)
        ],
    )  # fmt: skip
    return printed


def _with_address(draft: Draft, number: str) -> Draft:
    """The draft with the address that says whether it is genuine, where it has one."""
    return replace(draft, verify_url=verify_address(draft.verify_url, number)) if draft.verify_url else draft


def _next_editions(conn: Connection, gift_ids: Sequence[str]) -> dict[str, int]:
    """The editions of receipts that replace one. All others are the first of their gift."""
    if not gift_ids:
        return {}
    t = tables.receipt.c
    last = sa.select(t.gift_id, sa.func.max(t.edition) + 1).where(t.gift_id.in_(gift_ids)).group_by(t.gift_id)
    return {row[0]: row[1] for row in conn.execute(last)}


_TAKE = (
    sa.update(tables.receipt_series)
    .where(tables.receipt_series.c.year == sa.bindparam("of_year"))
    .values(last_number=tables.receipt_series.c.last_number + sa.bindparam("count"))
    .returning(tables.receipt_series.c.last_number)
)


def _take_numbers(conn: Connection, year: int, count: int) -> range:
    """Move the year's series on by so many numbers; a year that has none yet begins here."""
    moved = fetch(conn, _TAKE, of_year=year, count=count)
    if not moved:
        conn.execute(sa.insert(tables.receipt_series).values(year=year, last_number=count))
    last: int = moved[0][0] if moved else count
    return range(last - count + 1, last + 1)


def last_numbers(conn: Connection) -> dict[int, int]:
    """The last number taken in each year."""
    series = tables.receipt_series.c
    return {row[0]: row[1] for row in conn.execute(sa.select(series.year, series.last_number))}


def gaps(conn: Connection) -> list[NumberGap]:
    """The years in which numbers are missing, for the audit."""
    t, g = tables.receipt.c, tables.receipt_gap.c
    issued = _by_year(conn, sa.select(t.year, sa.func.max(t.number), sa.func.count()).group_by(t.year))
    width = sa.func.sum(g.last_number - g.first_number + 1)
    left_out = _by_year(conn, sa.select(g.year, sa.func.max(g.last_number), width).group_by(g.year))
    in_a_gap = sa.and_(t.year == g.year, t.number.between(g.first_number, g.last_number))
    inside = sa.select(g.year, sa.func.max(t.number), sa.func.count()).join(tables.receipt, in_a_gap).group_by(g.year)
    inside_of = _by_year(conn, inside)
    years = []
    for year, last in sorted(last_numbers(conn).items()):
        (highest, receipts), (gap_end, numbers) = issued.get(year, (0, 0)), left_out.get(year, (0, 0))
        _, wrong = inside_of.get(year, (0, 0))
        years.append(NumberGap(year, last, max(highest, gap_end), receipts, numbers, wrong))
    return [year for year in years if not _has_all_numbers(year)]


def _by_year(conn: Connection, query: sa.Select[Any]) -> dict[int, tuple[int, int]]:
    return {year: (int(highest), int(count)) for year, highest, count in conn.execute(query)}


def _has_all_numbers(year: NumberGap) -> bool:
    # Numbers are unique and positive, so as many of them as the highest means that none is missing.
    return not year.inside and year.last_number == year.highest == year.receipts + year.left_out


def leave_out(conn: Connection, year: int, up_to: int, *, backup_made_at: datetime, now: datetime) -> range:
    """Leave out the numbers after the year's last one, as far as `up_to`; returns them, none if they are taken.

    For a database that was restored: these numbers may have been given out after its backup was made. Nobody else may
    be taking numbers.
    """
    first = last_numbers(conn).get(year, 0) + 1
    if up_to < first:
        return range(0)
    gap = {"year": year, "first_number": first, "last_number": up_to}
    conn.execute(sa.insert(tables.receipt_gap).values(**gap, backup_made_at=backup_made_at, recorded_at=now))
    _take_numbers(conn, year, up_to - first + 1)
    return range(first, up_to + 1)


def earliest_backup_restored(conn: Connection) -> datetime | None:
    """When the oldest backup was made that was restored into this database after receipts had been issued."""
    made_at: datetime | None = conn.scalar(sa.select(sa.func.min(tables.receipt_gap.c.backup_made_at)))
    return made_at


def left_out_numbers(conn: Connection) -> dict[int, int]:
    """How many numbers of each year a restore has left out."""
    g = tables.receipt_gap.c
    width = sa.func.sum(g.last_number - g.first_number + 1)
    return {row[0]: int(row[1]) for row in conn.execute(sa.select(g.year, width).group_by(g.year).order_by(g.year))}


def receipt_of_gift(conn: Connection, gift_id: str) -> Issued | None:
    """The latest receipt of a gift."""
    t = tables.receipt
    latest = sa.select(t).where(t.c.gift_id == gift_id).order_by(t.c.edition.desc()).limit(1)
    return _issued(conn.execute(latest).first())


def gifts_with_receipts(conn: Connection, gift_ids: Sequence[str]) -> list[str]:
    """Those of these gifts that have a receipt."""
    own = sa.select(tables.receipt.c.gift_id).where(tables.receipt.c.gift_id.in_(gift_ids)).distinct()
    return sorted(conn.scalars(own).all())


def gifts_of_receipts(conn: Connection, numbers: Sequence[str]) -> dict[str, str]:
    """The gift that each of these receipts confirms, by its printed number."""
    t, ids = tables.receipt.c, {receipt_id_of(number): number for number in numbers}
    rows = conn.execute(sa.select(t.id, t.gift_id).where(t.id.in_(ids)))
    return {ids[receipt_id]: gift_id for receipt_id, gift_id in rows}


def receipt_by_number(conn: Connection, number: str) -> Issued | None:
    """The receipt of a printed number."""
    t = tables.receipt
    return _issued(conn.execute(sa.select(t).where(t.c.id == receipt_id_of(number))).first())


def receipt_id_of(number: str) -> int:
    """The id of a receipt, which its printed number says."""
    year, _, within = number.partition("-")
    return int(year) * YEAR_SPAN + int(within)


def mint_token(conn: Connection, gift_id: str, now: datetime) -> str:
    """Make a secret token (128 random bits) that opens the gift's receipt. Only its digest is stored.

    Raises NoReceipt while the gift has none.
    """
    issued = receipt_of_gift(conn, gift_id)
    if issued is None:
        raise NoReceipt(gift_id)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    conn.execute(sa.insert(tables.receipt_token).values(token_hash=_digest(token), receipt_id=issued.id, made_at=now))
    return token


def receipt_by_token(conn: Connection, token: str, now: datetime) -> Issued | None:
    """The receipt that a link opens; None for a wrong or an expired link, with the same queries."""
    fresh = _opened_by(token).where(tables.receipt_token.c.made_at > now - LINK_LIFETIME)
    return _issued(conn.execute(fresh).first())


def receipt_of_old_token(conn: Connection, token: str) -> Issued | None:
    """The receipt that a link opens or once opened. Only to send its donor a new link: the letter goes to them."""
    return _issued(conn.execute(_opened_by(token)).first())


def _opened_by(token: str) -> sa.Select[Any]:
    t, link = tables.receipt, tables.receipt_token
    return sa.select(t).join(link, link.c.receipt_id == t.c.id).where(link.c.token_hash == _digest(token))


def save_pdf(conn: Connection, receipt_id: int, pdf: bytes, now: datetime) -> None:
    """Keep the PDF that every download returns from now on."""
    digest = hashlib.sha256(pdf).hexdigest()
    conn.execute(sa.insert(tables.receipt_pdf).values(receipt_id=receipt_id, pdf=pdf, sha256=digest, made_at=now))


def pdf_of(conn: Connection, receipt_id: int) -> bytes | None:
    """The kept PDF; None until it is made."""
    t = tables.receipt_pdf
    return conn.scalar(sa.select(t.c.pdf).where(t.c.receipt_id == receipt_id))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _issued(row: Row[Any] | None) -> Issued | None:
    if row is None:
        return None
    return Issued(row.id, row.gift_id, row.issued_at, Receipt.from_json(row.snapshot))

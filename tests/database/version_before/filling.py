"""Make a database at the version before, 0004, and fill it. Knows nothing of the product's stores: SQL and rows only.

Tables are written in the order of their foreign keys, by COPY on PostgreSQL and by `executemany` on SQLite.
"""

import random
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine

from database.engine import open_database
from tests.database.killing import upgrade
from tests.database.version_before import gifts, receipts, series
from tests.database.version_before.books import HOUR, NOON, Amount, Books, Line
from tests.examples import examples

BEFORE = "0004"
GIFTS = examples(1_000)
DONORS_IN_TEN = 3  # about so many donors for ten gifts
TREASURERS = 20
ORDER = (
    "installation", "currency", "account", "campaign", "gift", "allocation", "checkout", "delivery", "delivery_body",
    "charge", "discrepancy", "settled_discrepancy", "payment_failure", "refund", "dispute", "dispute_move", "payout",
    "waiting_fact", "invoice", "invoice_payment", "balance_line", "recurring", "recurring_share", "recurring_act",
    "entry", "total", "uncleared", "receipt_series", "receipt", "receipt_token", "receipt_pdf", "job", "walk",
    "balance_check", "contact", "treasurer", "sign_in_link", "session",
)  # fmt: skip
Rows = Mapping[str, list[dict[str, Any]]]


def make_version_before(url: str, count: int = GIFTS) -> None:
    """Make the database at this address, with so many gifts."""
    upgrade(url, BEFORE)
    engine = open_database(url, durable=False)
    _write(engine, history(count))
    engine.dispose()


def history(count: int) -> Rows:
    """All rows of all tables."""
    books, draw = Books(), random.Random(7)
    _house(books)
    persons, once = count * DONORS_IN_TEN // 10, count * 7 // 10
    gifts.give_once(books, once, persons, draw)
    series.give_repeatedly(books, once, count - once, persons, draw)
    _strangers(books)
    books.close()
    receipts.issue_receipts(books, [gift for gift in books.rows["gift"] if gift["state"] == "received"])
    return books.rows


def _house(books: Books) -> None:
    """What does not depend on gifts."""
    books.add("installation", id=1, mode="test")
    for currency, campaigns in gifts.CAMPAIGNS.items():
        for campaign in campaigns:
            books.add(
                "campaign", id=campaign, slug=f"campaign-{campaign}", title=f"Campaign {campaign}", story="A story.",
                currency=currency, target_minor=None, opens_at=None, closes_at=None, image=None,
                parent_id=None,  # nothing in that version made groups
            )  # fmt: skip
    for n in range(TREASURERS):
        books.add("treasurer", id=f"t{n:02}", email=f"t{n}@example.org", name=f"Treasurer {n}", created_at=NOON)
        for used in (None, NOON):
            books.add(
                "sign_in_link", token_hash=bytes([n, used is None] * 16), treasurer_id=f"t{n:02}",
                expires_at=NOON + HOUR, used_at=used,
            )  # fmt: skip
        books.add(
            "session", token_hash=bytes([n] * 32), treasurer_id=f"t{n:02}", started_at=NOON - HOUR, seen_at=NOON,
            expires_at=NOON + 12 * HOUR,
        )  # fmt: skip
    for n in range(100):
        books.add(
            "job", key=f"receipts.print:{n}", kind="receipts.print", payload=f'{{"numbers":["2026-{n + 1:06}"]}}',
            urgent=n % 2, queued_at=NOON, due_at=NOON, attempts=n % 3, error="OSError" if n % 3 else None,
        )  # fmt: skip
    for name in ("events", "charges", "invoice_payments", "balance"):
        books.add("walk", name=name, reached=NOON - HOUR, aim=NOON, cursor="evt_1", walked_at=NOON)
    books.add("contact", id=1, answered_at=NOON, failing_since=None, error=None)


def _strangers(books: Books) -> None:
    """What Stripe's account did besides our gifts, and what was in its balance before our books."""
    for currency in ("GBP", "EUR"):
        opening = Amount(123_45, currency)
        books.book(f"opening:{currency}", ("stripe", "opening"), opening, "opening", gifts.START, "reconcile:first")
    kinds = {"stripe_fee": ("fees", -700), "top_up": ("bank", 5000), "adjustment": ("adjustments", -300)}
    for n in range(50):
        at = gifts.START + n * 7 * gifts.DAY
        for category, (account, minor) in kinds.items():
            line = Line(f"txn_{category}_{n}", category, category, Amount(minor, "GBP"), f"txn_{category}_{n}", at)
            books.lines.append(line)
            books.book(f"{category}:{line.id}", ("stripe", account), line.amount, line.id, at, "reconcile:own")
        payment = f"pi_stranger_{n}"
        books.settle(
            Line(f"txn_stranger_{n}", "payment", "charge", Amount(900, "GBP"), payment, at, payment, 34, False)
        )
        books.add(
            "charge", id=f"ch_stranger_{n}", payment=payment, payment_intent=None, gift_hint=None, currency="GBP",
            amount_minor=900, method="Visa ending 1881", succeeded_at=at, gift_id=None,
        )  # fmt: skip
        books.add(
            "refund", id=f"re_stranger_{n}", payment=f"{payment}_2", currency="GBP", amount_minor=100, agreed_at=at,
            undone_at=None,
        )  # fmt: skip
        books.add("waiting_fact", payment=f"{payment}_2", fact=f"re_stranger_{n}", kind="refund", since=at)
        waiting = Line(f"txn_waiting_{n}", "payment", "charge", Amount(900, "GBP"), f"{payment}_3", NOON - HOUR)
        books.settle(Line(**{**vars(waiting), "payment": waiting.subject, "ours": None}))


def _write(engine: Engine, rows: Rows) -> None:
    """Every table's rows, in one transaction."""
    if set(rows) != set(ORDER):
        raise ValueError(f"no rows for {set(ORDER) - set(rows)}, or an unknown table {set(rows) - set(ORDER)}")
    raw = engine.raw_connection()
    connection: Any = raw.driver_connection
    write = _copy if engine.dialect.name == "postgresql" else _insert
    if engine.dialect.name == "sqlite":
        connection.execute("BEGIN")
    for table in ORDER:
        columns = list(rows[table][0])
        write(connection, table, columns, [tuple(row[name] for name in columns) for row in rows[table]])
    connection.commit()
    raw.close()


def _insert(connection: Any, table: str, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    marks = ", ".join("?" * len(columns))
    listed = [tuple(map(_text, row)) for row in rows]
    connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", listed)  # noqa: S608 - our names


def _text(value: Any) -> Any:
    """Instants and days as SQLite has them."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value


def _copy(connection: Any, table: str, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)

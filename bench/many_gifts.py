"""A database with many received gifts, their entries, totals and receipts, written straight into the tables."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Engine

from campaigns.campaign import Campaign
from campaigns.demo import DEMO_ORGANISATION
from campaigns.store import add_campaign
from database.bulk import insert_rows
from database.engine import open_database
from database.migrating import migrate, require_mode
from database.transactions import booking
from donors.tables import donor
from ledger import tables as ledger_tables
from ledger.money import GBP, Money
from ledger.store import open_accounts
from payments.gifts import tables as gift_tables
from receipts import tables as receipt_tables
from receipts.receipt import Draft, ReceiptLine, printed_number

CAMPAIGNS, GIFTS_A_DAY, AT_ONCE, FEE = 10, 500, 5000, 37
METHOD = "Visa ending 4242"
FIRST = datetime(2020, 1, 1, 9, tzinfo=UTC)


def plant_gifts(url: str, count: int) -> Engine:
    """Migrate the database at this address, and write so many gifts of three entries each; returns it opened."""
    migrate(url)
    engine = open_database(url, durable=False)
    require_mode(engine, "test")
    with booking(engine) as conn:
        open_accounts(conn)
        for n in range(CAMPAIGNS):
            add_campaign(conn, Campaign(0, f"appeal-{n}", f"Appeal {n}", "For the bench.", GBP, Money(10**8, GBP)))
    totals: defaultdict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for start in range(0, count, AT_ONCE):
        _plant(engine, range(start, min(start + AT_ONCE, count)), count, totals)
    names = ("account", "currency", "campaign_id", "book_date", "debit_minor", "credit_minor", "debits", "credits")
    rows = [dict(zip(names, (*key, *sides), strict=True)) for key, sides in totals.items()]
    with booking(engine) as conn:
        for start in range(0, len(rows), AT_ONCE):
            insert_rows(conn, ledger_tables.total, rows[start : start + AT_ONCE])
    return engine


def gift_id(n: int) -> str:
    """The id of the gift of this number: they are spread, as real ones are."""
    return str(UUID(int=(n * 0x9E3779B97F4A7C15F39CC0605CEDC834 + 1) % 2**128))


def _plant(engine: Engine, numbers: range, count: int, totals: defaultdict[tuple[Any, ...], list[int]]) -> None:
    donors = max(1, count // 3)
    gifts = [_gift(n, donors) for n in numbers]
    entries = [entry for n, gift in zip(numbers, gifts, strict=True) for entry in _entries(n, gift)]
    for entry in entries:
        for side, account in enumerate((entry["debit"], entry["credit"])):
            sides = totals[account, "GBP", entry["campaign_id"], entry["book_date"]]
            sides[side] += entry["amount_minor"]
            sides[side + 2] += 1
    shares = [
        {"gift_id": gift["id"], "n": 0, "campaign_id": n % CAMPAIGNS + 1, "amount_minor": gift["amount_minor"]}
        for n, gift in zip(numbers, gifts, strict=True)
    ]
    with booking(engine) as conn:
        insert_rows(conn, donor, [_donor(n) for n in numbers if n < donors])
        insert_rows(conn, gift_tables.gift, gifts)
        insert_rows(conn, gift_tables.allocation, shares)
        insert_rows(conn, ledger_tables.entry, entries)
        insert_rows(conn, receipt_tables.receipt, [_receipt(n, g) for n, g in zip(numbers, gifts, strict=True)])


def _donor(n: int) -> dict[str, Any]:
    email = f"donor{n}@example.org"
    return {
        "id": gift_id(n), "email": email, "email_key": email, "name": f"Donor Number {n}", "language": "en",
        "created_at": _at(n),
    }  # fmt: skip


def _at(n: int) -> datetime:
    return FIRST + timedelta(days=n // GIFTS_A_DAY, minutes=n % GIFTS_A_DAY)


def _gift(n: int, donors: int) -> dict[str, Any]:
    at, of = _at(n), n % donors
    return {
        "id": gift_id(n), "state": "received", "currency": "GBP", "amount_minor": 500 + n * 37 % 97 * 100,
        "donor_id": gift_id(of), "donor_name": f"Donor Number {of}", "donor_email": f"donor{of}@example.org",
        "message": "", "created_at": at, "received_at": at, "received_on": at.date(), "attempts": 1,
        "attempted_at": at, "return_token": f"bench-{n}", "payment": f"pi_{n:024d}",
    }  # fmt: skip


def _entries(n: int, gift: dict[str, Any]) -> Iterator[dict[str, Any]]:
    payment, line = gift["payment"], f"txn_{n:024d}"
    for place, (kind, debit, credit, minor, campaign, given, key) in enumerate(
        (
            ("gift", "clearing", "gifts", gift["amount_minor"], n % CAMPAIGNS + 1, gift["id"], f"gift:ch_{n:024d}:0"),
            ("settle", "stripe", "clearing", gift["amount_minor"], 0, None, f"settle:{line}"),
            ("fee", "fees", "stripe", FEE, n % CAMPAIGNS + 1, gift["id"], f"fee:{line}:0"),
        )
    ):
        yield {
            "id": n * 3 + place + 1, "key": key, "kind": kind, "debit": debit, "credit": credit, "currency": "GBP",
            "amount_minor": minor, "subject": payment, "campaign_id": campaign, "gift_id": given,
            "occurred_at": gift["received_at"], "book_date": gift["received_on"], "posted_at": gift["received_at"],
            "cause": "bench", "reverses": None,
        }  # fmt: skip


def _receipt(n: int, gift: dict[str, Any]) -> dict[str, Any]:
    day = gift["received_on"]
    number = n + 1
    lines = (ReceiptLine(f"Appeal {n % CAMPAIGNS}", Money(gift["amount_minor"], GBP)),)
    draft = Draft(
        gift["id"], day, gift["donor_name"], lines, "Visa ending 4242", gift["payment"], DEMO_ORGANISATION, "test"
    )
    return {
        "id": day.year * receipt_tables.YEAR_SPAN + number, "year": day.year, "number": number, "gift_id": gift["id"],
        "edition": 1, "issued_on": day, "issued_at": gift["received_at"], "template": draft.template,
        "snapshot": draft.snapshot(printed_number(day.year, number), day),
    }  # fmt: skip

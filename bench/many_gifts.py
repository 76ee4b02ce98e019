"""A database with many received gifts, their entries, totals and receipts, written straight into the tables.

So many came every day up to `LAST_DAY`: more gifts are a longer past, and the last two months are as full.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection, Engine

from bench.many_facts import FEE, fact_entries, payout_id, plant_facts, plant_payouts
from campaigns.campaign import Campaign
from campaigns.demo import DEMO_ORGANISATION
from campaigns.store import add_campaign
from database.bulk import insert_rows
from database.engine import open_database
from database.migrating import migrate, require_mode
from database.transactions import booking
from donors.tables import donor
from donors.word_store import add_words
from ledger import tables as ledger_tables
from ledger.giving_total_store import add_giving
from ledger.money import GBP, Money
from ledger.store import open_accounts
from payments.gifts import tables as gift_tables
from receipts import tables as receipt_tables
from receipts.receipt import Draft, ReceiptLine, printed_number

CAMPAIGNS, GIFTS_A_DAY, AT_ONCE = 10, 500, 5000
METHOD = "Visa ending 4242"
LAST_DAY = date(2026, 11, 20)


def plant_gifts(url: str, count: int) -> Engine:
    """Migrate the database at this address, and write so many gifts with all that follows; returns it opened."""
    migrate(url)
    engine = open_database(url, durable=False)
    require_mode(engine, "test")
    with booking(engine) as conn:
        open_accounts(conn)
        for n in range(CAMPAIGNS):
            add_campaign(conn, Campaign(0, f"appeal-{n}", f"Appeal {n}", "For the bench.", GBP, Money(10**8, GBP)))
    sums = _Sums()
    for start in range(0, count, AT_ONCE):
        _plant(engine, range(start, min(start + AT_ONCE, count)), count, sums)
    with booking(engine) as conn:
        plant_payouts(conn, sums.days)
        entries = [entry for day, minor in sums.days.items() for entry in _payout_entries(day, minor)]
        _insert_entries(conn, entries, sums)
        for table, rows in ((ledger_tables.total, sums.total_rows()), (ledger_tables.month_total, sums.month_rows())):
            for start in range(0, len(rows), AT_ONCE):
                insert_rows(conn, table, rows[start : start + AT_ONCE])
        add_giving(conn, sums.giving_rows())
    return engine


@dataclass
class _Sums:
    """What the kept totals hold in the end, what each day's gifts left after fees, and how many entries there are."""

    totals: defaultdict[tuple[Any, ...], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0, 0]))
    months: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    days: defaultdict[date, int] = field(default_factory=lambda: defaultdict(int))
    entries: int = 0

    def add_entry(self, entry: Mapping[str, Any]) -> None:
        for side, account in enumerate((entry["debit"], entry["credit"])):
            sides = self.totals[account, "GBP", entry["campaign_id"], entry["book_date"]]
            sides[side] += entry["amount_minor"]
            sides[side + 2] += 1

    def add_gift(self, gift: Mapping[str, Any]) -> None:
        month = self.months[f"{gift['received_on']:%Y-%m}"]
        month[0] += 1
        month[1] += gift["amount_minor"]
        self.days[gift["received_on"]] += gift["amount_minor"] - FEE

    def total_rows(self) -> list[dict[str, Any]]:
        names = ("account", "currency", "campaign_id", "book_date", "debit_minor", "credit_minor", "debits", "credits")
        return [dict(zip(names, (*key, *sides), strict=True)) for key, sides in self.totals.items()]

    def month_rows(self) -> list[dict[str, Any]]:
        months: defaultdict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        for (*rest, day), sides in self.totals.items():
            of = months[*rest, f"{day:%Y-%m}"]
            of[:] = map(sum, zip(of, sides, strict=True))
        names = ("account", "currency", "campaign_id", "month", "debit_minor", "credit_minor", "debits", "credits")
        return [dict(zip(names, (*key, *sides), strict=True)) for key, sides in months.items()]

    def giving_rows(self) -> list[dict[str, Any]]:
        return [
            {"month": month, "kind": "once", "currency": "GBP", "source": "", "gifts": gifts, "amount_minor": minor}
            for month, (gifts, minor) in self.months.items()
        ]


def gift_id(n: int) -> str:
    """The id of the gift of this number: they are spread, as real ones are."""
    return str(UUID(int=(n * 0x9E3779B97F4A7C15F39CC0605CEDC834 + 1) % 2**128))


def _plant(engine: Engine, numbers: range, count: int, sums: _Sums) -> None:
    numbered = [(n, _gift(n, count)) for n in numbers]
    gifts = [gift for _, gift in numbered]
    for gift in gifts:
        sums.add_gift(gift)
    shares = [
        {"gift_id": gift["id"], "n": 0, "campaign_id": n % CAMPAIGNS + 1, "amount_minor": gift["amount_minor"]}
        for n, gift in numbered
    ]
    with booking(engine) as conn:
        people = [_donor(n, gift["created_at"]) for n, gift in numbered if n < _donors(count)]
        insert_rows(conn, donor, people)
        add_words(conn, [(person["id"], f"{person['name']} {person['email']}") for person in people])
        insert_rows(conn, gift_tables.gift, gifts)
        insert_rows(conn, gift_tables.allocation, shares)
        _insert_entries(conn, [entry for n, gift in numbered for entry in _entries(n, gift)], sums)
        plant_facts(conn, numbers.start, gifts, CAMPAIGNS)
        insert_rows(conn, receipt_tables.receipt, [_receipt(n, gift) for n, gift in numbered])


def _donors(count: int) -> int:
    return max(1, count // 3)


def _insert_entries(conn: Connection, entries: list[dict[str, Any]], sums: _Sums) -> None:
    for entry in entries:
        sums.entries += 1
        sums.add_entry(entry)
        entry["id"] = sums.entries
    insert_rows(conn, ledger_tables.entry, entries)


def _donor(n: int, at: datetime) -> dict[str, Any]:
    email = f"donor{n}@example.org"
    return {
        "id": gift_id(n), "email": email, "email_key": email, "name": f"Donor Number {n}", "language": "en",
        "created_at": at,
    }  # fmt: skip


def _at(n: int, count: int) -> datetime:
    day, place = divmod(count - 1 - n, GIFTS_A_DAY)
    return datetime.combine(LAST_DAY - timedelta(days=day), time(18), UTC) - timedelta(minutes=place)


def _gift(n: int, count: int) -> dict[str, Any]:
    at, of = _at(n, count), n % _donors(count)
    return {
        "id": gift_id(n), "state": "received", "currency": "GBP", "amount_minor": 500 + n * 37 % 97 * 100,
        "donor_id": gift_id(of), "donor_name": f"Donor Number {of}", "donor_email": f"donor{of}@example.org",
        "message": "", "created_at": at, "received_at": at, "received_on": at.date(), "attempts": 1,
        "attempted_at": at, "return_token": f"bench-{n}", "payment": f"pi_{n:024d}",
    }  # fmt: skip


def _entries(n: int, gift: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for kind, debit, credit, minor, campaign, given, key in fact_entries(n, gift, n % CAMPAIGNS + 1):
        named = {"key": key, "kind": kind, "subject": gift["payment"], "campaign_id": campaign, "gift_id": given}
        yield _entry(named, (debit, credit, minor), gift["received_at"])


def _payout_entries(day: date, minor: int) -> Iterator[dict[str, Any]]:
    at, payout = datetime.combine(day + timedelta(days=2), time(), UTC), payout_id(day)
    for kind, debit, credit in (("payout", "in_transit", "stripe"), ("paid", "bank", "in_transit")):
        named = {"key": f"{kind}:{payout}", "kind": kind, "subject": payout, "campaign_id": 0, "gift_id": None}
        yield _entry(named, (debit, credit, minor), at)


def _entry(named: dict[str, Any], moved: tuple[str, str, int], at: datetime) -> dict[str, Any]:
    debit, credit, minor = moved
    return named | {
        "debit": debit, "credit": credit, "currency": "GBP", "amount_minor": minor, "occurred_at": at,
        "book_date": at.date(), "posted_at": at, "cause": "bench", "reverses": None,
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

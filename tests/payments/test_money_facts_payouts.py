"""Payouts: to the bank, and back."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest

from campaigns.demo import DEMO_ORGANISATION
from database.transactions import reading
from ledger.accounts import Account
from ledger.entry import ConflictingEntry, start_of_day
from ledger.kinds import EntryKind
from ledger.money import GBP, Money
from ledger.store import balance
from payments.books.decide.decide import BookRules, decide
from payments.books.decide.known import Known
from payments.books.decide.notice import Notice
from payments.reading.events import read
from payments.reading.happenings import Category, Happening, PayoutReturned
from tests.engines import ON_SQLITE
from tests.payments.messages import event
from tests.payments.organisation_books import Books
from tests.payments.sample_happenings import apply_happenings, arrived, entry_field, later, line, posted, returned
from tests.payments.stripe_objects import payout


def balances(books: Books) -> tuple[int, int, int]:
    """What stands in `stripe`, `in_transit` and `bank`."""
    with reading(books.engine) as conn:
        return (
            balance(conn, Account.STRIPE, GBP).minor,
            balance(conn, Account.IN_TRANSIT, GBP).minor,
            balance(conn, Account.BANK, GBP).minor,
        )


@ON_SQLITE
@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_a_payout_goes_through_transit_to_the_bank(books: Books, order: tuple[int, ...]) -> None:
    """Its line says that it left, its arrival that it is there, on the day that Stripe gives."""
    happenings: list[Happening] = [line("a", Category.PAYOUT, -1442, subject="po_1"), arrived("1", 1442)]
    for k in order:
        apply_happenings(books, happenings[k])
    assert balances(books) == (-1442, 0, 1442)
    assert entry_field(books, "paid:po_1", "occurred_at") == start_of_day(later(60).date())
    assert entry_field(books, "paid:po_1", "subject") == "po_1"


def test_a_negative_payout_is_taken_from_the_bank(books: Books) -> None:
    """Stripe debits the bank to fill a balance that fell below nothing."""
    apply_happenings(books, line("a", Category.PAYOUT, 300, subject="po_1"), arrived("1", -300))
    assert posted(books)["paid:po_1"] == ("in_transit", "bank", 300)
    assert balances(books) == (300, 0, -300)


@ON_SQLITE
@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_payout_that_came_back_after_it_arrived_has_not_arrived(books: Books, order: tuple[int, ...]) -> None:
    """Paid, unpaid again, and its money is in the balance: in whatever order they come."""
    happenings: list[Happening] = [
        line("a", Category.PAYOUT, -1442, subject="po_1"),
        arrived("1", 1442),
        returned("1", 1442),
        line("b", Category.PAYOUT_RETURNED, 1442, subject="po_1"),
    ]
    for k in order:
        apply_happenings(books, happenings[k])
    assert posted(books, "paid", "unpaid") == {
        "paid:po_1": ("bank", "in_transit", 1442),
        "unpaid:po_1": ("in_transit", "bank", 1442),
    }
    assert balances(books) == (0, 0, 0)
    assert entry_field(books, "unpaid:po_1", "occurred_at") == later(90)


def test_a_payout_that_never_arrived_comes_back_by_its_line_alone(books: Books) -> None:
    """Cancelled, or refused at once: the bank has never seen it."""
    apply_happenings(books, returned("1", 1442), line("a", Category.PAYOUT, -1442, subject="po_1"))
    apply_happenings(books, line("b", Category.PAYOUT_RETURNED, 1442, subject="po_1"))
    assert set(posted(books)) == {"payout:txn_a", "payout_failed:txn_b"}
    assert balances(books) == (0, 0, 0)


def test_a_payout_that_left_before_our_time_arrives_without_us(books: Books) -> None:
    """Its line is not among ours, and what it took from the balance is not in the opening."""
    apply_happenings(books, arrived("1", 1442), returned("1", 1442))
    assert posted(books) == {}
    assert balances(books) == (0, 0, 0)


def test_a_payout_reported_with_another_amount_is_an_alarm(books: Books) -> None:
    """In later batches and in the same one."""
    apply_happenings(books, arrived("1", 1442))
    with pytest.raises(ConflictingEntry):
        apply_happenings(books, returned("1", 1441))
    with pytest.raises(ConflictingEntry):
        apply_happenings(books, arrived("2", 5), returned("2", 6))


ZONES = ["Pacific/Auckland", "Europe/London", "Atlantic/Azores", "America/New_York", "America/Los_Angeles"]


@pytest.mark.parametrize("zone", ZONES)
def test_a_payout_arrives_on_the_banks_day_in_every_zone(zone: str) -> None:
    """Stripe writes the day as the instant at which it begins in UTC: west of London that is the evening before.

    It came back three hours later, which is before that day in America: not before it had arrived.
    """
    new_year = datetime(2027, 1, 1, tzinfo=UTC)
    arrived_object = payout(arrival_date=int(new_year.timestamp()))
    happenings: list[Happening] = [
        line("a", Category.PAYOUT, -500, subject="po_1"),
        *read(event("payout.paid", arrived_object, name="paid")),
        PayoutReturned("po_1", Money(500, GBP), new_year + timedelta(hours=3)),
    ]
    notices = [Notice(happening, "evt_test") for happening in happenings]
    entries = decide(Known(), notices, BookRules(DEMO_ORGANISATION, ZoneInfo(zone), "test"), new_year).entries
    days = {entry.kind: entry.book_date for entry in entries if entry.kind in (EntryKind.PAID, EntryKind.UNPAID)}
    assert days == {EntryKind.PAID: date(2027, 1, 1), EntryKind.UNPAID: date(2027, 1, 1)}

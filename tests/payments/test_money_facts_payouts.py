"""Payouts: to the bank, and back."""

from itertools import permutations

import pytest

from database.transactions import reading
from ledger.accounts import Account
from ledger.entry import ConflictingEntry
from ledger.money import GBP
from ledger.store import balance
from payments.reading.happenings import Category, Happening
from tests.payments.organisation_books import Books
from tests.payments.sample_happenings import apply_happenings, arrived, entry_field, later, line, posted, returned


def balances(books: Books) -> tuple[int, int, int]:
    """What stands in `stripe`, `in_transit` and `bank`."""
    with reading(books.engine) as conn:
        return (
            balance(conn, Account.STRIPE, GBP).minor,
            balance(conn, Account.IN_TRANSIT, GBP).minor,
            balance(conn, Account.BANK, GBP).minor,
        )


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_a_payout_goes_through_transit_to_the_bank(books: Books, order: tuple[int, ...]) -> None:
    """Its line says that it left, its arrival that it is there, on the day that Stripe gives."""
    happenings: list[Happening] = [line("a", Category.PAYOUT, -1442, subject="po_1"), arrived("1", 1442)]
    for k in order:
        apply_happenings(books, happenings[k])
    assert balances(books) == (-1442, 0, 1442)
    assert entry_field(books, "paid:po_1", "occurred_at") == later(60)
    assert entry_field(books, "paid:po_1", "subject") == "po_1"


def test_a_negative_payout_is_taken_from_the_bank(books: Books) -> None:
    """Stripe debits the bank to fill a balance that fell below nothing."""
    apply_happenings(books, line("a", Category.PAYOUT, 300, subject="po_1"), arrived("1", -300))
    assert posted(books)["paid:po_1"] == ("in_transit", "bank", 300)
    assert balances(books) == (300, 0, -300)


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

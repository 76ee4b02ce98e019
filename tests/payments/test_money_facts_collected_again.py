"""A debit that is taken back and collected again: two charges of one payment, and one gift."""

from itertools import permutations

import pytest

import receipts.tables
from payments.books import tables as book_tables
from payments.gifts import tables as gift_tables
from payments.gifts.gift import GiftState
from payments.reading.happenings import Category, Happening, InvoicePaid, InvoiceReported
from tests.engines import ON_SQLITE
from tests.payments.organisation_books import Books, gift_id
from tests.payments.sample_happenings import (
    add_recurring_gift,
    apply_batches,
    apply_happenings,
    charged,
    failed,
    line,
    posted,
    refunded,
)

SPLIT = [(1, 1000), (2, 1500)]
FIRST = "ch_first"
GIFT = gift_id(1)
CHARGES: list[Happening] = [
    charged("1", gift=GIFT, charge=FIRST), failed("1", charge=FIRST), charged("1", gift=GIFT, at=40),
]  # fmt: skip
LINES = [
    line("a", Category.PAYMENT, 2500, n="1", fee=20, marked=True),
    line("b", Category.PAYMENT, -2500, n="1", marked=True),
    line("c", Category.PAYMENT, 2500, n="1", fee=20, marked=True),
]


@ON_SQLITE
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_payment_that_is_collected_again_counts_once(books: Books, order: tuple[int, ...]) -> None:
    """Whichever charge is reported first, and whether or not the first is known to have failed by then."""
    books.pledge(shares=SPLIT)
    apply_batches(books, [[CHARGES[k], LINES[k]] for k in order])
    assert posted(books, "gift", "payment_failed") == {
        "gift:ch_first:0": ("clearing", "gifts", 1000),
        "gift:ch_first:1": ("clearing", "gifts", 1500),
        "payment_failed:ch_first:0": ("refunds", "clearing", 1000),
        "payment_failed:ch_first:1": ("refunds", "clearing", 1500),
        "gift:ch_1:0": ("clearing", "gifts", 1000),
        "gift:ch_1:1": ("clearing", "gifts", 1500),
    }
    assert (books.raised(1), books.raised(2), books.clearing()) == (1000, 1500, 0)
    assert (books.gift().state, books.gift().payment) == (GiftState.RECEIVED, "pi_1")
    assert (books.count(receipts.tables.receipt), books.count(gift_tables.discrepancy)) == (1, 0)


@ON_SQLITE
@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("cut", [1, 2, 3])
def test_however_it_is_cut_into_batches_the_books_are_the_same(books: Books, order: tuple[int, ...], cut: int) -> None:
    """Both charges at once, or the failure with either; and all of it once more."""
    books.pledge(shares=SPLIT)
    happenings = [CHARGES[k] for k in order]
    apply_batches(books, [happenings[:cut], happenings[cut:]])
    once = books.canonical()
    apply_happenings(books, *reversed(happenings))
    assert books.canonical() == once
    assert (books.raised(1), books.raised(2)) == (1000, 1500)
    assert len(posted(books, "payment_failed")) == 2


def test_both_charges_may_be_taken_back(books: Books) -> None:
    """Each failure is of its own charge."""
    books.pledge()
    apply_happenings(books, *CHARGES)
    apply_happenings(books, failed("1", at=60))
    assert (books.raised(), books.clearing()) == (0, 0)


def test_what_was_collected_again_is_refunded_once(books: Books) -> None:
    """A refund names the payment: it comes off the campaigns once, however many charges there are."""
    books.pledge(shares=SPLIT)
    apply_happenings(books, refunded("1", "1", 1001))
    apply_happenings(books, *CHARGES)
    assert (books.raised(1), books.raised(2)) == (600, 899)
    assert books.count(book_tables.waiting_fact) == 0


def test_another_payment_of_the_gift_is_listed_still(books: Books) -> None:
    """Two charges of its own payment are not; one of another payment is."""
    books.pledge()
    apply_happenings(books, *CHARGES)
    apply_happenings(books, charged("2", gift=GIFT, at=50))
    assert books.raised() == 5000
    assert (books.count(receipts.tables.receipt), books.count(gift_tables.discrepancy)) == (1, 1)


@ON_SQLITE
@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_an_instalment_that_is_collected_again_counts_once(books: Books, order: tuple[int, ...]) -> None:
    """No charge names its gift here: each waits for the invoice, which comes before, between or after them."""
    books.pledge(amount=1000)
    happenings: list[list[Happening]] = [
        [charged("2", 1000, charge=FIRST)],
        [failed("2", 1000, charge=FIRST)],
        [charged("2", 1000, at=40)],
        [InvoiceReported("in_2", add_recurring_gift(books), first=False), InvoicePaid("in_2", "pi_2")],
    ]
    apply_batches(books, [happenings[k] for k in order])
    assert (books.raised(), books.clearing()) == (1000, 1000)
    assert books.count(receipts.tables.receipt) == 1
    assert len(posted(books, "gift", "payment_failed")) == 3


def test_a_link_that_comes_with_one_charge_links_the_other_that_waits(books: Books) -> None:
    """The first charge was kept before; the second comes in one batch with the invoice that says whose both are."""
    books.pledge(amount=1000)
    apply_happenings(books, charged("2", 1000, charge=FIRST), failed("2", 1000, charge=FIRST))
    invoice = InvoiceReported("in_2", add_recurring_gift(books), first=False)
    apply_happenings(books, charged("2", 1000, at=40), invoice, InvoicePaid("in_2", "pi_2"))
    assert (books.raised(), books.clearing()) == (1000, 1000)
    assert len(posted(books, "gift", "payment_failed")) == 3

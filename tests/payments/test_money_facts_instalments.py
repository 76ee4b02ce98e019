"""Renewals: a charge, an invoice, and the payment between them make a gift, in whatever order they come."""

from itertools import permutations
from uuid import uuid5

import pytest
import sqlalchemy as sa

import receipts.tables
from database.transactions import reading
from ledger.accounts import Account
from ledger.entry import ConflictingEntry
from ledger.money import GBP, Money
from ledger.store import balance
from payments.books import tables as book_tables
from payments.gifts import tables as gift_tables
from payments.gifts.gift import GiftState
from payments.gifts.recurring import INSTALMENTS
from payments.gifts.recurring_store import recurring_of
from payments.reading.happenings import (
    NO_RECURRING_GIFT,
    Category,
    Happening,
    InvoicePaid,
    InvoiceReported,
    SubscriptionReported,
)
from tests.engines import ON_SQLITE
from tests.payments.organisation_books import Books, gift_id
from tests.payments.sample_happenings import (
    add_recurring_gift,
    apply_happenings,
    charged,
    failed,
    later,
    line,
    posted,
    refunded,
    state_of,
)

UNKNOWN_RECURRING = "5f1c9f3e-0000-4000-8000-0000000000ff"
SECOND = str(uuid5(INSTALMENTS, "in_2"))


def of_invoice(n: str, recurring: str, *, first: bool = False) -> list[Happening]:
    """Charge, invoice and invoice payment of one instalment."""
    return [
        charged(n, 1000, at=3),
        InvoiceReported(f"in_{n}", recurring, first),
        InvoicePaid(f"in_{n}", f"pi_{n}"),
    ]


@ON_SQLITE
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_first_invoice_takes_the_pending_gift(books: Books, order: tuple[int, ...]) -> None:
    """Received, receipted once, and it says which recurring gift and which invoice it is of."""
    books.pledge(amount=1000)
    happenings = of_invoice("1", add_recurring_gift(books), first=True)
    for k in order:
        assert books.raised() == 0
        apply_happenings(books, happenings[k])
    assert books.raised() == 1000
    gift = books.gift()
    assert (gift.state, gift.payment, gift.invoice_id) == (GiftState.RECEIVED, "pi_1", "in_1")
    assert gift.recurring_id == add_recurring_gift(books)
    assert books.count(receipts.tables.receipt) == 1


@ON_SQLITE
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_later_invoice_makes_a_gift_of_its_own(books: Books, order: tuple[int, ...]) -> None:
    """With its own id, its own receipt, shared as the instruction says, and given on the charge's day."""
    books.pledge(amount=1000)
    happenings = of_invoice("2", add_recurring_gift(books, shares=[(1, 1), (2, 2)]))
    for k in order:
        apply_happenings(books, happenings[k])
    assert posted(books) == {
        "gift:ch_2:0": ("clearing", "gifts", 333),
        "gift:ch_2:1": ("clearing", "gifts", 667),
    }
    with reading(books.engine) as conn:
        kept = conn.execute(sa.select(gift_tables.gift).where(gift_tables.gift.c.id == SECOND)).one()
    assert (kept.state, kept.payment, kept.invoice_id) == ("received", "pi_2", "in_2")
    assert (kept.recurring_id, kept.received_at) == (add_recurring_gift(books), later(3))
    assert state_of(books, gift_id(1)) is GiftState.PENDING
    assert books.count(receipts.tables.receipt) == 1


def test_an_instalment_reported_again_and_again_is_one_gift(books: Books) -> None:
    """In one batch, in later ones, in other company."""
    books.pledge(amount=1000)
    happenings = of_invoice("2", add_recurring_gift(books))
    apply_happenings(books, *happenings, *happenings)
    apply_happenings(books, *reversed(happenings))
    apply_happenings(books, *of_invoice("3", add_recurring_gift(books)), *happenings)
    assert books.raised() == 2000
    assert books.count(receipts.tables.receipt) == 2


def test_many_instalments_in_one_batch_are_many_gifts(books: Books) -> None:
    """The first of the month."""
    books.pledge(amount=1000)
    happenings = [happening for n in range(2, 42) for happening in of_invoice(str(n), add_recurring_gift(books))]
    apply_happenings(books, *happenings)
    assert books.raised() == 40_000
    assert books.count(gift_tables.gift) == 41


def test_an_instalment_is_refunded_like_any_gift(books: Books) -> None:
    """Also when the refund is reported before the invoice that says whose the charge was."""
    books.pledge(amount=1000)
    charge, invoice, payment = of_invoice("2", add_recurring_gift(books))
    apply_happenings(books, charge, refunded("a", "2", 400), payment)
    assert (books.raised(), books.count(book_tables.waiting_fact)) == (0, 1)
    apply_happenings(books, invoice)
    assert (books.raised(), books.count(book_tables.waiting_fact)) == (600, 0)


def test_a_first_instalment_that_never_succeeds_fails_its_gift(books: Books) -> None:
    """A later one that fails is no gift at all."""
    books.pledge(amount=1000)
    _, invoice, payment = of_invoice("1", add_recurring_gift(books), first=True)
    apply_happenings(books, failed("1"))
    apply_happenings(books, invoice, payment)
    apply_happenings(books, failed("2"), *of_invoice("2", add_recurring_gift(books))[1:])
    assert books.gift().state is GiftState.FAILED
    assert books.count(gift_tables.gift) == 1


def test_an_invoice_that_is_not_ours_makes_no_gift(books: Books) -> None:
    """A membership fee on the same account; or a recurring gift that is kept elsewhere."""
    books.pledge(amount=1000)
    apply_happenings(books, *of_invoice("8", NO_RECURRING_GIFT), *of_invoice("9", add_recurring_gift(books)[:-1] + "9"))
    assert posted(books) == {}
    assert books.count(gift_tables.gift) == 1


def test_two_payments_of_one_invoice_are_one_gift_paid_twice(books: Books) -> None:
    """All of it is booked, one receipt is given, and the treasurer is shown."""
    books.pledge(amount=1000)
    apply_happenings(books, *of_invoice("2", add_recurring_gift(books)))
    apply_happenings(books, charged("3", 500), InvoicePaid("in_2", "pi_3"))
    assert books.raised() == 1500
    assert (books.count(receipts.tables.receipt), books.count(gift_tables.discrepancy)) == (1, 1)


def test_a_subscription_is_linked_once(books: Books) -> None:
    """The first report stays; a second one must not keep the money out of the books."""
    books.pledge(amount=1000)
    recurring = add_recurring_gift(books)
    apply_happenings(books, SubscriptionReported("sub_1", recurring), SubscriptionReported("sub_2", recurring))
    apply_happenings(books, SubscriptionReported("sub_2", recurring), SubscriptionReported("sub_3", "unknown"))
    with reading(books.engine) as conn:
        assert recurring_of(conn, [recurring])[recurring].subscription == "sub_1"


def test_an_invoice_reported_with_another_recurring_gift_is_an_alarm(books: Books) -> None:
    """And so is a payment of two invoices."""
    books.pledge(amount=1000)
    apply_happenings(books, *of_invoice("2", add_recurring_gift(books)))
    with pytest.raises(ConflictingEntry):
        apply_happenings(books, InvoiceReported("in_2", UNKNOWN_RECURRING, first=False))
    with pytest.raises(ConflictingEntry):
        apply_happenings(books, InvoicePaid("in_3", "pi_2"))


def test_an_amount_that_changed_is_the_new_instalments_amount(books: Books) -> None:
    """The gift is what was charged; nothing is odd about it."""
    books.pledge(amount=1000)
    _, invoice, payment = of_invoice("2", add_recurring_gift(books))
    apply_happenings(books, charged("2", 1500), invoice, payment)
    assert books.raised() == 1500
    assert books.count(gift_tables.discrepancy) == 0


def test_a_line_of_a_renewal_is_ours_by_its_invoice(books: Books) -> None:
    """The charge carries none of our metadata; its line waits while the invoice is known and not whose it is."""
    books.pledge(amount=1000)
    charge, invoice, payment = of_invoice("2", add_recurring_gift(books))
    apply_happenings(books, charge, payment, line("a", Category.PAYMENT, 1000, n="2", fee=34))
    assert posted(books) == {}
    apply_happenings(books, invoice)
    assert posted(books) == {
        "gift:ch_2:0": ("clearing", "gifts", 1000),
        "settle:txn_a": ("stripe", "clearing", 1000),
        "fee:txn_a:0": ("fees", "stripe", 34),
    }


def test_a_line_of_an_invoice_that_is_not_ours_waits_until_that_is_reported(books: Books) -> None:
    """Then it is not ours."""
    apply_happenings(books, InvoicePaid("in_8", "pi_8"), charged("8", 700))
    apply_happenings(books, line("a", Category.PAYMENT, 700, n="8"))
    assert posted(books) == {}
    apply_happenings(books, InvoiceReported("in_8", NO_RECURRING_GIFT, first=False))
    assert posted(books) == {"other:txn_a": ("stripe", "other", 700)}


def test_the_amount_of_the_instruction_is_no_matter_for_its_instalments(books: Books) -> None:
    """Stripe charges what the subscription says; the books say what was charged."""
    books.pledge(amount=1000)
    assert Money(1000, GBP) == books.gift().amount
    apply_happenings(
        books,
        *of_invoice("2", add_recurring_gift(books)),
        charged("3", 1),
        *of_invoice("3", add_recurring_gift(books))[1:],
    )
    assert books.raised() == 1001


@ON_SQLITE
@pytest.mark.parametrize("order", list(permutations(range(5))))
def test_an_invoice_that_names_no_gift_may_be_named_by_a_later_report(books: Books, order: tuple[int, ...]) -> None:
    """An old shape leaves the subscription out. What was booked as not ours meanwhile becomes the instalment."""
    books.pledge(amount=1000)
    charge, invoice, payment = of_invoice("2", add_recurring_gift(books))
    nameless = InvoiceReported("in_2", NO_RECURRING_GIFT, first=False)
    happenings: list[Happening] = [charge, nameless, payment, line("a", Category.PAYMENT, 1000, n="2", fee=34), invoice]
    for k in order:
        apply_happenings(books, happenings[k])
    apply_happenings(books, nameless)
    with reading(books.engine) as conn:
        assert balance(conn, Account.OTHER, GBP) == Money(0, GBP)
    assert (books.raised(), books.clearing()) == (1000, 0)
    assert (books.count(receipts.tables.receipt), books.count(gift_tables.gift)) == (1, 2)

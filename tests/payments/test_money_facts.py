"""Refunds, disputes and late failures: off the campaigns that the gift was counted for, in whatever order they come."""

from itertools import permutations

import pytest

from ledger.entry import ConflictingEntry
from ledger.money import EUR, Money
from payments.books import tables as book_tables
from payments.books.jobs import FETCH_STATUS, SETTLE
from payments.gifts.gift import GiftState
from payments.reading.happenings import BalanceChanged, Category, Happening, RefundAgreed, StatusChanged, StatusObject
from tests.engines import ON_SQLITE
from tests.payments.jobs import queued
from tests.payments.organisation_books import NOON, Books, gift_id
from tests.payments.sample_happenings import (
    apply_happenings,
    charged,
    dispute_moved,
    entry_field,
    failed,
    later,
    line,
    linked,
    posted,
    refund_failed,
    refunded,
)

SPLIT = [(1, 1000), (2, 1500)]


def test_a_refund_comes_off_each_campaign_as_it_was_charged(books: Books) -> None:
    """£10.01 of a gift of £25 shared 10 to 15: the larger remainder takes the odd penny."""
    books.pledge(shares=SPLIT)
    apply_happenings(books, charged("1", gift=gift_id(1)))
    apply_happenings(books, refunded("a", "1", 1001))
    assert posted(books, "refund") == {
        "refund:re_a:0": ("refunds", "clearing", 400),
        "refund:re_a:1": ("refunds", "clearing", 601),
    }
    assert (books.raised(1), books.raised(2)) == (600, 899)


def test_a_refund_carries_its_own_subject_instant_and_gift(books: Books) -> None:
    """The subject is the refund, the instant the refund's, and the gift is named."""
    books.pledge()
    apply_happenings(books, charged("1", gift=gift_id(1)), refunded("a", "1", 1000, at=11))
    assert entry_field(books, "refund:re_a:0", "subject") == "re_a"
    assert entry_field(books, "refund:re_a:0", "occurred_at") == later(11)
    assert entry_field(books, "refund:re_a:0", "gift_id") == gift_id(1)


def test_a_refund_splits_by_what_was_charged_not_by_what_was_asked(books: Books) -> None:
    """Asked 10 to 15, charged 7p as 3 and 4: a refund of 6p goes 3 to 3, though 10 to 15 would make it 2 to 4."""
    books.pledge(shares=SPLIT)
    apply_happenings(books, charged("1", 7, gift=gift_id(1)), refunded("a", "1", 6))
    assert [part[2] for part in posted(books, "gift").values()] == [3, 4]
    assert [part[2] for part in posted(books, "refund").values()] == [3, 3]


def test_a_part_of_nothing_is_no_row(books: Books) -> None:
    """One penny cannot be two; the row that is left keeps its allocation's number."""
    books.pledge(shares=SPLIT)
    apply_happenings(books, charged("1", gift=gift_id(1)), refunded("a", "1", 1))
    assert posted(books, "refund") == {"refund:re_a:1": ("refunds", "clearing", 1)}


def test_a_refund_that_failed_is_ours_again(books: Books) -> None:
    """Entry by entry the other way round."""
    books.pledge(shares=SPLIT)
    apply_happenings(books, charged("1", gift=gift_id(1)), refunded("a", "1", 1001))
    apply_happenings(books, refunded("a", "1", 1001), refund_failed("a", "1", 1001))
    assert posted(books, "refund_failed") == {
        "refund_failed:re_a:0": ("clearing", "refunds", 400),
        "refund_failed:re_a:1": ("clearing", "refunds", 601),
    }
    assert (books.raised(1), books.raised(2)) == (1000, 1500)


def test_a_dispute_takes_and_gives_back_each_in_its_own_line(books: Books) -> None:
    """Withdrawn, reinstated, withdrawn again: three lines, three times two entries."""
    books.pledge(shares=SPLIT)
    apply_happenings(books, charged("1", gift=gift_id(1)), dispute_moved("a", "1", -2500))
    assert posted(books, "dispute")["dispute:txn_a:0"] == ("dispute_losses", "clearing", 1000)
    assert entry_field(books, "dispute:txn_a:0", "subject") == "du_1"
    apply_happenings(books, dispute_moved("b", "1", 2500))
    assert posted(books, "dispute")["dispute:txn_b:1"] == ("clearing", "dispute_losses", 1500)
    apply_happenings(books, dispute_moved("c", "1", -2500))
    assert (books.raised(1), books.raised(2)) == (0, 0)


def test_a_late_failure_takes_the_gift_back(books: Books) -> None:
    """A bank debit that was confirmed and bounced after all; the gift stays received, with its receipt."""
    books.pledge(shares=SPLIT)
    apply_happenings(books, charged("1", gift=gift_id(1)), failed("1"))
    assert posted(books, "payment_failed") == {
        "payment_failed:ch_1:0": ("refunds", "clearing", 1000),
        "payment_failed:ch_1:1": ("refunds", "clearing", 1500),
    }
    assert books.gift().state is GiftState.RECEIVED


@ON_SQLITE
@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_a_failure_without_a_success_fails_its_gift(books: Books, order: tuple[int, ...]) -> None:
    """Nothing was taken, so nothing is posted; the session says whose it was, before or after."""
    books.pledge()
    happenings: list[Happening] = [failed("1"), linked("1", gift_id(1), GiftState.PROCESSING)]
    for k in order:
        apply_happenings(books, happenings[k])
    assert books.gift().state is GiftState.FAILED
    assert posted(books) == {}
    assert books.count(book_tables.waiting_fact) == 0


@ON_SQLITE
@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_a_second_try_that_succeeds_is_not_taken_back_by_the_first_that_failed(
    books: Books, order: tuple[int, ...]
) -> None:
    """Two charges of one payment intent: a failure is of its own charge alone."""
    books.pledge()
    happenings: list[Happening] = [failed("1", charge="ch_first"), charged("1", gift=gift_id(1))]
    for k in order:
        apply_happenings(books, happenings[k])
    assert books.raised() == 2500
    assert books.gift().state is GiftState.RECEIVED


@ON_SQLITE
@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_what_goes_back_waits_for_its_gift(books: Books, order: tuple[int, ...]) -> None:
    """Refund, dispute and failure of a charge that was not reported yet: listed while they wait, then posted."""
    books.pledge()
    happenings: list[Happening] = [
        refunded("a", "1", 1000), dispute_moved("a", "1", -1500), failed("1"), charged("1", gift=gift_id(1)),
    ]  # fmt: skip
    for place, k in enumerate(order):
        apply_happenings(books, happenings[k])
        waiting = 0 if 3 in order[: place + 1] else len({0, 1} & set(order[: place + 1]))
        assert books.count(book_tables.waiting_fact) == waiting
    assert books.raised() == 2500 - 1000 - 1500 - 2500


def test_facts_that_wait_are_posted_once_a_session_says_whose_the_charge_is(books: Books) -> None:
    """The charge came without our metadata, the refund after it, the session last."""
    books.pledge()
    apply_happenings(books, charged("1"), refunded("a", "1", 1000))
    apply_happenings(books, refund_failed("a", "1", 1000))
    assert (books.raised(), books.count(book_tables.waiting_fact)) == (0, 1)
    apply_happenings(books, linked("1", gift_id(1)))
    assert (books.raised(), books.count(book_tables.waiting_fact)) == (2500, 0)
    assert len(posted(books)) == 3


def test_a_session_reported_after_its_second_payment_changes_nothing(books: Books) -> None:
    """The charge has its gift already, by its own metadata."""
    books.pledge()
    apply_happenings(books, charged("1", gift=gift_id(1)), charged("2", gift=gift_id(1)))
    before = books.canonical()
    apply_happenings(books, linked("2", gift_id(1)))
    assert books.canonical() == before


def test_what_goes_back_of_money_that_is_not_ours_does_not_wait(books: Books) -> None:
    """Once the balance showed that it is not ours; a refund that is reported later does not wait, either."""
    apply_happenings(books, refunded("a", "1", 1000))
    assert books.count(book_tables.waiting_fact) == 1
    apply_happenings(books, line("a", Category.PAYMENT, 4000, n="1"), charged("1", 4000))
    assert books.count(book_tables.waiting_fact) == 0
    apply_happenings(books, refunded("b", "1", 1000), dispute_moved("b", "1", -500))
    assert books.count(book_tables.waiting_fact) == 0
    assert set(posted(books)) == {"other:txn_a"}


@pytest.mark.parametrize(
    "again",
    [
        RefundAgreed("re_a", "pi_1", Money(999, EUR), NOON),
        refunded("a", "2", 1000),
        dispute_moved("a", "1", -999),
        failed("1", 2499),
        charged("1", 2499),
    ],
    ids=["refund in euros", "refund of another payment", "dispute", "failure", "charge"],
)
def test_a_fact_reported_with_other_contents_is_an_alarm(books: Books, again: Happening) -> None:
    """Never a silent skip; the transaction is refused as a whole."""
    books.pledge()
    apply_happenings(
        books, charged("1", gift=gift_id(1)), refunded("a", "1", 1000), dispute_moved("a", "1", -1000), failed("1")
    )
    before = books.canonical()
    with pytest.raises(ConflictingEntry):
        apply_happenings(books, again)
    assert books.canonical() == before


def test_a_fact_reported_twice_in_one_batch_with_other_contents_is_an_alarm(books: Books) -> None:
    """Whichever would have been first."""
    with pytest.raises(ConflictingEntry):
        apply_happenings(books, refunded("a", "1", 1000), refunded("a", "1", 1001))


def test_a_status_that_may_differ_is_fetched_and_a_balance_that_moved_is_read_once(books: Books) -> None:
    """One job an object; one job, at most, for the balance."""
    dispute, payout = StatusChanged(StatusObject.DISPUTE, "du_1"), StatusChanged(StatusObject.PAYOUT, "po_1")
    apply_happenings(books, dispute, dispute, payout, BalanceChanged(), BalanceChanged())
    apply_happenings(books, BalanceChanged())
    assert queued(books.engine) == {
        f"{FETCH_STATUS}:dispute:du_1": {"what": "dispute", "id": "du_1"},
        f"{FETCH_STATUS}:payout:po_1": {"what": "payout", "id": "po_1"},
        f"{SETTLE}:all": {},
    }

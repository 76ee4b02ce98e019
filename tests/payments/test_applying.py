"""Deliveries become facts, facts become entries: whatever the order, however often."""

from datetime import date, timedelta
from typing import Any

import pytest

import receipts.tables
from ledger.tables import entry
from payments.books import tables as book_tables
from payments.gifts import tables as gift_tables
from payments.gifts.gift import GiftState
from payments.inbox import tables as inbox_tables
from tests.payments.messages import charge, charged, completed, delivery, event, session
from tests.payments.organisation_books import NOON, Books, gift_id


def test_a_charge_puts_its_gift_into_the_books(books: Books) -> None:
    """Clearing is debited, the campaign's gifts are credited, the gift is received, a receipt is issued."""
    books.pledge()
    books.deliver(charged(gift=gift_id(1)))
    assert (books.raised(), books.clearing()) == (2500, 2500)
    assert books.gift().state is GiftState.RECEIVED
    assert books.gift().payment == "pi_1"
    assert books.count(receipts.tables.receipt) == 1


def test_a_delivery_sent_three_times_counts_once(books: Books) -> None:
    """In one batch and in later ones."""
    books.pledge()
    repeated = charged(gift=gift_id(1))
    books.deliver(repeated, repeated)
    books.deliver(repeated)
    assert books.raised() == 2500
    assert books.count(inbox_tables.delivery) == 1


def test_two_event_objects_for_one_charge_count_once(books: Books) -> None:
    """Stripe sometimes makes two events of one change: the key of the fact is the same."""
    books.pledge()
    books.deliver(charged(gift=gift_id(1)))
    books.deliver(delivery(event("charge.succeeded", charge(gift=gift_id(1)), name="another")))
    assert books.raised() == 2500
    assert books.count(inbox_tables.delivery) == 2


def test_a_gift_shared_by_two_campaigns_is_split_as_asked(books: Books) -> None:
    """Each allocation is an entry of its own."""
    books.pledge(shares=[(1, 1000), (2, 1500)])
    books.deliver(charged(gift=gift_id(1)))
    assert (books.raised(1), books.raised(2)) == (1000, 1500)


def test_a_charge_of_another_amount_is_booked_as_charged_and_listed(books: Books) -> None:
    """Split by the allocations; the treasurer sees the difference."""
    books.pledge(shares=[(1, 1000), (2, 1500)])
    books.deliver(charged(gift=gift_id(1), amount=1001))
    assert (books.raised(1), books.raised(2)) == (400, 601)
    assert books.count(gift_tables.discrepancy) == 1


def test_a_charge_in_another_currency_is_booked_in_it_and_listed(books: Books) -> None:
    """Pounds were asked for and euros came: nothing is converted by guess."""
    books.pledge()
    books.deliver(delivery(event("charge.succeeded", charge(gift=gift_id(1), currency="eur"), name="euro")))
    assert books.raised() == 0
    assert books.count(entry) == 1
    assert books.count(gift_tables.discrepancy) == 1


def test_a_second_payment_of_one_gift_is_booked_without_a_second_receipt(books: Books) -> None:
    """It is real money, so it is in the books; it is odd, so it is listed."""
    books.pledge()
    books.deliver(charged("1", gift=gift_id(1)), charged("2", gift=gift_id(1)))
    assert books.raised() == 5000
    assert books.count(receipts.tables.receipt) == 1
    assert books.count(gift_tables.discrepancy) == 1


def test_a_charge_without_our_metadata_finds_its_gift_by_the_session_that_came_before(books: Books) -> None:
    """The session has the gift and the payment intent; the charge has the payment intent."""
    books.pledge()
    books.deliver(completed(gift=gift_id(1)))
    books.deliver(charged())
    assert books.raised() == 2500


def test_a_charge_without_our_metadata_waits_for_the_session_that_says_whose_it_is(books: Books) -> None:
    """It waits as a fact, not as a guess."""
    books.pledge()
    books.deliver(charged())
    assert books.raised() == 0
    books.deliver(completed(gift=gift_id(1)))
    assert books.raised() == 2500
    assert books.gift().state is GiftState.RECEIVED


def test_a_charge_that_is_not_ours_is_kept_and_makes_no_entry(books: Books) -> None:
    """The same Stripe account may sell tickets, too."""
    books.deliver(charged(), charged("2", gift=gift_id(99)))
    assert books.count(book_tables.charge) == 2
    assert books.count(entry) == 0
    assert books.unapplied() == 0


@pytest.mark.parametrize("kind", ["customer.created", "charge.refunded", "v2.unheard.of"])
def test_an_event_that_we_keep_no_books_of_is_kept_and_applied(books: Books, kind: str) -> None:
    """200, kept, no entries."""
    books.deliver(delivery(event(kind, {"id": "x_1", "object": "thing"}, name="odd")))
    assert books.count(inbox_tables.delivery) == 1
    assert (books.unapplied(), books.count(entry)) == (0, 0)


def test_a_completed_session_that_is_unpaid_is_processing_and_counts_nothing(books: Books) -> None:
    """A bank debit completes now; its money is confirmed days later."""
    books.pledge()
    books.deliver(completed(gift=gift_id(1), payment_status="unpaid"))
    assert books.gift().state is GiftState.PROCESSING
    assert books.raised() == 0


def test_an_expired_session_that_was_paid_after_all_is_received(books: Books) -> None:
    """Of two reported states the higher one wins, whichever came first."""
    books.pledge()
    expired = delivery(event("checkout.session.expired", session(gift=gift_id(1)), name="expired"))
    books.deliver(expired)
    assert books.gift().state is GiftState.EXPIRED
    books.deliver(charged(gift=gift_id(1)))
    assert books.gift().state is GiftState.RECEIVED
    books.deliver(delivery(event("checkout.session.expired", session(gift=gift_id(1)), name="expired_2")))
    assert books.gift().state is GiftState.RECEIVED


def test_a_bank_debit_counts_from_its_success_not_from_its_start(books: Books) -> None:
    """The charge was created on Saturday; its own event says when the money was confirmed."""
    books.pledge()
    later = NOON + timedelta(days=4)
    debit = charge(gift=gift_id(1), payment_method_details={"type": "bacs_debit"})
    books.deliver(delivery(event("charge.succeeded", debit, name="debit", created=int(later.timestamp()))))
    assert books.gift().received_at == later


def test_the_book_date_is_the_organisations_day(books: Books) -> None:
    """23:30 UTC in July is the next day in London."""
    late = int(NOON.replace(year=2026, month=7, day=31, hour=23, minute=30).timestamp())
    books.pledge()
    books.deliver(charged(gift=gift_id(1), created=late))
    [row] = [line for line in books.canonical() if str(line[0]).startswith("gift:")]
    assert row[10] == date(2026, 8, 1)


@pytest.mark.parametrize("change", [{"captured": False}, {"status": "pending"}, {"status": "failed"}])
def test_a_charge_that_took_no_money_is_no_gift(books: Books, change: dict[str, Any]) -> None:
    """Authorised, pending or failed: not money."""
    books.pledge()
    books.deliver(delivery(event("charge.succeeded", charge(gift=gift_id(1), **change), name="none")))
    assert books.count(entry) == 0

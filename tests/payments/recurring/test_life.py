"""A recurring gift's life: begun, renewed, failing, recovered. Our books on one side, the twin over HTTP."""

from dataclasses import replace
from datetime import timedelta

from database.transactions import writing
from payments.gifts.gift import GiftState
from payments.gifts.recurring import Interval, RecurringState, Rhythm
from payments.gifts.tables import recurring as recurring_table
from payments.reading.statuses import read_subscription
from payments.settlement.store import save_subscription
from receipts.tables import receipt
from tests.payments.recurring.ground import CARD, DAY, DEBIT, FAILS_LATER, MONTH, Ground


def test_a_pledge_keeps_the_first_gift_and_the_recurring_one_before_stripe_hears(place: Ground) -> None:
    """Both are pending, and name each other."""
    gift = place.pledge(Rhythm(Interval.MONTH))

    assert gift.recurring_id is not None
    recurring = place.recurring(gift.recurring_id)
    assert (gift.state, recurring.state) == (GiftState.PENDING, RecurringState.PENDING)
    assert (recurring.first_gift, recurring.amount, recurring.subscription) == (gift.id, gift.amount, None)
    assert [(share.campaign, share.weight) for share in recurring.shares] == [(1, 1000)]


def test_the_same_form_twice_begins_one_recurring_gift(place: Ground) -> None:
    """And another end is another one."""
    first, again = (place.pledge(Rhythm(Interval.MONTH)) for _ in range(2))
    other = place.pledge(Rhythm(Interval.MONTH, instalments=3))

    assert first.id == again.id
    assert other.recurring_id != first.recurring_id
    assert place.books.count(recurring_table) == 2


def test_the_first_instalment_is_the_gift_that_was_pledged(place: Ground) -> None:
    """Received once, with its receipt; the recurring gift is active, and the next is due in a month."""
    recurring = place.begin()

    row = place.row(recurring)
    assert place.received() == [1000]
    assert place.gifts()[0].id == recurring.first_gift
    assert (row.state, row.amount_minor, row.failed_attempts) == ("active", 1000, 0)
    assert row.next_at - place.twin.now() > timedelta(days=29)
    assert place.books.count(receipt) == 1


def test_what_stripe_is_told_of_a_subscription_never_names_a_gift(place: Ground) -> None:
    """It comes with every later instalment, and would make each of them the first."""
    recurring = place.begin()

    metadata = place.subscription(recurring)["metadata"]
    assert metadata == {"recurring_id": recurring.id, "app": "farthing", "schema": "1"}


def test_a_renewal_is_a_gift_of_its_own_with_its_own_receipt(place: Ground) -> None:
    """A month later: the same amount to the same campaign."""
    recurring = place.begin()
    place.wait(MONTH)

    first, second = place.gifts()
    assert place.received() == [1000, 1000]
    assert (second.recurring_id, second.invoice_id is not None) == (recurring.id, True)
    assert first.donor == second.donor
    assert place.books.count(receipt) == 2
    assert place.books.raised() == 2000


def test_a_failed_renewal_says_when_stripe_tries_again_and_then_recovers(place: Ground) -> None:
    """Past due with Stripe's own date; after it, active, and the gift is received once."""
    recurring = place.begin(card=CARD)
    with place.twin.world.step():
        subscription = place.twin.world.store.get(str(recurring.subscription))
        place.twin.world.store.change(subscription, _fails_next=True)
    place.wait(MONTH + DAY)

    failed = place.row(recurring)
    assert (failed.state, failed.failed_attempts) == ("past_due", 1)
    assert DAY < failed.retry_at - place.twin.now() < 3 * DAY
    assert place.received() == [1000]

    place.wait(3 * DAY)
    recovered = place.row(recurring)
    assert (recovered.state, recovered.failed_attempts, recovered.retry_at) == ("active", 0, None)
    assert place.received() == [1000, 1000]


def test_a_card_that_fails_for_good_ends_it(place: Ground) -> None:
    """Nothing was received but the first instalment."""
    recurring = place.begin(card=FAILS_LATER)
    place.wait(MONTH + 20 * DAY)

    row = place.row(recurring)
    assert (row.state, row.next_at, row.retry_at) == ("ended", None, None)
    assert place.received() == [1000]


def test_a_debit_is_received_when_the_bank_has_confirmed_it(place: Ground) -> None:
    """Not before; the first instalment and the second."""
    recurring = place.begin(card=DEBIT)
    assert place.gift(recurring.first_gift).state is not GiftState.RECEIVED

    place.wait(6 * DAY)
    assert place.received() == [1000]
    place.wait(MONTH + 6 * DAY)
    assert place.received() == [1000, 1000]


def test_a_quarter_is_three_months(place: Ground) -> None:
    """Stripe knows no quarters."""
    recurring = place.begin(Rhythm(Interval.QUARTER))
    assert place.subscription(recurring)["items"]["data"][0]["price"]["recurring"]["interval_count"] == 3

    place.wait(timedelta(days=93))
    assert place.charges() == [1000, 1000]


def test_the_answer_to_an_earlier_question_changes_nothing(place: Ground) -> None:
    """Two workers look at once, and the slower one has the older answer."""
    recurring = place.begin()
    now = place.twin.now()
    ended = replace(read_subscription(place.subscription(recurring)), state=RecurringState.ENDED)

    with writing(place.engine) as conn:
        save_subscription(conn, recurring.id, ended, now - timedelta(seconds=1))
    assert place.row(recurring).state == "active"
    with writing(place.engine) as conn:
        save_subscription(conn, recurring.id, ended, now + timedelta(seconds=1))
    assert place.row(recurring).state == "ended"


def test_a_copy_that_somebody_made_at_stripe_is_not_the_donors(place: Ground) -> None:
    """It carries our metadata, but the recurring gift has its subscription already."""
    recurring = place.begin()
    with place.twin.world.step():
        store = place.twin.world.store
        copy = store.get(str(recurring.subscription)) | {"id": "sub_copy", "status": "canceled"}
        store.add(dict(copy))
    place.looking.fetch("sub_copy")

    assert place.row(recurring).state == "active"

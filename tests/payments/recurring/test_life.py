"""A recurring gift begins, is renewed, fails and recovers. Our books, and a twin over HTTP."""

from dataclasses import replace
from datetime import timedelta

from database.transactions import writing
from payments.gifts.gift import GiftState
from payments.gifts.recurring import Interval, RecurringState, Rhythm
from payments.gifts.recurring_store import save_status
from payments.gifts.tables import recurring as recurring_table
from payments.reading.statuses import read_subscription
from receipts.tables import receipt
from tests.payments.recurring.recurring_setup import CARD, DAY, DEBIT, FAILS_LATER, MONTH, RecurringSetup


def test_a_pledge_saves_the_first_gift_and_the_recurring_one_before_stripe_is_asked(setup: RecurringSetup) -> None:
    """Both are pending, and name each other."""
    gift = setup.pledge(Rhythm(Interval.MONTH))

    assert gift.recurring_id is not None
    recurring = setup.recurring(gift.recurring_id)
    assert (gift.state, recurring.state) == (GiftState.PENDING, RecurringState.PENDING)
    assert (recurring.first_gift, recurring.amount, recurring.subscription) == (gift.id, gift.amount, None)
    assert [(share.campaign, share.weight) for share in recurring.shares] == [(1, 1)]


def test_the_same_form_twice_begins_one_recurring_gift(setup: RecurringSetup) -> None:
    """And another end is another one."""
    first, again = (setup.pledge(Rhythm(Interval.MONTH)) for _ in range(2))
    other = setup.pledge(Rhythm(Interval.MONTH, instalments=3))

    assert first.id == again.id
    assert other.recurring_id != first.recurring_id
    assert setup.books.count(recurring_table) == 2


def test_the_first_instalment_is_the_gift_that_was_pledged(setup: RecurringSetup) -> None:
    """Received once, with its receipt; the recurring gift is active, and the next is due in a month."""
    recurring = setup.begin()

    row = setup.row(recurring)
    assert setup.received() == [1000]
    assert setup.gifts()[0].id == recurring.first_gift
    assert (row.state, row.amount_minor, row.failed_attempts) == ("active", 1000, 0)
    assert row.next_at - setup.twin.now() > timedelta(days=29)
    assert setup.books.count(receipt) == 1


def test_a_subscriptions_metadata_never_names_a_gift(setup: RecurringSetup) -> None:
    """It comes with every later instalment, and would make each of them the first."""
    recurring = setup.begin()

    metadata = setup.subscription(recurring)["metadata"]
    assert metadata == {"recurring_id": recurring.id, "app": "farthing", "schema": "1", "weights": "libraries:1"}


def test_a_renewal_is_a_gift_of_its_own_with_its_own_receipt(setup: RecurringSetup) -> None:
    """A month later: the same amount to the same campaign."""
    recurring = setup.begin()
    setup.wait(MONTH)

    first, second = setup.gifts()
    assert setup.received() == [1000, 1000]
    assert (second.recurring_id, second.invoice_id is not None) == (recurring.id, True)
    assert first.donor == second.donor
    assert setup.books.count(receipt) == 2
    assert setup.books.raised() == 2000


def test_a_failed_renewal_says_when_stripe_tries_again_and_then_recovers(setup: RecurringSetup) -> None:
    """Past due with Stripe's own date; after it, active, and the gift is received once."""
    recurring = setup.begin(card=CARD)
    with setup.twin.world.step():
        subscription = setup.twin.world.store.get(str(recurring.subscription))
        setup.twin.world.store.change(subscription, _fails_next=True)
    setup.wait(MONTH + DAY)

    failed = setup.row(recurring)
    assert (failed.state, failed.failed_attempts) == ("past_due", 1)
    assert DAY < failed.retry_at - setup.twin.now() < 3 * DAY
    assert setup.received() == [1000]

    setup.wait(3 * DAY)
    recovered = setup.row(recurring)
    assert (recovered.state, recovered.failed_attempts, recovered.retry_at) == ("active", 0, None)
    assert setup.received() == [1000, 1000]


def test_a_card_that_fails_for_good_ends_it(setup: RecurringSetup) -> None:
    """Nothing was received but the first instalment; how often it was tried and the bank's reason are remembered."""
    recurring = setup.begin(card=FAILS_LATER)
    setup.wait(MONTH + 20 * DAY)

    row = setup.row(recurring)
    assert (row.state, row.next_at, row.retry_at) == ("ended", None, None)
    assert (row.failed_attempts > 1, row.decline) == (True, "generic_decline")
    assert setup.received() == [1000]


def test_a_debit_is_received_when_the_bank_has_confirmed_it(setup: RecurringSetup) -> None:
    """Not before; the first instalment and the second."""
    recurring = setup.begin(card=DEBIT)
    assert setup.gift(recurring.first_gift).state is not GiftState.RECEIVED

    setup.wait(6 * DAY)
    assert setup.received() == [1000]
    setup.wait(MONTH + 6 * DAY)
    assert setup.received() == [1000, 1000]


def test_a_quarter_is_three_months(setup: RecurringSetup) -> None:
    """Stripe knows no quarters."""
    recurring = setup.begin(Rhythm(Interval.QUARTER))
    assert setup.subscription(recurring)["items"]["data"][0]["price"]["recurring"]["interval_count"] == 3

    setup.wait(timedelta(days=93))
    assert setup.charges() == [1000, 1000]


def test_the_answer_to_an_earlier_question_changes_nothing(setup: RecurringSetup) -> None:
    """Two workers look at once, and the slower one has the older answer."""
    recurring = setup.begin()
    now = setup.twin.now()
    ended = replace(read_subscription(setup.subscription(recurring)), state=RecurringState.ENDED)

    with writing(setup.engine) as conn:
        save_status(conn, recurring.id, ended, now - timedelta(seconds=1))
    assert setup.row(recurring).state == "active"
    with writing(setup.engine) as conn:
        save_status(conn, recurring.id, ended, now + timedelta(seconds=1))
    assert setup.row(recurring).state == "ended"


def test_an_answer_from_a_clock_that_was_ahead_is_not_the_last(setup: RecurringSetup) -> None:
    """Else the status would stand still until that day."""
    recurring = setup.begin()
    now = setup.twin.now()
    active = read_subscription(setup.subscription(recurring))

    with writing(setup.engine) as conn:
        save_status(conn, recurring.id, active, now + timedelta(days=1800))
        save_status(conn, recurring.id, replace(active, state=RecurringState.ENDED), now)

    assert setup.row(recurring).state == "ended"


def test_a_copy_that_was_made_at_stripe_is_not_the_donors(setup: RecurringSetup) -> None:
    """It carries our metadata, but the recurring gift has its subscription already."""
    recurring = setup.begin()
    with setup.twin.world.step():
        store = setup.twin.world.store
        copy = store.get(str(recurring.subscription)) | {"id": "sub_copy", "status": "canceled"}
        store.add(dict(copy))
    setup.statuses.fetch("sub_copy")

    assert setup.row(recurring).state == "active"

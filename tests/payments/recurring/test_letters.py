"""Donors of recurring gifts are written to, once, about everything that happens to them."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from database.transactions import reading
from outbox.tables import letter
from payments.gifts.recurring import Interval, Recurring, Rhythm
from payments.gifts.recurring_changes import ChangeKind
from payments.letters.reminders import failing_day
from tests.payments.organisation_books import NOON
from tests.payments.recurring.recurring_setup import DAY, DEBIT, MONTH, RecurringSetup

MONTHLY = Rhythm(Interval.MONTH)


def change(setup: RecurringSetup, recurring: Recurring, *kinds: ChangeKind, pence: int | None = None) -> None:
    """Ask for changes and let the worker make them, twice over."""
    for kind in kinds:
        setup.request_change(recurring, kind, pence)
        setup.deliver()
        setup.deliver()


def test_a_recurring_gift_that_only_begins_has_no_letter_but_its_receipts(setup: RecurringSetup) -> None:
    """Also after another instalment."""
    setup.begin()
    setup.wait(MONTH)
    assert setup.letters() == {}


def test_another_amount_a_pause_and_its_end_are_confirmed(setup: RecurringSetup) -> None:
    """Whoever asked for them: here it was staff."""
    recurring = setup.begin()
    change(setup, recurring, ChangeKind.AMOUNT, pence=2500)
    change(setup, recurring, ChangeKind.PAUSE, ChangeKind.RESUME)

    letters = setup.letters()
    assert list(letters) == ["recurring-amount", "recurring-paused", "recurring-resumed"]
    subject, text = letters["recurring-amount"]
    assert subject == "Your monthly donation is £25 a month now"
    assert "Your monthly donation to Save our libraries was £10. It is £25 from now on." in text
    assert "The next is taken on" in text
    assert "http://give.example/giving" in text or "/giving" in text
    assert "nothing is collected later" in letters["recurring-paused"][1]
    assert "goes on: £25 a month" in letters["recurring-resumed"][1]


def test_a_gift_that_is_stopped_is_confirmed_once(setup: RecurringSetup) -> None:
    """With its period first, and then nothing more is said when the period is over."""
    recurring = setup.begin()
    change(setup, recurring, ChangeKind.END_LATER)
    setup.wait(2 * MONTH)
    assert list(setup.letters()) == ["recurring-ending"]


def test_a_gift_that_is_stopped_at_once_is_confirmed(setup: RecurringSetup) -> None:
    """Nothing more is taken."""
    change(setup, setup.begin(), ChangeKind.END_NOW)
    assert list(setup.letters()) == ["recurring-stopped"]
    assert "No more is taken." in setup.letters()["recurring-stopped"][1]


def test_a_gift_that_came_to_its_chosen_end_is_thanked_for(setup: RecurringSetup) -> None:
    """The end was the donor's own: nobody stopped it."""
    setup.begin(Rhythm(Interval.MONTH, instalments=2))
    setup.wait(3 * MONTH)
    assert list(setup.letters()) == ["recurring-completed"]


def test_a_payment_that_fails_is_told_on_three_days_and_then_its_end(setup: RecurringSetup) -> None:
    """With when it is tried again, and the way to another card."""
    setup.begin(card="4000000000000341")
    setup.wait(2 * MONTH)
    with reading(setup.engine) as conn:
        keys = conn.scalars(sa.select(letter.c.key).order_by(letter.c.posted_at)).all()
        texts = conn.scalars(sa.select(letter.c.text).order_by(letter.c.posted_at)).all()
    assert [key.partition(":")[0] for key in keys] == [*["payment-failed"] * 3, "recurring-failed"]
    assert [key.rpartition(":")[2] for key in keys[:3]] == ["1", "3", "7"]
    assert "We try again on" in " ".join(texts[0].split())
    assert "/giving" in texts[0]


@pytest.mark.parametrize(
    ("after", "day"), [(timedelta(0), 1), (DAY, 1), (2 * DAY, 3), (5 * DAY, 3), (6 * DAY, 7), (40 * DAY, 7)]
)
def test_the_days_of_failing_on_which_a_donor_is_written_to(after: timedelta, day: int) -> None:
    """The third day is two days after the first."""
    assert failing_day(NOON, NOON + after) == day


def test_a_debit_is_announced_before_it_is_taken(setup: RecurringSetup) -> None:
    """The first when the donor has filled in the form, the second a week before."""
    setup.begin(card=DEBIT)
    setup.wait(20 * DAY)
    assert list(setup.letters()) == ["debit-begun"]
    setup.wait(8 * DAY)
    assert list(setup.letters()) == ["debit-begun", "debit-notice"]
    assert "is taken from your bank account" in setup.letters()["debit-notice"][1]


def test_a_card_that_expires_is_warned_of_once(setup: RecurringSetup) -> None:
    """A month before its last day."""
    recurring = setup.begin()
    card = setup.subscription(recurring)["default_payment_method"]["card"]
    assert setup.row(recurring).card_expires_on.year == card["exp_year"]
    expires = setup.row(recurring).card_expires_on
    warned = setup.twin.now().replace(year=expires.year, month=expires.month, day=3)
    setup.twin.world.clock.set(warned.timestamp())
    setup.work()
    assert "card-expires" in setup.letters()


def test_a_bank_that_refuses_a_first_debit_is_told(setup: RecurringSetup) -> None:
    """By reminders, while Stripe tries again."""
    gift = setup.pledge(MONTHLY)
    assert gift.session_id is not None
    setup.twin.pay(gift.session_id, card="22222227")
    setup.deliver()
    while len(setup.letters()) < 2:
        setup.wait(DAY)
    assert list(setup.letters()) == ["debit-begun", "payment-failed"]
    assert "could not be taken" in setup.letters()["payment-failed"][0]


def test_a_bank_that_refuses_a_debit_given_once_is_told(setup: RecurringSetup) -> None:
    """With the way to try again, the amount filled in."""
    gift = setup.pledge()
    assert gift.session_id is not None
    setup.twin.pay(gift.session_id, card="22222227")
    setup.deliver()
    setup.wait(10 * DAY)
    letters = setup.letters()
    assert list(letters) == ["debit-begun", "payment-failed"]
    assert "give?amount=1000" in letters["payment-failed"][1]

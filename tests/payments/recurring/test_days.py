"""A year of recurring gifts with the twin's clock: every receipt is of a promised day, and none is after the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from database.transactions import reading
from organisation.organisation import GivingRules
from payments.gifts.due_dates import promised_day
from payments.gifts.recurring import Interval, Recurring, Rhythm
from payments.gifts.recurring_changes import ChangeKind
from payments.gifts.tables import gift
from payments.stripe.subscriptions import MOVED_TO
from payments.thanks.routes import ThanksPages
from tests.payments.organisation_books import Books
from tests.payments.recurring.recurring_setup import DAY, DEBIT, RecurringSetup, open_recurring_setup
from tests.web.samples import pages

LONDON, AUCKLAND, AZORES = ZoneInfo("Europe/London"), ZoneInfo("Pacific/Auckland"), ZoneInfo("Atlantic/Azores")
WEEK = timedelta(weeks=1)


@contextmanager
def standing_at(books: Books, zone: ZoneInfo, at: str) -> Iterator[RecurringSetup]:
    """An organisation of this zone, and a twin whose clock stands at this instant."""
    rules = replace(books.bookkeeper.rules, zone=zone)
    with open_recurring_setup(Books(books.engine, replace(books.bookkeeper, rules=rules))) as setup:
        setup.twin.world.clock.set(datetime.fromisoformat(at).timestamp())
        yield setup


def live(setup: RecurringSetup, until: str, step: timedelta = WEEK) -> None:
    """Let time pass until an instant."""
    end = datetime.fromisoformat(until)
    while setup.twin.now() < end:
        setup.twin.advance(min(step, end - setup.twin.now()))
        setup.work()


def days_taken(setup: RecurringSetup) -> list[date]:
    """The book dates of what was received, which are the dates of the receipts."""
    received = sa.select(gift.c.received_on).where(gift.c.state == "received").order_by(gift.c.received_on)
    with reading(setup.engine) as conn:
        return list(conn.scalars(received))


@pytest.mark.parametrize(
    ("zone", "begun", "interval", "until", "count"),
    [
        (LONDON, "2027-01-31T23:30+00:00", Interval.MONTH, "2028-02-01T12:00+00:00", 13),
        (LONDON, "2026-12-31T23:30+00:00", Interval.YEAR, "2028-01-10T12:00+00:00", 2),
        (AUCKLAND, "2027-02-28T21:00+00:00", Interval.MONTH, "2027-09-20T12:00+00:00", 7),
        (AZORES, "2027-01-31T00:30+00:00", Interval.QUARTER, "2028-01-10T12:00+00:00", 4),
        (ZoneInfo("America/Los_Angeles"), "2027-02-02T07:30+00:00", Interval.WEEK, "2027-04-08T12:00+00:00", 10),
    ],
)
def test_every_receipt_is_of_a_promised_day(
    books: Books, zone: ZoneInfo, begun: str, interval: Interval, until: str, count: int
) -> None:
    """One in each period, also where it begins late in the evening or where it is tomorrow already."""
    with standing_at(books, zone, begun) as setup:
        setup.begin(Rhythm(interval))
        live(setup, until)
        first = datetime.fromisoformat(begun).astimezone(zone).date()
        assert days_taken(setup) == [promised_day(first, interval, n) for n in range(count)]
        assert setup.received() == setup.charges() == [1000] * count


def test_a_chosen_day_is_kept_from_the_second_instalment_on(books: Books) -> None:
    """Whole amounts: today, then on the 1st of each month, five times in all; nothing for the days between."""
    with standing_at(books, LONDON, "2026-11-28T12:00+00:00") as setup:
        recurring = setup.begin(Rhythm(Interval.MONTH, instalments=5, day=1))
        assert setup.subscription(recurring)["metadata"]["day"] == "1"  # so that a restore does not lose it
        live(setup, "2027-08-05T12:00+00:00")
        on_the_first = [date(2027, month, 1) for month in (1, 2, 3, 4)]
        assert days_taken(setup) == [date(2026, 11, 28), *on_the_first]
        assert setup.received() == setup.charges() == [1000] * 5
        assert setup.row(recurring).state == "ended"


def test_what_is_promised_follows_from_the_day_of_payment(books: Books) -> None:
    """The form was sent on 30 January, and paid after midnight: the 31st is kept, and shown."""
    with standing_at(books, LONDON, "2027-01-30T23:55+00:00") as setup:
        gift = setup.pledge(Rhythm(Interval.MONTH))
        setup.twin.advance(timedelta(minutes=10))
        setup.twin.pay(str(gift.session_id))
        setup.deliver()
        kept = setup.recurring(str(gift.recurring_id))
        assert kept.began_at == datetime(2027, 1, 31, 0, 5, tzinfo=UTC)
        live(setup, "2027-04-02T12:00+00:00")
        assert days_taken(setup) == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31)]


@pytest.mark.parametrize(
    ("ends", "last"),
    [
        ("2027-04-30T23:59:59+01:00", date(2027, 4, 30)),  # closes with the day on which it is due
        ("2027-04-30T09:00:00+01:00", date(2027, 3, 31)),  # closes before it would be taken
        ("2027-04-01T00:00:00+01:00", date(2027, 3, 31)),
    ],
)
def test_nothing_is_taken_after_the_campaign_has_closed(books: Books, ends: str, last: date) -> None:
    """All that falls due before it, whole, and nothing half an hour later."""
    with standing_at(books, LONDON, "2027-01-31T23:30+00:00") as setup:
        closes = datetime.fromisoformat(ends).astimezone(UTC)
        recurring = setup.begin(Rhythm(Interval.MONTH, ends_at=closes))
        live(setup, "2027-07-05T12:00+00:00")
        taken = days_taken(setup)
        assert taken[-1] == last
        assert len(taken) == last.month
        assert set(setup.charges()) == {1000}
        assert setup.row(recurring).state == "ended"


def test_a_number_of_instalments_counts_no_invoice_over_nothing(books: Books) -> None:
    """Moving a renewal makes an invoice of £0, which is none of the three."""
    with standing_at(books, LONDON, "2027-01-31T23:30+00:00") as setup:
        recurring = setup.begin(Rhythm(Interval.MONTH, instalments=3))
        live(setup, "2027-06-05T12:00+00:00")
        assert days_taken(setup) == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31)]
        assert setup.row(recurring).state == "ended"


def test_a_gift_begun_at_noon_is_never_moved(setup: RecurringSetup) -> None:
    """Where Stripe's days are the promised ones, nothing is asked of it."""
    recurring = setup.begin()
    assert MOVED_TO not in setup.subscription(recurring)["metadata"]
    assert setup.subscription(recurring)["status"] == "active"


def test_a_day_that_was_chosen_at_stripe_is_left_alone(books: Books) -> None:
    """A treasurer moved it to the 10th at Stripe: it stays there."""
    with standing_at(books, LONDON, "2027-01-31T23:30+00:00") as setup:
        recurring = setup.begin()
        tenth = int(datetime(2027, 2, 10, 23, 30, tzinfo=UTC).timestamp())
        path = f"/v1/subscriptions/{recurring.subscription}"
        setup.ask("POST", path, trial_end=tenth, proration_behavior="none")
        setup.deliver()
        assert setup.row(recurring).next_at == datetime.fromtimestamp(tenth, UTC)


def test_a_renewal_is_moved_once_however_often_we_look(books: Books) -> None:
    """The second look asks for nothing; a changed amount and a pause leave the day as it is."""
    with standing_at(books, LONDON, "2027-01-31T23:30+00:00") as setup:
        recurring = setup.begin()
        before = setup.subscription(recurring)
        setup.statuses.fetch(str(recurring.subscription))
        assert setup.subscription(recurring) == before
        setup.request_change(recurring, ChangeKind.AMOUNT, 2000)
        setup.deliver()
        live(setup, "2027-03-02T12:00+00:00")
        assert setup.charges() == [1000, 2000]
        assert _days(setup, recurring) == date(2027, 3, 31)


def _days(setup: RecurringSetup, recurring: Recurring) -> date:
    """The day of the next instalment."""
    at: datetime = setup.row(recurring).next_at
    return at.astimezone(setup.zone).date()


def test_a_failed_payment_is_not_hidden_by_a_move(books: Books) -> None:
    """While it is past due nothing is moved; the state stays what it is."""
    with standing_at(books, LONDON, "2027-01-31T23:30+00:00") as setup:
        recurring = setup.begin(card="4000000000000341")
        live(setup, "2027-03-02T12:00+00:00", DAY)
        assert setup.row(recurring).state == "past_due"


def test_a_debit_keeps_the_day_on_which_it_was_begun(books: Books) -> None:
    """Its money comes days later; the thank-you page names the days on which it will be asked for."""
    with standing_at(books, LONDON, "2027-01-04T12:00+00:00") as setup:
        recurring = setup.begin(card=DEBIT)
        live(setup, "2027-01-12T12:00+00:00")
        first, kept = setup.gift(recurring.first_gift), setup.recurring(recurring.id)
        assert first.received_at is not None
        assert first.received_at.date() > date(2027, 1, 4)
        thanks = ThanksPages(setup.engine, setup.twin.now, pages("test", "http://give.invalid"), GivingRules)
        text = bytes(thanks.show(str(first.session_id)).body).decode()
        assert kept.began_at == datetime(2027, 1, 4, 12, tzinfo=UTC)
        assert "on the 4th of each month" in text
        assert "<strong>4 February 2027</strong>" in text

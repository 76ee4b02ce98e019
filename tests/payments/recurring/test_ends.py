"""A recurring gift ends as its donor chose: exactly so many charges, each of them whole."""

from datetime import UTC, datetime, timedelta

import pytest

from database.instants import from_unix
from payments.gifts.due_dates import due
from payments.gifts.recurring import Interval, Rhythm
from payments.gifts.recurring_changes import ChangeKind
from payments.stripe.subscriptions import STOPS_AT
from tests.payments.recurring.ground import DAY, MONTH, Ground

YEAR = timedelta(days=366)


@pytest.mark.parametrize("instalments", [2, 3])
def test_so_many_instalments_are_so_many_charges(place: Ground, instalments: int) -> None:
    """No more, and no part of one: the end stands where a period ends."""
    recurring = place.begin(Rhythm(Interval.MONTH, instalments=instalments))
    assert place.row(recurring).state == "ending"
    place.wait((instalments + 2) * MONTH)

    assert place.charges() == place.received() == [1000] * instalments
    assert place.row(recurring).state == "ended"


def test_until_a_day_takes_what_falls_due_by_then(place: Ground) -> None:
    """Begun on 18 November until 20 January: three instalments, the last of them whole."""
    last = datetime(2027, 1, 20, 23, 59, 59, tzinfo=UTC)
    recurring = place.begin(Rhythm(Interval.MONTH, ends_at=last))

    seen = place.subscription(recurring)
    ends = due(from_unix(seen["billing_cycle_anchor"]), Interval.MONTH, 3)
    assert ends > last
    assert place.row(recurring).stripe_ends_at == ends  # inside a period Stripe would ask for a part of it
    assert seen["cancel_at"] == int(ends.timestamp())
    place.wait(5 * MONTH)
    assert place.charges() == [1000] * 3
    assert place.row(recurring).state == "ended"


def test_the_end_is_set_once_however_often_we_look(place: Ground) -> None:
    """The second look asks for nothing."""
    recurring = place.begin(Rhythm(Interval.MONTH, instalments=3))
    before = place.subscription(recurring)
    for _ in range(2):
        place.looking.fetch(str(recurring.subscription))

    assert place.subscription(recurring) == before
    assert before["metadata"][STOPS_AT] == str(before["cancel_at"])


def test_an_end_that_the_donor_set_at_stripe_is_left_alone(place: Ground) -> None:
    """Earlier than ours, or taken away on Stripe's own page: it is their gift."""
    recurring = place.begin(Rhythm(Interval.MONTH, instalments=6))
    sooner = place.subscription(recurring)["items"]["data"][0]["current_period_end"]
    for wanted in (sooner, ""):
        place.ask("POST", f"/v1/subscriptions/{recurring.subscription}", cancel_at=wanted)
        place.hear()
        place.looking.fetch(str(recurring.subscription))
        assert place.subscription(recurring)["cancel_at"] == (wanted or None)


def test_a_pause_moves_the_end_of_a_number_of_instalments(place: Ground) -> None:
    """What was left out was not given: three are three."""
    recurring = place.begin(Rhythm(Interval.MONTH, instalments=3))
    place.wish(recurring, ChangeKind.PAUSE)
    place.wait(MONTH + DAY)
    assert place.charges() == [1000]
    place.wish(recurring, ChangeKind.RESUME)
    place.wait(5 * MONTH)

    assert place.charges() == [1000] * 3
    assert place.row(recurring).state == "ended"


def test_a_pause_does_not_move_a_day(place: Ground) -> None:
    """Polling day stays where it is."""
    recurring = place.begin(Rhythm(Interval.MONTH, ends_at=datetime(2027, 1, 20, 23, 59, 59, tzinfo=UTC)))
    before = place.subscription(recurring)["cancel_at"]
    place.wish(recurring, ChangeKind.PAUSE)
    place.wait(MONTH + DAY)
    place.wish(recurring, ChangeKind.RESUME)
    place.wait(DAY)

    assert place.subscription(recurring)["cancel_at"] == before
    place.wait(4 * MONTH)
    assert place.charges() == [1000] * 2


def test_a_year_of_quarters(place: Ground) -> None:
    """Four charges and an end."""
    recurring = place.begin(Rhythm(Interval.QUARTER, instalments=4))
    place.wait(YEAR + 3 * MONTH)

    assert place.charges() == [1000] * 4
    assert place.row(recurring).state == "ended"


def test_an_end_is_set_although_the_first_messages_were_lost(place: Ground) -> None:
    """Any later message about it will do: the second instalment tells of it in time."""
    begun = {"customer.subscription.created", "customer.subscription.updated", "checkout.session.completed"}
    place.ear.dropped |= begun | {"invoice.paid", "invoice_payment.paid"}
    recurring = place.begin(Rhythm(Interval.MONTH, instalments=2))
    assert place.ask("GET", "/v1/subscriptions")["data"][0]["cancel_at"] is None
    place.ear.dropped.clear()
    place.wait(4 * MONTH)

    assert place.charges() == [1000] * 2
    assert place.row(recurring).state == "ended"

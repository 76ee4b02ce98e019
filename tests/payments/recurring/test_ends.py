"""A recurring gift ends as its donor chose: exactly so many charges, each of them whole."""

from datetime import UTC, datetime, timedelta

import pytest

from database.instants import from_unix
from payments.gifts.due_dates import due
from payments.gifts.recurring import Interval, Rhythm
from payments.gifts.recurring_changes import ChangeKind
from payments.stripe.subscriptions import STOPS_AT
from tests.payments.recurring.recurring_setup import DAY, MONTH, RecurringSetup

YEAR = timedelta(days=366)


@pytest.mark.parametrize("instalments", [2, 3])
def test_so_many_instalments_are_so_many_charges(setup: RecurringSetup, instalments: int) -> None:
    """No more, and no part of one: the end is the end of a period."""
    recurring = setup.begin(Rhythm(Interval.MONTH, instalments=instalments))
    assert setup.row(recurring).state == "ending"
    setup.wait((instalments + 2) * MONTH)

    assert setup.charges() == setup.received() == [1000] * instalments
    assert setup.row(recurring).state == "ended"


def test_until_a_day_takes_what_falls_due_by_then(setup: RecurringSetup) -> None:
    """Begun on 18 November until 20 January: three instalments, the last of them whole."""
    last = datetime(2027, 1, 20, 23, 59, 59, tzinfo=UTC)
    recurring = setup.begin(Rhythm(Interval.MONTH, ends_at=last))

    seen = setup.subscription(recurring)
    ends = due(from_unix(seen["billing_cycle_anchor"]), Interval.MONTH, 3)
    assert ends > last
    assert setup.row(recurring).stripe_ends_at == ends  # inside a period Stripe would ask for a part of it
    assert seen["cancel_at"] == int(ends.timestamp())
    setup.wait(5 * MONTH)
    assert setup.charges() == [1000] * 3
    assert setup.row(recurring).state == "ended"


def test_the_end_is_set_once_however_often_we_look(setup: RecurringSetup) -> None:
    """The second look asks for nothing."""
    recurring = setup.begin(Rhythm(Interval.MONTH, instalments=3))
    before = setup.subscription(recurring)
    for _ in range(2):
        setup.statuses.fetch(str(recurring.subscription))

    assert setup.subscription(recurring) == before
    assert before["metadata"][STOPS_AT] == str(before["cancel_at"])


def test_an_end_that_the_donor_set_at_stripe_is_left_alone(setup: RecurringSetup) -> None:
    """Earlier than ours, or taken away on Stripe's own page: it is their gift."""
    recurring = setup.begin(Rhythm(Interval.MONTH, instalments=6))
    sooner = setup.subscription(recurring)["items"]["data"][0]["current_period_end"]
    for wanted in (sooner, ""):
        setup.ask("POST", f"/v1/subscriptions/{recurring.subscription}", cancel_at=wanted)
        setup.deliver()
        setup.statuses.fetch(str(recurring.subscription))
        assert setup.subscription(recurring)["cancel_at"] == (wanted or None)


def test_a_pause_moves_the_end_of_a_number_of_instalments(setup: RecurringSetup) -> None:
    """What was left out was not given: three are three."""
    recurring = setup.begin(Rhythm(Interval.MONTH, instalments=3))
    setup.request_change(recurring, ChangeKind.PAUSE)
    setup.wait(MONTH + DAY)
    assert setup.charges() == [1000]
    setup.request_change(recurring, ChangeKind.RESUME)
    setup.wait(5 * MONTH)

    assert setup.charges() == [1000] * 3
    assert setup.row(recurring).state == "ended"


def test_a_pause_does_not_move_a_day(setup: RecurringSetup) -> None:
    """Polling day stays where it is."""
    recurring = setup.begin(Rhythm(Interval.MONTH, ends_at=datetime(2027, 1, 20, 23, 59, 59, tzinfo=UTC)))
    before = setup.subscription(recurring)["cancel_at"]
    setup.request_change(recurring, ChangeKind.PAUSE)
    setup.wait(MONTH + DAY)
    setup.request_change(recurring, ChangeKind.RESUME)
    setup.wait(DAY)

    assert setup.subscription(recurring)["cancel_at"] == before
    setup.wait(4 * MONTH)
    assert setup.charges() == [1000] * 2


def test_a_year_of_quarters(setup: RecurringSetup) -> None:
    """Four charges and an end."""
    recurring = setup.begin(Rhythm(Interval.QUARTER, instalments=4))
    setup.wait(YEAR + 3 * MONTH)

    assert setup.charges() == [1000] * 4
    assert setup.row(recurring).state == "ended"


def test_an_end_is_set_although_the_first_messages_were_lost(setup: RecurringSetup) -> None:
    """Any later message about it will do: the second instalment reports it in time."""
    begun = {"customer.subscription.created", "customer.subscription.updated", "checkout.session.completed"}
    setup.endpoint.dropped |= begun | {"invoice.paid", "invoice_payment.paid"}
    recurring = setup.begin(Rhythm(Interval.MONTH, instalments=2))
    assert setup.ask("GET", "/v1/subscriptions")["data"][0]["cancel_at"] is None
    setup.endpoint.dropped.clear()
    setup.wait(4 * MONTH)

    assert setup.charges() == [1000] * 2
    assert setup.row(recurring).state == "ended"

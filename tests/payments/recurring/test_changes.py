"""What a treasurer asks for reaches Stripe once, in order, and the books show what came of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from campaigns.store import campaign_by_id, change_campaign
from database.transactions import reading, writing
from ledger.money import GBP, Money
from payments.gifts.recurring import Interval, Recurring, Rhythm
from payments.gifts.recurring_changes import ChangeKind, NotRunning, RecurringChange
from payments.gifts.recurring_store import add_change, changes_of
from payments.gifts.tables import recurring_act
from payments.settlement.recurring_changes import idempotency_key
from payments.stripe.gateway import StripeAway
from sandbox.controls import run_control
from tests.payments.recurring.recurring_setup import DAY, MONTH, RecurringSetup


def waiting(setup: RecurringSetup, recurring: Recurring) -> list[RecurringChange]:
    """The changes that are not made yet."""
    with reading(setup.engine) as conn:
        return [change for change in changes_of(conn, recurring) if change.done_at is None]


def test_another_amount_counts_from_the_next_instalment(setup: RecurringSetup) -> None:
    """The same subscription and the same line of it, nothing charged in between, no proration."""
    recurring = setup.begin()
    before = setup.subscription(recurring)
    setup.request_change(recurring, ChangeKind.AMOUNT, 2500)
    setup.work()

    after = setup.subscription(recurring)
    assert [line["id"] for line in after["items"]["data"]] == [line["id"] for line in before["items"]["data"]]
    assert after["items"]["data"][0]["quantity"] == 1
    assert setup.row(recurring).amount_minor == 2500
    assert setup.charges() == [1000]
    setup.wait(2 * MONTH)
    assert setup.charges() == setup.received() == [1000, 2500, 2500]
    assert len(setup.ask("GET", "/v1/subscriptions", status="all")["data"]) == 1
    lines = [line for invoice in setup.ask("GET", "/v1/invoices")["data"] for line in invoice["lines"]["data"]]
    assert [line["parent"]["subscription_item_details"]["proration"] for line in lines] == [False] * 3


def test_a_pause_charges_nothing_and_saves_nothing_up(setup: RecurringSetup) -> None:
    """Two months are left out; the third is charged once."""
    recurring = setup.begin()
    setup.request_change(recurring, ChangeKind.PAUSE)
    setup.work()
    row = setup.row(recurring)
    assert (row.state, row.next_at, row.paused_at is not None) == ("paused", None, True)

    setup.wait(2 * MONTH)
    assert setup.charges() == [1000]
    assert setup.row(recurring).paused_at == row.paused_at
    setup.request_change(recurring, ChangeKind.RESUME)
    setup.wait(MONTH)
    assert setup.charges() == [1000, 1000]
    assert (setup.row(recurring).state, setup.row(recurring).paused_at) == ("active", None)


def test_an_end_now_is_at_once(setup: RecurringSetup) -> None:
    """And asking again does no harm."""
    recurring = setup.begin()
    for _ in range(2):
        setup.request_change(recurring, ChangeKind.END_NOW)
    setup.work()

    assert (setup.row(recurring).state, waiting(setup, recurring)) == ("ended", [])
    setup.wait(2 * MONTH)
    assert setup.charges() == [1000]


def test_an_end_after_the_period_comes_with_it(setup: RecurringSetup) -> None:
    """Ending until then, ended after it."""
    recurring = setup.begin()
    setup.request_change(recurring, ChangeKind.END_LATER)
    setup.work()
    row = setup.row(recurring)
    assert (row.state, row.next_at) == ("ending", None)
    assert row.stripe_ends_at - setup.twin.now() > timedelta(days=29)

    setup.wait(MONTH)
    assert (setup.row(recurring).state, setup.charges()) == ("ended", [1000])


def test_changes_are_made_in_their_order(setup: RecurringSetup) -> None:
    """£20, then after all £5: whatever went wrong in between, £5 it is."""
    recurring = setup.begin()
    run_control(setup.twin.clock_control, "chaos", {"api_500": "1"})
    setup.request_change(recurring, ChangeKind.AMOUNT, 2000)
    setup.work()
    assert len(waiting(setup, recurring)) == 1
    setup.twin.advance(1)
    setup.request_change(recurring, ChangeKind.AMOUNT, 500)
    run_control(setup.twin.clock_control, "chaos", {"mood": "calm"})
    setup.wait(DAY)

    assert (waiting(setup, recurring), setup.row(recurring).amount_minor) == ([], 500)


def test_an_amount_is_changed_after_the_campaign_has_another_address(setup: RecurringSetup) -> None:
    """Stripe's Product is still named after the first one."""
    recurring = setup.begin()
    with writing(setup.engine) as conn:
        campaign = campaign_by_id(conn, 1)
        assert campaign is not None
        change_campaign(conn, campaign, replace(campaign, slug="reading-rooms"))
    setup.request_change(recurring, ChangeKind.AMOUNT, 500)
    setup.wait(DAY)

    assert (waiting(setup, recurring), setup.row(recurring).amount_minor) == ([], 500)


def test_a_change_whose_answer_was_lost_has_effect_once(setup: RecurringSetup) -> None:
    """It was made, and the answer was lost; asked again it is the same change, not a second one."""
    recurring = setup.begin()
    seen = setup.subscription(recurring)
    run_control(setup.twin.clock_control, "chaos", {"api_reset": "1"})
    with pytest.raises(StripeAway):
        change(setup, seen)
    run_control(setup.twin.clock_control, "chaos", {"mood": "calm"})
    change(setup, seen)

    types = [event["type"] for event in setup.ask("GET", "/v1/events", limit=100)["data"]]
    assert types.count("customer.subscription.updated") == 1
    assert [line["price"]["unit_amount"] for line in setup.subscription(recurring)["items"]["data"]] == [2500]


def change(setup: RecurringSetup, seen: Any) -> None:
    """Ask for £25 from the next instalment on, always as the same change."""
    setup.gateway.change_amount(seen, {"campaign_libraries": Money(2500, GBP)}, Interval.MONTH, "the act")


def test_an_error_that_stripe_remembers_does_not_stop_a_change(setup: RecurringSetup) -> None:
    """Under one key it would give the same error for a day."""
    recurring = setup.begin()
    wanted = setup.request_change(recurring, ChangeKind.PAUSE)
    run_control(setup.twin.clock_control, "chaos", {"api_500": "1"})
    with pytest.raises(StripeAway):
        setup.gateway.pause(str(recurring.subscription), idempotency_key(wanted, setup.twin.now()))
    run_control(setup.twin.clock_control, "chaos", {"mood": "calm"})
    setup.work()
    assert waiting(setup, recurring) == [wanted]
    setup.wait(timedelta(hours=1))

    assert waiting(setup, recurring) == []


def test_keys_of_a_change_change_ever_more_slowly(setup: RecurringSetup) -> None:
    """The same within a minute; new ones after one minute, two, four, eight."""
    wanted = RecurringChange("act", "recurring", ChangeKind.PAUSE, None, "ada@example.org", setup.twin.now())
    keys = [
        idempotency_key(wanted, wanted.requested_at + timedelta(seconds=seconds))
        for seconds in (0, 59, 60, 119, 120, 240)
    ]

    assert keys == ["act-0", "act-0", "act-1", "act-1", "act-2", "act-3"]


def test_a_change_of_what_has_ended_meanwhile_is_done(setup: RecurringSetup) -> None:
    """The donor was quicker, at Stripe; there is nothing left to change, and nothing to try for ever."""
    recurring = setup.begin()
    setup.request_change(recurring, ChangeKind.AMOUNT, 2500)
    setup.ask("DELETE", f"/v1/subscriptions/{recurring.subscription}")
    setup.work()

    assert (waiting(setup, recurring), setup.row(recurring).state) == ([], "ended")


def test_what_does_not_run_cannot_be_changed(setup: RecurringSetup) -> None:
    """Neither before its first payment nor after its end."""
    gift = setup.pledge(Rhythm(Interval.MONTH), token="never paid")
    assert gift.recurring_id is not None
    with pytest.raises(NotRunning):
        setup.request_change(setup.recurring(gift.recurring_id), ChangeKind.PAUSE)
    recurring = setup.begin()
    setup.request_change(recurring, ChangeKind.END_NOW)
    setup.work()
    with pytest.raises(NotRunning):
        setup.request_change(recurring, ChangeKind.PAUSE)


def test_a_split_gift_is_split_as_before_when_its_amount_changes(setup: RecurringSetup) -> None:
    """£15.01 for two campaigns becomes £30.02: two lines, twice as much each, and so are the instalments."""
    recurring = setup.begin_split()
    setup.request_change(recurring, ChangeKind.AMOUNT, 3002)
    setup.wait(MONTH)

    assert setup.charges() == setup.received() == [1501, 3002]
    assert (setup.books.raised(1), setup.books.raised(2)) == (1001 + 2002, 500 + 1000)


def test_a_button_pressed_twice_is_one_change(setup: RecurringSetup) -> None:
    """The page's own number makes them one."""
    recurring = setup.begin()
    wanted = setup.request_change(recurring, ChangeKind.PAUSE)
    with writing(setup.engine) as conn:
        add_change(conn, wanted)

    assert setup.books.count(recurring_act) == 1

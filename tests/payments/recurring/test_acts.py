"""What a treasurer asks for reaches Stripe once, in order, and the books show what came of it."""

from datetime import timedelta
from typing import Any

import pytest

from database.transactions import reading, writing
from ledger.money import GBP, Money
from payments.gifts.recurring import Interval, Recurring, Rhythm
from payments.gifts.recurring_changes import ChangeKind, NotRunning, RecurringChange
from payments.gifts.recurring_store import add_change, changes_of
from payments.gifts.tables import recurring_act
from payments.settlement.recurring_changes import idempotency_key
from payments.stripe.gateway import StripeAway
from sandbox.controls import run_control
from tests.payments.recurring.ground import DAY, MONTH, Ground


def undone(place: Ground, recurring: Recurring) -> list[RecurringChange]:
    """What Stripe has not agreed to yet."""
    with reading(place.engine) as conn:
        return [one for one in changes_of(conn, recurring) if one.done_at is None]


def test_another_amount_counts_from_the_next_instalment(place: Ground) -> None:
    """The same subscription and the same line of it, nothing charged in between, no proration."""
    recurring = place.begin()
    before = place.subscription(recurring)
    place.wish(recurring, ChangeKind.AMOUNT, 2500)
    place.work()

    after = place.subscription(recurring)
    assert [line["id"] for line in after["items"]["data"]] == [line["id"] for line in before["items"]["data"]]
    assert after["items"]["data"][0]["quantity"] == 1
    assert place.row(recurring).amount_minor == 2500
    assert place.charges() == [1000]
    place.wait(2 * MONTH)
    assert place.charges() == place.received() == [1000, 2500, 2500]
    assert len(place.ask("GET", "/v1/subscriptions", status="all")["data"]) == 1
    lines = [line for invoice in place.ask("GET", "/v1/invoices")["data"] for line in invoice["lines"]["data"]]
    assert [line["parent"]["subscription_item_details"]["proration"] for line in lines] == [False] * 3


def test_a_pause_charges_nothing_and_saves_nothing_up(place: Ground) -> None:
    """Two months are left out; the third is charged once."""
    recurring = place.begin()
    place.wish(recurring, ChangeKind.PAUSE)
    place.work()
    row = place.row(recurring)
    assert (row.state, row.next_at, row.paused_at is not None) == ("paused", None, True)

    place.wait(2 * MONTH)
    assert place.charges() == [1000]
    assert place.row(recurring).paused_at == row.paused_at
    place.wish(recurring, ChangeKind.RESUME)
    place.wait(MONTH)
    assert place.charges() == [1000, 1000]
    assert (place.row(recurring).state, place.row(recurring).paused_at) == ("active", None)


def test_an_end_now_is_at_once(place: Ground) -> None:
    """And asking again does no harm."""
    recurring = place.begin()
    for _ in range(2):
        place.wish(recurring, ChangeKind.END_NOW)
    place.work()

    assert (place.row(recurring).state, undone(place, recurring)) == ("ended", [])
    place.wait(2 * MONTH)
    assert place.charges() == [1000]


def test_an_end_after_the_period_comes_with_it(place: Ground) -> None:
    """Ending until then, ended after it."""
    recurring = place.begin()
    place.wish(recurring, ChangeKind.END_LATER)
    place.work()
    row = place.row(recurring)
    assert (row.state, row.next_at) == ("ending", None)
    assert row.stripe_ends_at - place.twin.now() > timedelta(days=29)

    place.wait(MONTH)
    assert (place.row(recurring).state, place.charges()) == ("ended", [1000])


def test_wishes_are_fulfilled_in_their_order(place: Ground) -> None:
    """£20, then after all £5: whatever went wrong in between, £5 it is."""
    recurring = place.begin()
    run_control(place.twin.clock_control, "chaos", {"api_500": "1"})
    place.wish(recurring, ChangeKind.AMOUNT, 2000)
    place.work()
    assert len(undone(place, recurring)) == 1
    place.twin.advance(1)
    place.wish(recurring, ChangeKind.AMOUNT, 500)
    run_control(place.twin.clock_control, "chaos", {"mood": "calm"})
    place.wait(DAY)

    assert (undone(place, recurring), place.row(recurring).amount_minor) == ([], 500)


def test_an_act_whose_answer_was_lost_has_effect_once(place: Ground) -> None:
    """It was done, and nobody told us; asked again it is the same act, not a second one."""
    recurring = place.begin()
    seen = place.subscription(recurring)
    run_control(place.twin.clock_control, "chaos", {"api_reset": "1"})
    with pytest.raises(StripeAway):
        change(place, seen)
    run_control(place.twin.clock_control, "chaos", {"mood": "calm"})
    change(place, seen)

    told = [one["type"] for one in place.ask("GET", "/v1/events", limit=100)["data"]]
    assert told.count("customer.subscription.updated") == 1
    assert [line["price"]["unit_amount"] for line in place.subscription(recurring)["items"]["data"]] == [2500]


def change(place: Ground, seen: Any) -> None:
    """Ask for £25 from the next instalment on, always as the same act."""
    place.gateway.change_amount(seen, {"campaign_libraries": Money(2500, GBP)}, Interval.MONTH, "the act")


def test_an_error_that_stripe_remembers_does_not_stop_an_act(place: Ground) -> None:
    """Under one key it would give the same error for a day."""
    recurring = place.begin()
    wanted = place.wish(recurring, ChangeKind.PAUSE)
    run_control(place.twin.clock_control, "chaos", {"api_500": "1"})
    with pytest.raises(StripeAway):
        place.gateway.pause(str(recurring.subscription), idempotency_key(wanted, place.twin.now()))
    run_control(place.twin.clock_control, "chaos", {"mood": "calm"})
    place.work()
    assert undone(place, recurring) == [wanted]
    place.wait(timedelta(hours=1))

    assert undone(place, recurring) == []


def test_keys_of_an_act_change_ever_more_slowly(place: Ground) -> None:
    """The same within a minute; new ones after one minute, two, four, eight."""
    wanted = RecurringChange("act", "recurring", ChangeKind.PAUSE, None, "ada@example.org", place.twin.now())
    keys = [
        idempotency_key(wanted, wanted.requested_at + timedelta(seconds=seconds))
        for seconds in (0, 59, 60, 119, 120, 240)
    ]

    assert keys == ["act-0", "act-0", "act-1", "act-1", "act-2", "act-3"]


def test_a_wish_for_what_has_ended_meanwhile_is_done(place: Ground) -> None:
    """The donor was quicker, at Stripe; there is nothing left to change, and nothing to try for ever."""
    recurring = place.begin()
    place.wish(recurring, ChangeKind.AMOUNT, 2500)
    place.ask("DELETE", f"/v1/subscriptions/{recurring.subscription}")
    place.work()

    assert (undone(place, recurring), place.row(recurring).state) == ([], "ended")


def test_what_does_not_run_cannot_be_changed(place: Ground) -> None:
    """Neither before its first payment nor after its end."""
    gift = place.pledge(Rhythm(Interval.MONTH), token="never paid")
    assert gift.recurring_id is not None
    with pytest.raises(NotRunning):
        place.wish(place.recurring(gift.recurring_id), ChangeKind.PAUSE)
    recurring = place.begin()
    place.wish(recurring, ChangeKind.END_NOW)
    place.work()
    with pytest.raises(NotRunning):
        place.wish(recurring, ChangeKind.PAUSE)


def test_a_split_gift_is_split_as_before_when_its_amount_changes(place: Ground) -> None:
    """£15.01 for two campaigns becomes £30.02: two lines, twice as much each, and so are the instalments."""
    recurring = place.begin_split()
    place.wish(recurring, ChangeKind.AMOUNT, 3002)
    place.wait(MONTH)

    assert place.charges() == place.received() == [1501, 3002]
    assert (place.books.raised(1), place.books.raised(2)) == (1001 + 2002, 500 + 1000)


def test_a_button_pressed_twice_is_one_wish(place: Ground) -> None:
    """The page's own number makes them one."""
    recurring = place.begin()
    wanted = place.wish(recurring, ChangeKind.PAUSE)
    with writing(place.engine) as conn:
        add_change(conn, wanted)

    assert place.books.count(recurring_act) == 1

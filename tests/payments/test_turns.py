"""The order in which checkouts are opened: below Stripe's limit, each gift with a turn of its own."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from database.transactions import reading, writing
from payments.giving.pace_store import STRIPE_LIMIT, Lane, Pace, take_moment
from payments.giving.turns_store import WITHIN_REQUEST, Turn, Turns, remove_old_turns, waiting_turns
from tests.clock import FixedClock
from tests.payments.organisation_books import NOON, Books, gift_id

SECOND = timedelta(seconds=1)


@pytest.fixture
def clock() -> FixedClock:
    """The clock of these tests."""
    return FixedClock(NOON)


@pytest.fixture
def turns(books: Books, clock: FixedClock) -> Turns:
    """Turns at one a second or so, so that few gifts make a queue."""
    return Turns(books.engine, clock, b"k" * 32, Pace(1))


def ask_for(turns: Turns, books: Books, *numbers: int) -> list[Turn]:
    """The turns of these gifts, in this order."""
    for number in numbers:
        books.pledge(number)
    return [turns.ask(gift_id(number)) for number in numbers]


def moments(books: Books, count: int, pace: Pace, lane: Lane = Lane.NEW, now: datetime = NOON) -> list[datetime]:
    """So many moments, one after the other."""
    with writing(books.engine) as conn:
        return [take_moment(conn, lane, pace, now) for _ in range(count)]


def test_both_lanes_together_stay_below_the_limit_in_every_second(books: Books) -> None:
    """Whoever asks, and however many at once: from several webs on one database."""
    pace = Pace()
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(moments, books, 30, pace, lane) for lane in (*[Lane.NEW] * 3, Lane.BACK)]
        taken = sorted(moment for future in asked for moment in future.result(20))
    assert taken[0] == NOON
    assert len(set(taken)) >= 119
    assert max(sum(begin <= moment < begin + SECOND for moment in taken) for begin in taken) <= STRIPE_LIMIT


def test_a_pause_is_not_saved_up(books: Books) -> None:
    """After a quiet hour the next is now, not a burst; a clock that was far ahead blocks nobody."""
    pace = Pace()
    moments(books, 3, pace, now=NOON + timedelta(days=1))
    first, second = moments(books, 2, pace)
    assert (first, second - first) == (NOON, pace.step(Lane.NEW))


def test_who_cannot_go_at_once_waits_in_order_and_keeps_the_place(
    books: Books, turns: Turns, clock: FixedClock
) -> None:
    """The first go on within their request; the others have a ticket, however often they ask."""
    given = ask_for(turns, books, *range(1, 9))
    gone, waiting = [turn for turn in given if turn.taken_at], [turn for turn in given if not turn.taken_at]
    assert [turn.gift_id for turn in (*gone, *waiting)] == [gift_id(number) for number in range(1, 9)]
    assert all(turn.wait(NOON) <= WITHIN_REQUEST for turn in gone)
    assert [turns.pace.place(turn.wait(NOON)) for turn in waiting] == [3, 4, 5, 6, 7]
    assert turns.ask(waiting[2].gift_id) == waiting[2]
    assert turns.take_up(waiting[2].ticket) == waiting[2]
    clock.advance(waiting[2].wait(NOON) - SECOND)
    taken = turns.take_up(waiting[2].ticket)
    assert taken is not None
    assert taken.taken_at == clock()


def test_one_of_two_tabs_takes_the_turn(books: Books, turns: Turns, clock: FixedClock) -> None:
    """The other waits a moment, and then takes one of the slower lane."""
    *_, last = ask_for(turns, books, *range(1, 6))
    clock.advance(last.wait(NOON))
    with ThreadPoolExecutor(4) as threads:
        tabs = [future.result(20) for future in [threads.submit(turns.take_up, last.ticket) for _ in range(4)]]
    assert Counter(bool(tab and tab.taken_at) for tab in tabs) == {True: 1, False: 3}


def test_who_comes_late_goes_on_in_the_other_lane(books: Books, turns: Turns, clock: FixedClock) -> None:
    """Leaving costs no place: not the end of a queue that has grown since."""
    *_, last = ask_for(turns, books, *range(1, 6))
    clock.advance(timedelta(minutes=5))
    ask_for(turns, books, *range(6, 40))
    late = turns.take_up(last.ticket)
    assert late is not None
    assert late.taken_at == clock()


def test_whom_stripe_sends_back_waits_longer_each_time(books: Books, turns: Turns, clock: FixedClock) -> None:
    """And new gifts wait a second as well; what is old is removed."""
    books.pledge(1)
    sent_back = [turns.send_back(gift_id(1)) for _ in range(5)]
    assert [turn.wait(clock()).seconds for turn in sent_back] == [4, 8, 16, 30, 30]
    assert ask_for(turns, books, 2)[0].turn_at == NOON + SECOND
    with reading(books.engine) as conn:
        assert waiting_turns(conn, NOON) == 1
    with writing(books.engine) as conn:
        remove_old_turns(conn, NOON + timedelta(days=3))
    assert turns.look(sent_back[0].ticket) is None

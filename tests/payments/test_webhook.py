"""The webhook's door: what is kept, what is refused, and that nothing makes it stumble."""

import asyncio
import socket

import pytest

from payments.inbox import tables as inbox_tables
from payments.inbox.inbox import LONGEST_QUEUE, Inbox
from payments.inbox.webhook import LARGEST_BODY, Webhook
from payments.inbox.writer import Outcome
from tests.payments.door import at_the_door, post, send, stream
from tests.payments.house import Books, gift_id
from tests.payments.messages import body, charge, charged, event

GENUINE = event("charge.succeeded", charge(gift=gift_id(1)), name="1")
WRONG = [
    b"",
    b"[]",
    b"null",
    b"1",
    b'"text"',
    b"{",
    b"{}",
    b'{"object": "event"}',
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b'{"object": "event", "created": NaN}',
    b"9" * 5000,
    body(GENUINE | {"id": "x"}),
    body(GENUINE | {"id": 7}),
    body(GENUINE | {"type": None}),
    body(GENUINE | {"created": "noon"}),
    body(GENUINE | {"created": -1}),
    body(GENUINE | {"created": 10**30}),
    body(GENUINE | {"livemode": True}),
    body(GENUINE | {"livemode": None}),
    body(GENUINE | {"api_version": []}),
    body(GENUINE | {"id": "evt_\ud800"}),
    body(GENUINE)[:-20],
]


@pytest.mark.parametrize("wrong", WRONG, ids=map(str, range(len(WRONG))))
def test_what_is_no_event_of_ours_is_400_though_it_is_signed(books: Books, wrong: bytes) -> None:
    """Never a 500, and nothing is stored."""
    assert send(books, wrong) == [400]
    assert books.count(inbox_tables.delivery) == 0


@pytest.mark.parametrize("header", ["", "t=1,v1=a", "t=1795262400,v1=\u00e9", "t=1795262400,v1=" + "0" * 64])
def test_a_forged_delivery_is_400_and_nothing_is_stored(books: Books, header: str) -> None:
    """Whatever the header."""
    assert send(books, body(GENUINE), header=header) == [400]
    assert books.count(inbox_tables.delivery) == 0


def test_a_body_of_ten_megabytes_is_413_before_it_is_read_whole(books: Books) -> None:
    """Cut off while it streams: what was read is little more than the largest event."""
    parts = [b"x" * 65_536] * 160

    async def knock(webhook: Webhook, _inbox: Inbox) -> tuple[int, int]:
        return await stream(webhook, parts)

    status, taken = at_the_door(books, knock)
    assert status == 413
    assert taken <= LARGEST_BODY // 65_536 + 1


def test_a_get_is_405(books: Books) -> None:
    """The address is for Stripe's posts alone."""

    async def knock(webhook: Webhook, _inbox: Inbox) -> int:
        return await post(webhook, [b""], method="GET")

    assert at_the_door(books, knock) == 405


def test_beyond_the_bound_of_the_queue_stripe_is_asked_to_come_back(books: Books) -> None:
    """503 at once: memory stays flat, and nothing that was answered 200 is lost."""

    async def knock(webhook: Webhook, _inbox: Inbox) -> list[int]:
        bodies = [body(event("plan.created", {"object": "plan"}, name=str(n))) for n in range(LONGEST_QUEUE + 50)]
        return await asyncio.gather(*[post(webhook, [one]) for one in bodies])

    statuses = at_the_door(books, knock)
    assert statuses.count(503) > 0
    assert statuses.count(200) == books.count(inbox_tables.delivery)
    assert statuses.count(200) + statuses.count(503) == len(statuses)


def test_a_closed_inbox_has_written_all_that_it_took(books: Books) -> None:
    """On SIGTERM: what waits is written, what comes later is 503."""
    for n in range(1, 21):
        books.pledge(n)

    async def knock(webhook: Webhook, inbox: Inbox) -> list[int]:
        asked = [asyncio.create_task(post(webhook, [charged(str(n), gift=gift_id(n)).body])) for n in range(1, 21)]
        await asyncio.sleep(0)
        await inbox.close()
        late = await post(webhook, [charged("99").body])
        return [*await asyncio.gather(*asked), late]

    statuses = at_the_door(books, knock)
    assert statuses[-1] == 503
    assert statuses[:-1].count(200) * 2500 == books.raised()


def test_a_caller_who_hangs_up_does_not_stop_the_others(books: Books) -> None:
    """Its delivery is kept all the same."""
    books.pledge(1)
    books.pledge(2)

    async def knock(webhook: Webhook, _inbox: Inbox) -> int:
        impatient = asyncio.create_task(post(webhook, [charged("1", gift=gift_id(1)).body]))
        await asyncio.sleep(0)
        impatient.cancel()
        return await post(webhook, [charged("2", gift=gift_id(2)).body])

    assert at_the_door(books, knock) == 200
    assert books.raised() == 5000


def test_without_its_writer_the_web_asks_stripe_to_come_back_and_stops() -> None:
    """What waits and what comes later is 503: nothing was acknowledged, and the supervisor starts both anew."""

    async def lose() -> tuple[list[Outcome], int]:
        losses: list[int] = []
        inbox = Inbox(on_loss=lambda: losses.append(1))
        ours, theirs = socket.socketpair()
        await inbox.open(ours)
        waits = asyncio.create_task(inbox.deliver(b"{}"))
        await asyncio.sleep(0)
        theirs.close()
        return [await waits, await inbox.deliver(b"{}")], len(losses)

    assert asyncio.run(lose()) == ([Outcome.TRY_LATER, Outcome.TRY_LATER], 1)

"""The webhook: what is kept, what is refused, and that no request makes it fail."""

import asyncio
import socket

import pytest
from structlog.testing import capture_logs

from payments.inbox import tables as inbox_tables
from payments.inbox.inbox import LONGEST_QUEUE, Inbox
from payments.inbox.webhook import LARGEST_BODY, Webhook
from payments.inbox.writer import Outcome
from tests.payments.messages import body, charge, charged, event
from tests.payments.organisation_books import Books, gift_id
from tests.payments.webhook_requests import post, send, stream, with_webhook

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


def test_a_thin_event_is_400_and_the_log_says_what_to_change(books: Books) -> None:
    """As Stripe sends it to a destination of that payload style (stripe.v2.core.Event)."""
    thin = {
        "id": "evt_1", "object": "v2.core.event", "type": "v1.charge.succeeded", "livemode": False,
        "created": "2026-11-21T12:00:00.000Z", "reason": None, "context": None,
        "related_object": {"id": "ch_1", "type": "charge", "url": "/v1/charges/ch_1"},
    }  # fmt: skip
    with capture_logs() as logs:
        assert send(books, body(thin)) == [400]

    assert books.count(inbox_tables.delivery) == 0
    assert [log["why"] for log in logs if log["event"] == "delivery_refused"] == [
        "the event's payload style is thin, which has no amounts. At Stripe, under Developers, Webhooks, add a"
        " destination with this address and the payload style snapshot, then remove the thin one: a style cannot be"
        " changed"
    ]


@pytest.mark.parametrize("header", ["", "t=1,v1=a", "t=1795262400,v1=\u00e9", "t=1795262400,v1=" + "0" * 64])
def test_a_forged_delivery_is_400_and_nothing_is_stored(books: Books, header: str) -> None:
    """Whatever the header."""
    assert send(books, body(GENUINE), header=header) == [400]
    assert books.count(inbox_tables.delivery) == 0


def test_a_body_of_ten_megabytes_is_413_before_it_is_read_whole(books: Books) -> None:
    """Cut off while it streams: what was read is little more than the largest event."""
    parts = [b"x" * 65_536] * 160

    async def requests(webhook: Webhook, _inbox: Inbox) -> tuple[int, int]:
        return await stream(webhook, parts)

    status, taken = with_webhook(books, requests)
    assert status == 413
    assert taken <= LARGEST_BODY // 65_536 + 1


def test_a_get_is_405(books: Books) -> None:
    """The address is for Stripe's posts alone."""

    async def requests(webhook: Webhook, _inbox: Inbox) -> int:
        return await post(webhook, [b""], method="GET")

    assert with_webhook(books, requests) == 405


def test_beyond_the_bound_of_the_queue_stripe_is_asked_to_come_back(books: Books) -> None:
    """503 at once: memory stays flat, and nothing that was answered 200 is lost."""

    async def requests(webhook: Webhook, _inbox: Inbox) -> list[int]:
        bodies = [body(event("plan.created", {"object": "plan"}, name=str(n))) for n in range(LONGEST_QUEUE + 50)]
        return await asyncio.gather(*[post(webhook, [each]) for each in bodies])

    statuses = with_webhook(books, requests)
    assert statuses.count(503) > 0
    assert statuses.count(200) == books.count(inbox_tables.delivery)
    assert statuses.count(200) + statuses.count(503) == len(statuses)


def test_a_closed_inbox_has_written_all_that_it_took(books: Books) -> None:
    """On SIGTERM: what waits is written, what comes later is 503."""
    for n in range(1, 21):
        books.pledge(n)

    async def requests(webhook: Webhook, inbox: Inbox) -> list[int]:
        sent = [asyncio.create_task(post(webhook, [charged(str(n), gift=gift_id(n)).body])) for n in range(1, 21)]
        await asyncio.sleep(0)
        await inbox.close()
        late = await post(webhook, [charged("99").body])
        return [*await asyncio.gather(*sent), late]

    statuses = with_webhook(books, requests)
    assert statuses[-1] == 503
    assert statuses[:-1].count(200) * 2500 == books.raised()


def test_a_caller_that_closes_the_connection_does_not_stop_the_others(books: Books) -> None:
    """Its delivery is kept all the same."""
    books.pledge(1)
    books.pledge(2)

    async def requests(webhook: Webhook, _inbox: Inbox) -> int:
        impatient = asyncio.create_task(post(webhook, [charged("1", gift=gift_id(1)).body]))
        await asyncio.sleep(0)
        impatient.cancel()
        return await post(webhook, [charged("2", gift=gift_id(2)).body])

    assert with_webhook(books, requests) == 200
    assert books.raised() == 5000


def test_without_its_writer_the_web_asks_stripe_to_come_back_and_stops() -> None:
    """What waits and what comes later is 503: nothing was acknowledged, and the supervisor starts both again."""

    async def lose_writer() -> tuple[list[Outcome], int]:
        losses: list[int] = []
        inbox = Inbox(on_loss=lambda: losses.append(1))
        ours, theirs = socket.socketpair()
        await inbox.open(ours)
        waits = asyncio.create_task(inbox.deliver(b"{}"))
        await asyncio.sleep(0)
        theirs.close()
        return [await waits, await inbox.deliver(b"{}")], len(losses)

    assert asyncio.run(lose_writer()) == ([Outcome.TRY_LATER, Outcome.TRY_LATER], 1)

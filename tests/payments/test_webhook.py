"""The webhook: what is kept, what is refused, and that no request makes it fail."""

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from payments.inbox import tables as inbox_tables
from payments.inbox.inbox import LONGEST_QUEUE, Inbox
from payments.inbox.webhook import LARGEST_BODY, Webhook
from payments.inbox.writer import Outcome
from tests.engines import ON_SQLITE
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
    body(GENUINE | {"account": "acct_1Another"}),
    body(GENUINE | {"data": {"object": charge(gift=gift_id(1), livemode=True)}}),
    body(GENUINE | {"api_version": []}),
    body(GENUINE | {"id": "evt_\ud800"}),
    body(GENUINE)[:-20],
]


@ON_SQLITE
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


@ON_SQLITE
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


def test_a_database_that_was_removed_is_noticed_before_the_next_200(books: Books) -> None:
    """30 of 30 deliveries were acknowledged, and lost with the process that had the file open."""
    if books.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps its files to itself")
    path = Path(books.engine.url.database or "")
    path.rename(path.with_suffix(".away"))

    assert send(books, body(GENUINE)) == [503]
    assert not path.exists()

    path.with_suffix(".away").rename(path)
    assert send(books, body(GENUINE)) == [200]


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


def test_a_delivery_without_a_signature_is_400_before_its_body_is_read(books: Books) -> None:
    """Nobody needs credentials to send a body; so it is not read, and the connection is closed."""

    async def requests(webhook: Webhook, _inbox: Inbox) -> tuple[int, int]:
        return await stream(webhook, [b"x" * 65_536] * 4, header="")

    assert with_webhook(books, requests) == (400, 0)


def test_a_body_that_is_cut_off_is_not_taken_for_a_whole_one(books: Books) -> None:
    """No answer, because nobody would read it; and no log line that a signature was forged."""

    async def requests(webhook: Webhook, _inbox: Inbox) -> list[dict[str, object]]:
        answers: list[dict[str, object]] = []

        async def disconnected() -> dict[str, object]:
            return {"type": "http.disconnect"}

        async def answer(message: Any) -> None:
            answers.append(message)

        scope = {"type": "http", "method": "POST", "headers": [(b"stripe-signature", b"t=1,v1=a")]}
        await webhook(scope, disconnected, answer)
        return answers

    assert with_webhook(books, requests) == []


def test_a_writer_that_stands_still_is_noticed_and_stripe_comes_back() -> None:
    """What waits is 503 after six seconds, what comes later at once; after forty the web asks to be started anew."""

    async def stall() -> tuple[list[Outcome], list[bool]]:
        lost = asyncio.Event()
        inbox = Inbox(on_loss=lost.set, second=0.002)
        ours, theirs = socket.socketpair()
        with theirs:
            await inbox.open(ours)
            well = inbox.takes_deliveries
            answers = [await inbox.deliver(b"{}"), await inbox.deliver(b"{}")]
            still = inbox.takes_deliveries
            await asyncio.wait_for(lost.wait(), 5)
            await asyncio.wait_for(inbox.close(), 1)  # without waiting for the writer
            return answers, [well, still]

    assert asyncio.run(stall()) == ([Outcome.TRY_LATER, Outcome.TRY_LATER], [True, False])


def test_a_writer_that_stands_still_is_noticed_though_nothing_comes() -> None:
    """An empty message asks it every few seconds: a balancer learns of it before Stripe does."""

    async def rest() -> tuple[bool, bool]:
        inbox = Inbox(on_loss=lambda: None, second=0.002)
        ours, theirs = socket.socketpair()
        with theirs:
            await inbox.open(ours)
            await _until(lambda: not inbox.takes_deliveries)
            theirs.sendall(bytes([Outcome.REFUSED]))  # it goes on
            await _until(lambda: inbox.takes_deliveries)
            return await asyncio.to_thread(theirs.recv, 4) == bytes(4), inbox.takes_deliveries

    assert asyncio.run(rest()) == (True, True)


async def _until(so: Callable[[], bool]) -> None:
    for _ in range(2000):
        if so():
            return
        await asyncio.sleep(0.002)
    raise TimeoutError

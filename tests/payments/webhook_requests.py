"""Send requests to the webhook as a server would: raw ASGI, with bodies in parts of any size."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from payments.inbox.inbox import Inbox
from payments.inbox.webhook import PATH, Webhook
from payments.inbox.writer import Writer, writer_thread
from tests.clock import FixedClock
from tests.payments.messages import SECRET, signature
from tests.payments.organisation_books import NOON, Books

Requests = Callable[[Webhook, Inbox], Awaitable[Any]]


def with_webhook(books: Books, requests: Requests) -> Any:
    """Open a webhook with an inbox on these books, make the requests, close it; returns their result."""

    async def run() -> Any:
        clock = FixedClock(NOON)
        inbox = Inbox(on_loss=lambda: None)
        with writer_thread(Writer(books.engine, books.bookkeeper, clock, livemode=False)) as to_writer:
            await inbox.open(to_writer)
            try:
                return await requests(Webhook(inbox, lambda: (SECRET,), clock), inbox)
            finally:
                await inbox.close()

    return asyncio.run(run())


def send(books: Books, *bodies: bytes, header: str | None = None) -> list[int]:
    """The statuses that these bodies, signed unless a header is given, are answered with."""

    async def requests(webhook: Webhook, _inbox: Inbox) -> list[int]:
        return [await post(webhook, [body], header) for body in bodies]

    statuses: list[int] = with_webhook(books, requests)
    return statuses


async def post(webhook: Webhook, parts: Iterable[bytes], header: str | None = None, method: str = "POST") -> int:
    """Post a body in parts, signed unless a header is given; returns the status."""
    chunks = list(parts)
    if header is None:
        header = signature(b"".join(chunks).decode("utf-8", "replace").encode(), FixedClock(NOON))
    status, _ = await stream(webhook, chunks, header, method)
    return status


async def stream(
    webhook: Webhook, chunks: Sequence[bytes], header: str = "t=1,v1=a", method: str = "POST"
) -> tuple[int, int]:
    """Post a body chunk by chunk; returns the status, and how many chunks were taken before it."""
    taken, answers = 0, []

    async def receive() -> dict[str, Any]:
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": chunks[taken - 1], "more_body": taken < len(chunks)}

    async def answer(message: Any) -> None:
        answers.append(message.get("status"))

    scope = {
        "type": "http",
        "method": method,
        "path": PATH,
        "headers": [(b"stripe-signature", header.encode("latin-1"))],
    }
    await webhook(scope, receive, answer)
    assert answers[0] is not None
    return answers[0], taken

"""`POST /webhooks/stripe`: plain ASGI in front of FastAPI, whose own overhead would be half of the cost."""

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

import structlog

from database.instants import Clock
from payments.inbox.inbox import Inbox
from payments.inbox.writer import Outcome
from payments.stripe.signature import BadSignature, verify

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PATH = "/webhooks/stripe"
LARGEST_BODY = 1 << 20  # bytes; Stripe's largest events are well below

log = structlog.get_logger()


# The answer to Stripe. A 200 has no body, which would be another packet that nobody reads.
_ANSWERS = {
    Outcome.KEPT: (200, b""),
    Outcome.TRY_LATER: (503, b"try later"),
    Outcome.REFUSED: (400, b"refused"),
}


class BodyTooLarge(ValueError):
    """The body is longer than any event."""


class ClientDisconnected(ConnectionError):
    """The connection was closed, or cut, before the body was whole."""


class NotSigned(ValueError):
    """The request has no Stripe-Signature: its body is not worth reading."""


class Webhook:
    """Verifies the signature over the raw bytes, passes the body to the inbox, and answers once it is kept."""

    def __init__(self, inbox: Inbox, secrets: Callable[[], Sequence[str]], clock: Clock) -> None:
        """`secrets` gives the signing secrets as they are now."""
        self._inbox, self._secrets, self._clock = inbox, secrets, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: 200 kept, 400 not Stripe's, 405, 413 too large, 503 try again later."""
        if scope["method"] != "POST":
            await _answer(send, 405, b"post")
            return
        try:
            signature = _signature(scope)
            body = await _body(receive)
            verify(body, signature, self._secrets(), self._clock())
        except NotSigned:
            log.warning("delivery_refused", why="the request has no signature")
            await _answer(send, 400, b"not signed", close=True)
        except ClientDisconnected:
            return
        except BodyTooLarge:
            await _answer(send, 413, b"too large", close=True)
        except BadSignature as refusal:
            log.warning("delivery_refused", why=str(refusal))
            await _answer(send, 400, b"refused")
        else:
            await _answer(send, *_ANSWERS[await self._inbox.deliver(body)])


def _signature(scope: Scope) -> bytes:
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    signature = next((value for name, value in headers if name == b"stripe-signature"), b"")
    if not signature:
        raise NotSigned
    return signature


async def _body(receive: Receive) -> bytes:
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnected
        part = message.get("body", b"")
        size += len(part)
        if size > LARGEST_BODY:
            raise BodyTooLarge
        parts.append(part)
        more = message.get("more_body", False)
    return b"".join(parts)


_TYPE = (b"content-type", b"text/plain; charset=utf-8")


async def _answer(send: Send, status: int, body: bytes, *, close: bool = False) -> None:
    headers = [(b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store")]
    if body:
        headers.append(_TYPE)
    if status == 503:
        headers.append((b"retry-after", b"5"))
    if status == 405:
        headers.append((b"allow", b"POST"))
    if close:  # what still comes of the body is not read
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

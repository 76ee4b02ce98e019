"""Server-sent events: one reader for all who look, in plain ASGI in front of FastAPI.

A screen holds its connection for hours. A thread or a query for each would end a launch, so one task reads what all of
them show once a second, only while somebody looks, and hands the same bytes to every listener.
"""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

import structlog
from anyio import to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Receive, Scope, Send

from database.engine import NotDurable
from web.language_choice import chosen_language

EVERY_SECONDS = 1.0
SILENCE_TICKS = 15  # after so many a comment is sent: proxies close a connection on which nothing comes
MOST_LISTENERS = 1_500  # of one web process
RETRY = b"retry: 3000\n\n"
SILENCE = b": still here\n\n"
FULL = b"All places are taken. This screen asks every few seconds instead.\n"

log = structlog.get_logger()
StreamKey = tuple[str, str]
"""What a listener looks at, as the path names it, and in which language."""
ReadAll = Callable[[Sequence[StreamKey]], Mapping[StreamKey, str]]
"""What each shows now; one that is not there any more is left out."""


class StreamAudience:
    """Those who look at the same: how many, what they saw last, and what comes next."""

    def __init__(self) -> None:
        self.listeners, self.silent, self.last = 0, 0, b""
        self.next: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def send(self, event: bytes) -> None:
        """Wake every listener with the same bytes."""
        following: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        event_for, self.next, self.silent = self.next, following, 0
        event_for.set_result(event)


class Streams:
    """Answers GET of one kind of path with a stream of events; all else passes to the application behind it."""

    def __init__(
        self,
        app: ASGIApp,
        path: re.Pattern[str],
        read: ReadAll,
        base_url: str,
        languages: Callable[[], Sequence[str]],
        most: int = MOST_LISTENERS,
    ) -> None:
        """The first group of `path` is what a listener looks at."""
        self.app = app
        self._path, self._read, self._most = path, read, most
        self._host, self._languages = urlsplit(base_url).netloc.encode(), languages
        self._channels: dict[StreamKey, StreamAudience] = {}
        self._task: asyncio.Task[None] | None = None
        self._has_ended = False

    @property
    def listeners(self) -> int:
        """How many look now."""
        return sum(channel.listeners for channel in self._channels.values())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream, or refuse where all places are taken, or pass the request on."""
        path = self._path.fullmatch(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
        if path is None or (b"host", self._host) not in scope["headers"]:
            await self.app(scope, receive, send)
        elif self._has_ended or self.listeners >= self._most:
            await _refuse(send)
        else:
            await self._listen((path[1], chosen_language(scope, self._languages())), receive, send)

    def end(self) -> None:
        """End every stream now: the web is about to stop, and must not wait for screens."""
        self._has_ended = True
        if self._task is not None:
            self._task.cancel()
        for channel in self._channels.values():
            channel.send(b"")

    async def _listen(self, key: StreamKey, receive: Receive, send: Send) -> None:
        channel = self._channels.setdefault(key, StreamAudience())
        channel.listeners += 1
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch())
        gone = asyncio.ensure_future(_until_gone(receive))
        try:
            await _begin(send)
            await _send_event(send, RETRY + channel.last)
            while not self._has_ended:
                coming = channel.next
                await asyncio.wait((gone, coming), return_when=asyncio.FIRST_COMPLETED)
                if gone.done():
                    return
                await _send_event(send, coming.result())
            await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()
            channel.listeners -= 1
            if not channel.listeners and self._channels.get(key) is channel:
                del self._channels[key]

    async def _watch(self) -> None:
        """Read what is looked at, once a second, until nobody looks."""
        loop = asyncio.get_running_loop()
        while self._channels and not self._has_ended:
            due = loop.time() + EVERY_SECONDS
            try:
                shown = await to_thread.run_sync(self._read, list(self._channels))
            except (SQLAlchemyError, NotDurable, OSError) as error:
                log.warning("screens_not_read", why=type(error).__name__)  # the next second asks again
            else:
                self._send_changes(shown)
            await asyncio.sleep(max(EVERY_SECONDS / 10, due - loop.time()))

    def _send_changes(self, shown: Mapping[StreamKey, str]) -> None:
        for key, channel in self._channels.items():
            event = _event(shown[key]) if key in shown else channel.last
            if event != channel.last:
                channel.last = event
                channel.send(event)
            elif channel.silent >= SILENCE_TICKS:
                channel.send(SILENCE)
            else:
                channel.silent += 1


def _event(text: str) -> bytes:
    """A text as one event."""
    return "".join(f"data: {line}\n" for line in text.splitlines() if line).encode() + b"\n"


async def _begin(send: Send) -> None:
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        (b"x-content-type-options", b"nosniff"),
        (b"cross-origin-resource-policy", b"same-origin"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})


async def _send_event(send: Send, event: bytes) -> None:
    await send({"type": "http.response.body", "body": event, "more_body": True})


async def _refuse(send: Send) -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(FULL)).encode()),
        (b"cache-control", b"no-store"),
        (b"retry-after", b"60"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": FULL})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

"""Streams of events: one reading for all, changes alone, a bound on listeners, and an end when the web stops."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence

import pytest
from starlette.types import Message

from tests.web.samples import ask
from web import streams
from web.streams import Streams

PATH = re.compile(r"/c/([a-z]+)/screen/events")


class Shown:
    """What screens show, and how often it was read."""

    def __init__(self) -> None:
        self.text, self.read = "£10\nraised", 0

    def __call__(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """The same for each that is there."""
        self.read += 1
        return {key: self.text for key in keys if key[0] == "van"}


class Listener:
    """A screen: what it was sent."""

    def __init__(self, app: Streams, path: str = "/c/van/screen/events") -> None:
        self.status, self.events, self.gone = 0, list[bytes](), asyncio.Event()
        scope = {"type": "http", "method": "GET", "path": path, "query_string": b"",
                 "headers": [(b"host", b"give.example")]}  # fmt: skip
        self.task = asyncio.create_task(app(scope, self._receive, self._send))

    async def _receive(self) -> Message:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.events.append(message["body"])


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second is a hundredth."""
    monkeypatch.setattr(streams, "EVERY_SECONDS", 0.01)


def stream(shown: Shown, most: int = 10) -> Streams:
    """Streams in front of an application that knows nothing."""

    async def nothing(_scope: object, _receive: object, send: Callable[[Message], Awaitable[None]]) -> None:
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return Streams(nothing, PATH, shown, "https://give.example", lambda: ("en",), most)


async def until(ready: Callable[[], bool]) -> None:
    """Wait for it, ten seconds at most."""
    async with asyncio.timeout(10):
        while not ready():  # noqa: ASYNC110 - what it waits for has no event
            await asyncio.sleep(0.001)


def test_all_listeners_get_each_change_once_from_one_reading() -> None:
    """Nothing is sent while nothing changes, and nothing is read when nobody looks."""
    shown = Shown()

    async def look() -> list[list[bytes]]:
        app = stream(shown)
        screens = [Listener(app) for _ in range(3)]
        await until(lambda: all(len(screen.events) == 2 for screen in screens))
        shown.text = "£20"
        await until(lambda: all(len(screen.events) == 3 for screen in screens))
        late = Listener(app)
        await until(lambda: len(late.events) == 1)
        for screen in (*screens, late):
            screen.gone.set()
        await asyncio.gather(*(screen.task for screen in (*screens, late)))
        await asyncio.sleep(0.03)
        read = shown.read
        await asyncio.sleep(0.05)
        assert (app.listeners, shown.read) == (0, read)
        return [screen.events for screen in (*screens, late)]

    *early, late = asyncio.run(look())

    events = [streams.RETRY, "data: £10\ndata: raised\n\n".encode(), "data: £20\n\n".encode()]
    assert early == [events] * 3
    assert late == [streams.RETRY + events[2]]


def test_a_listener_too_many_is_told_so() -> None:
    """With the status on which a screen asks every few seconds instead; a place that is left is free."""

    async def look() -> tuple[int, bytes, int]:
        app = stream(Shown(), most=1)
        first = Listener(app)
        await until(lambda: app.listeners == 1)
        second = Listener(app)
        await second.task
        first.gone.set()
        await first.task
        third = Listener(app)
        await until(lambda: third.status != 0)
        third.gone.set()
        await third.task
        return second.status, second.events[0], third.status

    assert asyncio.run(look()) == (503, streams.FULL, 200)


def test_streams_end_when_the_web_stops() -> None:
    """At once; who comes then is refused."""

    async def look() -> tuple[bytes, int]:
        app = stream(Shown())
        screen = Listener(app)
        await until(lambda: len(screen.events) == 2)
        app.end()
        async with asyncio.timeout(0.5):
            await screen.task
        late = Listener(app)
        await late.task
        return screen.events[-1], late.status

    assert asyncio.run(look()) == (b"", 503)


def test_a_reading_that_fails_ends_no_screen() -> None:
    """The next second asks again."""

    class Failing(Shown):
        def __call__(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
            if self.read == 0:
                self.read += 1
                raise OSError
            return super().__call__(keys)

    async def look() -> list[bytes]:
        app = stream(Failing())
        screen = Listener(app)
        await until(lambda: len(screen.events) == 2)
        screen.gone.set()
        await screen.task
        return screen.events

    assert len(asyncio.run(look())) == 2


def test_other_paths_and_hosts_pass() -> None:
    """They are another's to answer."""
    app = stream(Shown())

    assert ask(app, path="/c/van").status == 404
    assert ask(app, path="/c/van/screen/events", headers=(("host", "other.example"),)).status == 404

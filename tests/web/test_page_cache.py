"""Kept pages: what is answered from memory, for how long, and what never is."""

import asyncio
import gzip
from collections.abc import Sequence

import pytest
from starlette.datastructures import MutableHeaders
from starlette.types import Message, Receive, Scope, Send

from tests.web.samples import ask
from web.compressed import Compressed
from web.page_cache import FRESH_SECONDS, LONGEST_SECONDS, PageCache

OURS = ("host", "give.example")


class Counting:
    """An application that says how often it was asked, and what of the request it saw."""

    def __init__(self, status: int = 200, cookie: str = "") -> None:
        self.asked, self.status = 0, status
        self.headers = {"set-cookie": cookie} if cookie else {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the count, the language's cookie and the query; after a moment."""
        self.asked += 1
        answer: Message = {"type": "http.response.start", "status": self.status, "headers": []}
        headers = MutableHeaders(scope=answer)
        headers.update({"content-type": "text/html", **self.headers})
        cookie = dict(scope["headers"]).get(b"cookie", b"").decode()
        body = f"{self.asked} {cookie} {scope['query_string'].decode()} ".encode() + b"x" * 600
        await asyncio.sleep(0)
        await send(answer)
        await send({"type": "http.response.body", "body": body})


class Timer:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        """What time it is."""
        return self.now


def cache(app: Counting, timer: Timer | None = None) -> PageCache:
    """Pages of an organisation that speaks English and Welsh."""
    return PageCache(app, "https://give.example", lambda: ("en", "cy"), timer or Timer())


def test_a_page_is_made_once_while_it_is_fresh() -> None:
    """For everybody, whatever else their browser sends; HEAD gets its headers."""
    app, timer = Counting(), Timer()
    kept = cache(app, timer)

    answers = [ask(kept, path="/c/a", headers=(OURS, ("cookie", f"session={n}"))) for n in range(3)]
    head = ask(kept, "HEAD", "/c/a")

    assert (app.asked, {answer.body for answer in answers}) == (1, {answers[0].body})
    assert (head.status, head.body, head.headers["content-length"]) == (200, "", answers[0].headers["content-length"])
    timer.now += LONGEST_SECONDS
    assert ask(kept, path="/c/a").body.startswith("2 ")


def test_each_language_and_source_has_its_page() -> None:
    """The language by its cookie; the code of a link stands in the page's form."""
    app = Counting()
    kept = cache(app)

    welsh = ask(kept, path="/", headers=(OURS, ("cookie", "a=b; lang=cy")))
    linked = ask(kept, path="/", query="ref=leaflet-7")

    assert (welsh.body[:10], linked.body[:24]) == ("1 lang=cy ", "2 lang=en ref=leaflet-7 ")


@pytest.mark.parametrize(
    ("path", "query", "headers"),
    [
        ("/desk", "", (OURS,)),
        ("/thanks", "", (OURS,)),
        ("/c/a/give", "", (OURS,)),
        ("/c/a", "lang=cy", (OURS,)),
        ("/c/a", "group=leeds", (OURS,)),
        ("/c/a", "", (("host", "other.example"),)),
        ("/c/a", "", (OURS, OURS)),
    ],
)
def test_what_is_not_the_same_for_everybody_passes(path: str, query: str, headers: Sequence[tuple[str, str]]) -> None:
    """Each request is answered anew."""
    app = Counting()
    kept = cache(app)

    for _ in range(2):
        ask(kept, path=path, query=query, headers=headers)

    assert app.asked == 2


@pytest.mark.parametrize("app", [Counting(404), Counting(503), Counting(200, cookie="a=b")])
def test_an_error_or_a_cookie_is_never_kept(app: Counting) -> None:
    """The next visitor asks again."""
    kept = cache(app)

    for _ in range(2):
        assert ask(kept, path="/c/a").status == app.status

    assert app.asked == 2


def test_a_known_page_is_not_sent_again() -> None:
    """A browser that has it is told so, without the body; another page has another tag."""
    app, timer = Counting(), Timer()
    kept = cache(app, timer)
    tag = ask(kept, path="/c/a").headers["etag"]

    again = ask(kept, path="/c/a", headers=(OURS, ("if-none-match", tag)))

    assert (again.status, again.body, again.headers["etag"]) == (304, "", tag)
    assert "content-length" not in again.headers
    timer.now += 1
    assert ask(kept, path="/c/a", headers=(OURS, ("if-none-match", tag))).status == 200


def test_what_staff_do_is_seen_at_once() -> None:
    """A form of the desk forgets every page; a donor's form forgets none."""
    app = Counting()
    kept = cache(app)
    ask(kept, path="/c/a")

    ask(kept, "POST", "/c/a/give")
    assert ask(kept, path="/c/a").body.startswith("1 ")
    ask(kept, "POST", "/desk/campaigns/1/pause")
    assert not ask(kept, path="/c/a").body.startswith("1 ")


def test_a_crowd_makes_a_page_once() -> None:
    """Those who come while it is made wait for it."""
    app = Counting()
    kept = cache(app)
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/c/a",
        "query_string": b"",
        "headers": [(b"host", b"give.example")],
    }
    bodies = list[bytes]()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            bodies.append(message["body"])

    async def crowd() -> None:
        await asyncio.gather(*(kept(dict(scope), None, send) for _ in range(50)))  # type: ignore[arg-type]

    asyncio.run(crowd())

    assert (app.asked, len(bodies), len(set(bodies))) == (1, 50, 1)


def test_nobody_waits_while_a_page_is_made_anew() -> None:
    """For half a second the page from before is answered with; whoever comes later gets the new one."""
    app, timer = Counting(), Timer()
    kept, bodies = cache(app, timer), list[bytes]()
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [(b"host", b"give.example")]}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            bodies.append(message["body"][:2])

    async def visit() -> None:
        for seconds in (0.0, FRESH_SECONDS + 0.01, 0.0):
            timer.now += seconds
            await kept(dict(scope), None, send)  # type: ignore[arg-type]
            for _ in range(9):
                await asyncio.sleep(0)

    asyncio.run(visit())

    assert bodies == [b"1 ", b"1 ", b"2 "]


def test_public_pages_are_gzipped_and_private_ones_are_not() -> None:
    """For browsers that take it."""
    taking = (OURS, ("accept-encoding", "br, gzip"))

    async def raw(path: str) -> tuple[dict[bytes, bytes], bytes]:
        scope = {"type": "http", "method": "GET", "path": path, "query_string": b"",
                 "headers": [(b"host", b"give.example"), (b"accept-encoding", b"gzip")]}  # fmt: skip
        messages = list[Message]()

        async def send(message: Message) -> None:
            messages.append(message)

        await Compressed(Counting())(scope, None, send)  # type: ignore[arg-type]
        return dict(messages[0]["headers"]), messages[1]["body"]

    headers, body = asyncio.run(raw("/c/a/give"))
    assert (headers[b"content-encoding"], int(headers[b"content-length"])) == (b"gzip", len(body))
    assert gzip.decompress(body).startswith(b"1 ")
    for path in ("/desk/gifts", "/giving", "/thanks"):
        assert b"content-encoding" not in asyncio.run(raw(path))[0]
    assert ask(Compressed(Counting()), path="/giving", headers=taking).body.startswith("1 ")

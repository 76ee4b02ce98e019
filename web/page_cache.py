"""Pages that are the same for everybody, kept for half a second in front of everything that makes them.

A campaign's page at a launch is asked for hundreds of times a second, and changes a few times a second. Why it is
kept by time and not by a version: docs/decisions/0023-the-kept-page.md.
"""

import asyncio
import gzip
import hashlib
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.headers import is_desk
from web.language_choice import chosen_language

FRESH_SECONDS = 0.5
LONGEST_SECONDS = 1.0  # while it is made anew, the page from before is answered with, up to this age
MOST_PAGES = 256
# What may be kept: the home page, the campaigns' pages, screens and widgets, also by a link with a source's code.
_PATH = re.compile(r"/(c/[a-z0-9-]{1,60}(/(screen|screen/now|widget))?)?")
_QUERY = re.compile(rb"(ref=[A-Za-z0-9-]{1,40})?")
_READS = ("GET", "HEAD")
_DROPPED = (b"content-length", b"vary")
RawHeaders = list[tuple[bytes, bytes]]
Key = tuple[str, bytes, str]


@dataclass(frozen=True, slots=True)
class KeptPage:
    """An answer as it is sent, in each way in which a browser may take it; its bytes are made once."""

    status: int
    plain: bytes
    plain_headers: RawHeaders
    gzipped: bytes
    gzipped_headers: RawHeaders
    tag: bytes
    unchanged_headers: RawHeaders
    made_at: float

    @property
    def may_be_kept(self) -> bool:
        """Whether the next visitor gets it as well: a whole page, and nothing about one visitor."""
        return self.status == 200 and not any(name == b"set-cookie" for name, _ in self.plain_headers)


class PageCache:
    """Answers from memory while a page is fresh, and has it made anew once for all who come then.

    Only a plain request gets a kept page: GET or HEAD, by our own name, of a page that is the same for everybody. All
    else passes. What staff do at the desk is seen at once in their own process: every page is forgotten then.
    """

    def __init__(
        self,
        app: ASGIApp,
        base_url: str,
        languages: Callable[[], Sequence[str]],
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self.app = app
        self._host = urlsplit(base_url).netloc.encode()
        self._languages, self._timer = languages, timer
        self._kept: OrderedDict[Key, KeptPage] = OrderedDict()
        self._making: dict[Key, asyncio.Task[KeptPage]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or pass the request on."""
        key = self._key(scope)
        if key is None:
            await self.app(scope, receive, send)
            if scope["type"] == "http" and scope["method"] not in _READS and is_desk(scope["path"]):
                self._kept.clear()
                self._making.clear()  # what is being made may have been read before the change
            return
        page = self._kept.get(key)
        age = self._timer() - page.made_at if page else LONGEST_SECONDS
        if page is None or age > FRESH_SECONDS:
            making = self._make_anew(key, scope)
            if page is None or age >= LONGEST_SECONDS:
                page = await asyncio.shield(making)  # a visitor who goes away does not keep it from the others
        await _answer(page, scope, send)

    def _key(self, scope: Scope) -> Key | None:
        if scope["type"] != "http" or scope["method"] not in _READS:
            return None
        path, query = scope["path"], scope["query_string"]
        if not _PATH.fullmatch(path) or not _QUERY.fullmatch(query):
            return None
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if hosts != [self._host]:
            return None
        return path, query, chosen_language(scope, self._languages())

    def _make_anew(self, key: Key, scope: Scope) -> "asyncio.Task[KeptPage]":
        """The page as it will be in a moment; one request makes it, the others get the same."""
        making = self._making.get(key)
        if making is None:
            making = self._making[key] = asyncio.create_task(self._make(key, scope))
            making.add_done_callback(lambda task: self._made(key, task))
        return making

    def _made(self, key: Key, task: asyncio.Task[KeptPage]) -> None:
        if self._making.get(key) is not task:
            return  # something was changed meanwhile
        del self._making[key]
        if not task.cancelled() and task.exception() is None and task.result().may_be_kept:
            self._kept[key] = task.result()
            self._kept.move_to_end(key)
            while len(self._kept) > MOST_PAGES:
                self._kept.popitem(last=False)

    async def _make(self, key: Key, scope: Scope) -> KeptPage:
        path, query, language = key
        headers = [(b"host", self._host), (b"cookie", b"lang=" + language.encode())]
        asked = {**scope, "method": "GET", "path": path, "query_string": query, "headers": headers}
        status, came, parts = 0, RawHeaders(), list[bytes]()

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def keep(message: Message) -> None:
            nonlocal status, came
            if message["type"] == "http.response.start":
                status, came = message["status"], [(bytes(name).lower(), value) for name, value in message["headers"]]
            else:
                parts.append(message.get("body", b""))

        asked_at = self._timer()
        await self.app(asked, receive, keep)
        return _kept_page(status, came, b"".join(parts), asked_at)


def _kept_page(status: int, came: RawHeaders, body: bytes, made_at: float) -> KeptPage:
    tag = b'W/"' + hashlib.sha256(body).hexdigest()[:20].encode() + b'"'
    vary = [b"Accept-Encoding", *(value for name, value in came if name == b"vary")]
    headers = [(name, value) for name, value in came if name not in _DROPPED]
    headers.append((b"vary", b", ".join(vary)))
    if status == 200:
        headers.append((b"etag", tag))
        if not any(name == b"cache-control" for name, _ in headers):
            headers.append((b"cache-control", b"no-cache"))  # may be kept, but is asked for each time
    gzipped = gzip.compress(body, 6, mtime=0)
    return KeptPage(
        status,
        body,
        [*headers, (b"content-length", str(len(body)).encode())],
        gzipped,
        [*headers, (b"content-encoding", b"gzip"), (b"content-length", str(len(gzipped)).encode())],
        tag,
        [(name, value) for name, value in headers if not name.startswith(b"content-")],
        made_at,
    )


async def _answer(page: KeptPage, scope: Scope, send: Send) -> None:
    accepts, known = b"", b""
    for name, value in scope["headers"]:
        if name == b"accept-encoding":
            accepts = value
        elif name == b"if-none-match":
            known = value
    status, headers, body = page.status, page.plain_headers, page.plain
    if page.status == 200 and known and page.tag in known:
        status, headers, body = 304, page.unchanged_headers, b""
    elif b"gzip" in accepts:
        headers, body = page.gzipped_headers, page.gzipped
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

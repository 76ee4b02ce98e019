"""Public pages, gzipped on their way out.

Pages about one person, and those of the desk, are sent as they are: what a stranger can make a page repeat, beside
what they must not read, could be guessed from how well the two compress together (BREACH).
"""

import gzip

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.headers import is_public

LEAST_BYTES = 500
TYPES = ("text/html", "text/css", "application/json", "image/svg+xml")


class Compressed:
    """Gzips a public page for browsers that take it. A page that comes in parts is a stream, and passes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hold the start of the answer back until its body shows whether it is whole."""
        wanted = scope["type"] == "http" and is_public(scope["path"])
        if not wanted or "gzip" not in Headers(scope=scope).get("accept-encoding", ""):
            await self.app(scope, receive, send)
            return
        start: Message | None = None

        async def send_gzipped(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if start is not None:
                begun, start = start, None
                message = _gzipped(begun, message)
                await send(begun)
            await send(message)

        await self.app(scope, receive, send_gzipped)


def _gzipped(start: Message, message: Message) -> Message:
    """The body gzipped, and the start changed to say so, where that is worth it."""
    headers = MutableHeaders(scope=start)
    body = message.get("body", b"")
    media_type = headers.get("content-type", "").partition(";")[0]
    if media_type not in TYPES or "content-encoding" in headers:
        return message
    headers.add_vary_header("Accept-Encoding")
    if message.get("more_body") or len(body) < LEAST_BYTES:
        return message
    small = gzip.compress(body, 6, mtime=0)
    headers["Content-Encoding"], headers["Content-Length"] = "gzip", str(len(small))
    return {**message, "body": small}

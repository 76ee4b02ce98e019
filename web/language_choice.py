"""Which language a request is answered in: what its link says, else what was chosen before, else the organisation's."""

from collections.abc import Callable, Iterator, Sequence
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.headers import is_desk, is_widget
from web.language import SOURCE, speaking

FIELD = COOKIE = "lang"
ONE_YEAR = 31_536_000


def chosen_language(scope: Scope, offered: Sequence[str]) -> str:
    """The language of a request. The first of those that are `offered` is the organisation's own."""
    if len(offered) == 1:
        return offered[0]
    return _linked(scope, offered) or _remembered(scope, offered) or offered[0]


class ChosenLanguage:
    """Answers each request in its language. A link with `?lang=cy` chooses one, and a cookie remembers it.

    The address keeps its `?lang=`: whoever it is sent to reads the same page. The cookie holds the code of a language
    and nothing else; it does what its reader asked for, so it needs no consent. What a browser says that it accepts is
    not asked: it would make two pages of one address. The desk is in English.
    """

    def __init__(self, app: ASGIApp, offered: Callable[[], Sequence[str]], *, https: bool) -> None:
        self.app, self.offered = app, offered
        self.cookie = f"; Path=/; Max-Age={ONE_YEAR}; HttpOnly; SameSite=Lax" + ("; Secure" if https else "")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; tell caches that a page depends on the cookie."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if is_desk(scope["path"]):
            with speaking(SOURCE):
                await self.app(scope, receive, send)
            return
        offered = self.offered()
        with speaking(chosen_language(scope, offered), _query(scope)):
            await self.app(scope, receive, self._marked(scope, offered, send))

    def _marked(self, scope: Scope, offered: Sequence[str], send: Send) -> Send:
        if len(offered) == 1:
            return send
        linked = None if is_widget(scope["path"]) else _linked(scope, offered)

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.add_vary_header("Cookie")
                if linked:
                    headers.append("Set-Cookie", f"{COOKIE}={linked}{self.cookie}")
            await send(message)

        return send_marked


def _linked(scope: Scope, offered: Sequence[str]) -> str | None:
    """The language that the address asks for."""
    query: bytes = scope["query_string"]
    if b"lang=" not in query:
        return None
    asked = (field.removeprefix(b"lang=") for field in query.split(b"&") if field.startswith(b"lang="))
    return _offered(asked, offered)


def _remembered(scope: Scope, offered: Sequence[str]) -> str | None:
    """The language of the cookie."""
    for name, value in scope["headers"]:
        if name == b"cookie" and b"lang=" in value:
            parts = (part.strip() for part in value.split(b";"))
            kept = (part.removeprefix(b"lang=") for part in parts if part.startswith(b"lang="))
            return _offered(kept, offered)
    return None


def _offered(values: Iterator[bytes], offered: Sequence[str]) -> str | None:
    return next((code for value in values if (code := value.decode("latin-1")) in offered), None)


def _query(scope: Scope) -> str:
    """The address's query without the choice of a language."""
    query: bytes = scope["query_string"]
    if not query:
        return ""
    fields = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    return urlencode([(name, value) for name, value in fields if name != FIELD])

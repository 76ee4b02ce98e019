"""ASGI middleware in front of our pages: allowed hosts, forms of other sites (CSRF), size of bodies.

Plain ASGI, not Starlette's BaseHTTPMiddleware: that breaks streaming and can leak the database connection of a
cancelled request.
"""

from collections.abc import Iterable, Sequence
from urllib.parse import SplitResult, quote, urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.errors import FromElsewhere, NotAForm, Refusal, TooLarge, error_page
from web.head import HeadLikeGet
from web.headers import HeaderSets, WithHeaders
from web.language_choice import ChosenLanguage
from web.pages import Pages
from web.problems import is_api, problem_response
from web.uploads import FIELD_BYTES, FILE_BYTES, FileTooLarge, UploadPaths, receive_counted

FORM_BYTES = 64 * 1024
LONGEST_LENGTH = 18  # digits; int() refuses thousands of them with an error of its own
FORM_TYPE = "application/x-www-form-urlencoded"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# Load balancers ask for these by any of our host names. They are answered there, not redirected.
PROBES = ("/healthz", "/readyz", "/metrics")


def secure(
    app: ASGIApp,
    *,
    pages: Pages,
    base_url: str,
    allowed_hosts: Sequence[str],
    form_targets: tuple[str, ...] = (),
    upload_paths: Iterable[str] = (),
) -> ASGIApp:
    """Wrap our pages in the middleware. The webhook is not wrapped: Stripe's signature protects it.

    `allowed_hosts` are names without a port; the host of `base_url` is always allowed. `form_targets` are
    origins, besides our own and Checkout's, to which the response to a form may redirect. `upload_paths` are the
    paths whose forms may carry a file; everywhere else a form is small and plain.
    """
    base = urlsplit(base_url)
    app = HeadLikeGet(app)
    app = BodyCap(app, pages, FORM_BYTES, UploadPaths(upload_paths))
    app = OwnFormsOnly(app, pages, base)
    app = NoNul(app, pages)
    # Rate limits per address belong here: after the host is checked, before a form is read.
    app = OwnHostsOnly(app, base, allowed_hosts)
    app = ChosenLanguage(app, lambda: pages.languages, https=base.scheme == "https")
    return WithHeaders(app, HeaderSets(base.scheme == "https", form_targets, lambda: pages.framed_by))


class OwnHostsOnly:
    """Answers only to our own host names, and redirects readers to the base URL.

    No URL that we store or send (in an email, Checkout's return URL) is built from the request.
    """

    def __init__(self, app: ASGIApp, base: SplitResult, allowed_hosts: Sequence[str]) -> None:
        self.app, self.base = app, base
        self.allowed = {host.lower().strip("[]") for host in (*allowed_hosts, base.hostname or "")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """400 for a host that is not ours; 308 for a GET at an allowed host that is not the base URL's."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        hosts = Headers(scope=scope).getlist("host")
        called = _authority(hosts[0], self.base.scheme) if len(hosts) == 1 else None
        if called is None or called[0] not in self.allowed:
            await PlainTextResponse("This host is not served here.\n", 400)(scope, receive, send)
        elif self._is_elsewhere(called, scope):
            await self._to_base(scope)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _is_elsewhere(self, called: tuple[str, int | None], scope: Scope) -> bool:
        return (
            called != _authority(self.base.netloc, self.base.scheme)
            and scope["method"] in ("GET", "HEAD")
            and scope["path"] not in PROBES
        )

    def _to_base(self, scope: Scope) -> Response:
        path = (scope.get("raw_path") or quote(scope["path"]).encode()).decode("latin-1")
        query = scope["query_string"].decode("latin-1")
        address = f"{self.base.scheme}://{self.base.netloc}{path}" + (f"?{query}" if query else "")
        return RedirectResponse(address, 308)


class NoNul:
    """Refuses NUL characters: nobody types them, and PostgreSQL raises an error on them."""

    def __init__(self, app: ASGIApp, pages: Pages) -> None:
        self.app, self.pages = app, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """400 for a NUL in path or query (`BodyCap` looks at forms)."""
        if scope["type"] == "http" and ("\0" in scope["path"] or b"%00" in scope["query_string"]):
            await _refuse(self.pages, Refusal(), scope, receive, send)
        else:
            await self.app(scope, receive, send)


class OwnFormsOnly:
    """Refuses a request that changes something and was sent by another site (CSRF).

    Current browsers send Sec-Fetch-Site with every request; older ones send Origin with a form. A client that
    sends neither is no browser, so it has no session cookie of a user.
    """

    def __init__(self, app: ASGIApp, pages: Pages, base: SplitResult) -> None:
        self.app, self.pages = app, pages
        self.origin = f"{base.scheme}://{base.netloc}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """403 for a form of another site."""
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS and not self._is_ours(scope):
            await _refuse(self.pages, FromElsewhere(), scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None:
            return site in ("same-origin", "none")
        return origin is None or origin in (self.origin, f"{scope['scheme']}://{headers.get('host', '')}")


class BodyCap:
    """Reads a whole form, up to a limit, before the application runs. It counts bytes; a header is not trusted.

    A form with a file, where one is taken, is not read here: its route reads it once it knows who sends it.
    """

    def __init__(self, app: ASGIApp, pages: Pages, most: int, uploads: UploadPaths) -> None:
        self.app, self.pages, self.most, self.uploads = app, pages, most, uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """413 for a body over the limit, 415 for one that is not a plain form."""
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if self.uploads.take(scope["path"], headers):
            if _declares_more(headers, FILE_BYTES + FIELD_BYTES):
                await _refuse(self.pages, FileTooLarge(), scope, receive, send)
                return
            await self.app(scope, receive_counted(receive), send)
            return
        try:
            body = await self._read(headers, receive)
        except Refusal as refusal:
            await _refuse(self.pages, refusal, scope, receive, send)
            return
        if body is not None:
            await self.app(scope, _receive_again(body, receive), send)

    async def _read(self, headers: Headers, receive: Receive) -> bytes | None:
        if _declares_more(headers, self.most):
            raise TooLarge
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            if len(body) > self.most:
                raise TooLarge
            more = message.get("more_body", False)
        if b"%00" in body or b"\0" in body:
            raise Refusal
        if body and not _is_plain_form(headers):
            raise NotAForm
        return bytes(body)


def _declares_more(headers: Headers, most: int) -> bool:
    """Whether the request says that its body is longer than this."""
    declared = headers.get("content-length", "")
    return declared.isdecimal() and (len(declared) > LONGEST_LENGTH or int(declared) > most)


def _is_plain_form(headers: Headers) -> bool:
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type == FORM_TYPE and headers.get("content-encoding", "identity") == "identity"


def _receive_again(body: bytes, receive: Receive) -> Receive:
    """An ASGI receive channel that yields the body which was read already, then what else comes."""
    sent = False

    async def receive_body() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_body


async def _refuse(pages: Pages, refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    trouble = refusal.trouble
    if is_api(scope["path"]):
        await problem_response(trouble.status, f"{trouble.message} {trouble.advice}")(scope, receive, send)
    else:
        await error_page(pages, trouble)(scope, receive, send)


def _authority(text: str, scheme: str) -> tuple[str, int | None] | None:
    """Host and port of a Host header, the scheme's own port as None; None when it cannot be read."""
    try:
        parts = urlsplit(f"//{text}")
        port = parts.port
    except ValueError:
        return None
    if parts.hostname is None or parts.netloc != text or "@" in text:
        return None
    return parts.hostname, None if port == {"http": 80, "https": 443}.get(scheme) else port

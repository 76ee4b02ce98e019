"""Security and cache headers, one set for each kind of page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problems import is_api

CHECKOUT = "https://checkout.stripe.com"
PORTAL = "https://billing.stripe.com"
TWO_YEARS = 63_072_000
PRIVATE_PATHS = ("/thanks", "/receipts", "/giving")
DESK_PATHS = ("/desk", "/sandbox/inbox")
LETTER_NAME = "/letter.html"
MEDIA_PATHS = ("/media",)
WIDGET_END = "/widget"


class PageKind(Enum):
    """The kinds of page that get different headers."""

    DONOR = "a public page"
    PRIVATE = "a donor's own page"
    DESK = "a treasurer's page"
    DOWNLOAD = "a file to keep"
    LETTER = "a letter, in a frame of ours"
    MEDIA = "a picture that somebody uploaded"
    PROGRAM = "what programs read"
    WIDGET = "a campaign's progress, in a frame of another site"


_FIXED = {
    PageKind.DOWNLOAD: "default-src 'none'; sandbox; frame-ancestors 'none'",
    # Its styles stand on its elements, as mail programs want them.
    PageKind.LETTER: "default-src 'none'; style-src 'unsafe-inline'; sandbox; base-uri 'none'; frame-ancestors 'self'",
    # An SVG may set its own colours, and do nothing else.
    PageKind.MEDIA: "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'",
    PageKind.PROGRAM: "default-src 'none'; frame-ancestors 'none'",
}


@dataclass(frozen=True)
class HeaderSets:
    """The headers of one installation. HSTS is sent only when the base URL is https.

    `framed_by` are the origins that may show a campaign's widget, as they are now.
    """

    https: bool
    form_targets: tuple[str, ...] = ()
    framed_by: Callable[[], Sequence[str]] = tuple

    def of(self, kind: PageKind) -> dict[str, str]:
        """The headers for a kind of page."""
        headers = {"Content-Security-Policy": self._policy(kind)}
        if self.https:
            headers["Strict-Transport-Security"] = f"max-age={TWO_YEARS}; includeSubDomains"
        headers |= {
            "X-Content-Type-Options": "nosniff",
            # Not no-referrer: with it, Chromium sends `Origin: null` on our own forms.
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
        }
        if kind is PageKind.WIDGET:
            headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        public = kind in (PageKind.DONOR, PageKind.MEDIA, PageKind.WIDGET)
        return headers if public else headers | {"Cache-Control": "no-store"}

    def _policy(self, kind: PageKind) -> str:
        if kind in _FIXED:
            return _FIXED[kind]
        if kind is PageKind.WIDGET:  # it has no script, no form and no cookie
            framed_by = " ".join(self.framed_by()) or "'none'"
            return f"default-src 'none'; style-src 'self'; font-src 'self'; frame-ancestors {framed_by}"
        # Chromium applies form-action to the redirect that follows a form, so Checkout must be named.
        targets = () if kind is PageKind.DESK else (CHECKOUT, *self.form_targets)
        if kind is PageKind.PRIVATE:  # where donors change their card
            targets = (*targets, PORTAL)
        frames = "frame-src 'self'; " if kind is PageKind.DESK else ""  # letters are shown in one
        form_action = " ".join(("'self'", *targets))
        return (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
            f"connect-src 'self'; {frames}form-action {form_action}; "
            "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
        )


class WithHeaders:
    """Adds the headers to every response. A page may set its own Cache-Control, but no other of them."""

    def __init__(self, app: ASGIApp, sets: HeaderSets) -> None:
        self.app, self.sets = app, sets
        self.headers = {kind: sets.of(kind) for kind in PageKind}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; add the headers to the start of the response."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                kept = headers.get("cache-control")
                kind = _kind(scope["path"], headers)
                headers.update(self.sets.of(kind) if kind is PageKind.WIDGET else self.headers[kind])
                if kept is not None:
                    headers["Cache-Control"] = kept
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _kind(path: str, headers: MutableHeaders) -> PageKind:
    if headers.get("content-disposition", "").startswith("attachment"):
        return PageKind.DOWNLOAD
    kinds = (
        (path.endswith(LETTER_NAME), PageKind.LETTER),
        (_below(path, MEDIA_PATHS), PageKind.MEDIA),
        (is_widget(path), PageKind.WIDGET),
        (is_api(path), PageKind.PROGRAM),
        (is_desk(path), PageKind.DESK),
        (_below(path, PRIVATE_PATHS), PageKind.PRIVATE),
    )
    return next((kind for is_of_kind, kind in kinds if is_of_kind), PageKind.DONOR)


def is_desk(path: str) -> bool:
    """Whether a path leads to a page for staff."""
    return _below(path, DESK_PATHS)


def is_widget(path: str) -> bool:
    """Whether a path leads to what other sites show in a frame: it sets no cookie."""
    return path.startswith("/c/") and path.endswith(WIDGET_END)


def is_public(path: str) -> bool:
    """Whether a path leads to a page that shows everybody the same."""
    return not is_desk(path) and not is_api(path) and not _below(path, PRIVATE_PATHS)


def _below(path: str, folders: tuple[str, ...]) -> bool:
    return any(path == folder or path.startswith(folder + "/") for folder in folders)

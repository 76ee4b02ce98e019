"""The headers that tell a browser what our pages may do, one set for each kind of page."""

from dataclasses import dataclass
from enum import Enum

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CHECKOUT = "https://checkout.stripe.com"
TWO_YEARS = 63_072_000
PRIVATE_PATHS = ("/thanks", "/receipts", "/giving")
DESK_PATHS = ("/desk",)


class Kind(Enum):
    """What a browser is shown, and so what it is allowed."""

    DONOR = "a public page"
    PRIVATE = "a donor's own page"
    DESK = "a treasurer's page"
    DOWNLOAD = "a file to keep"


@dataclass(frozen=True)
class HeaderSets:
    """The headers of one installation. HSTS is promised only where `https` is how we are reached."""

    https: bool
    form_targets: tuple[str, ...] = ()

    def of(self, kind: Kind) -> dict[str, str]:
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
        return headers if kind is Kind.DONOR else headers | {"Cache-Control": "no-store"}

    def _policy(self, kind: Kind) -> str:
        if kind is Kind.DOWNLOAD:
            return "default-src 'none'; sandbox; frame-ancestors 'none'"
        # Chromium applies form-action to the redirect that follows a form, so Checkout must be named.
        targets = () if kind is Kind.DESK else (CHECKOUT, *self.form_targets)
        form_action = " ".join(("'self'", *targets))
        return (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
            f"connect-src 'self'; form-action {form_action}; "
            "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
        )


class WithHeaders:
    """Gives every answer its headers. A page may set its own Cache-Control and nothing else of these."""

    def __init__(self, app: ASGIApp, sets: HeaderSets) -> None:
        self.app = app
        self.headers = {kind: sets.of(kind) for kind in Kind}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; add to the start of the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                kept = headers.get("cache-control")
                headers.update(self.headers[_kind(scope["path"], headers)])
                if kept is not None:
                    headers["Cache-Control"] = kept
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _kind(path: str, headers: MutableHeaders) -> Kind:
    if headers.get("content-disposition", "").startswith("attachment"):
        return Kind.DOWNLOAD
    if _below(path, DESK_PATHS):
        return Kind.DESK
    return Kind.PRIVATE if _below(path, PRIVATE_PATHS) else Kind.DONOR


def _below(path: str, folders: tuple[str, ...]) -> bool:
    return any(path == folder or path.startswith(folder + "/") for folder in folders)

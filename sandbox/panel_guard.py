"""The panel guard: whoever serves the twin at a public host says who may see its panel and push its buttons."""

import hmac
from collections.abc import Callable, Sequence
from concurrent.futures import Executor

from starlette.requests import Request
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.api.secret_key import secret_key_of
from sandbox.pages import run_in_thread

Guard = Callable[[Request], ASGIApp | None]
"""What answers a request of somebody who may not see the panel; None lets the request through. It may block."""


class PanelGuard:
    """ASGI middleware: asks the guard about each request, but those for open routes and those with the API key."""

    def __init__(
        self, app: ASGIApp, open_routes: Sequence[Route], guard: Guard, api_key: str, threads: Executor
    ) -> None:
        self._app, self._open_routes, self._guard = app, open_routes, guard
        self._api_key, self._threads = api_key.encode(), threads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or let the guard's response answer it."""
        app: ASGIApp | None = None
        if scope["type"] == "http" and not self._is_open(scope):
            app = await run_in_thread(self._threads, lambda: self._guard(Request(scope)))
        await (app or self._app)(scope, receive, send)

    def _is_open(self, scope: Scope) -> bool:
        key = secret_key_of(Request(scope).headers.get("authorization", "")) or ""
        has_key = hmac.compare_digest(key.encode(), self._api_key)
        return has_key or any(route.matches(scope)[0] is not Match.NONE for route in self._open_routes)

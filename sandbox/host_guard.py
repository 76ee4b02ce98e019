"""The host guard: the twin answers only under its own host name or on loopback, against DNS rebinding."""

from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.world import World

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class HostGuard:
    """ASGI middleware: passes requests whose Host header names the twin's public address or loopback."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self._app, self._world = app, world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 421 to any other host."""
        if scope["type"] == "http" and self._host(scope) not in _LOOPBACK | {self._own_host()}:
            await PlainTextResponse("The twin does not answer under this name.", 421)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _own_host(self) -> str | None:
        return urlsplit(self._world.settings.public_url).hostname

    @staticmethod
    def _host(scope: Scope) -> str | None:
        header = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        try:
            return urlsplit(f"//{header}").hostname
        except ValueError:
            return None

"""Send each request to its application by path: the webhook, mounted applications, and our pages."""

from collections.abc import Mapping, Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

from web.streams import Streams


class PathDispatch:
    """FastAPI's overhead would be half of what a webhook request costs, so the webhook is dispatched before it."""

    def __init__(
        self,
        pages: Streams,
        exact: Mapping[str, ASGIApp],
        mounted: Mapping[str, ASGIApp],
        *,
        scheme: str,
        ours: Sequence[str] = (),
    ) -> None:
        """`exact` applications answer at one path. `mounted` ones answer below a prefix, and are told it.

        Below the prefixes of `ours` our pages answer, also inside of a mounted one.

        `scheme` is the base address's. Behind a proxy requests come over http, and frameworks would build addresses
        from that: Starlette's redirect of `/thanks/` to `/thanks` led from https to http.
        """
        self._pages, self._exact, self._mounted, self._scheme = pages, exact, mounted, scheme
        self._ours = ours

    def end_streams(self) -> None:
        """End what has no end of its own, before the web waits for its requests."""
        self._pages.end()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Dispatch by path. Lifespan events go to our pages, whose lifespan starts everything else."""
        path = scope.get("path", "")
        app = self._exact.get(path)
        if app is not None:
            await app(scope, receive, send)
            return
        if scope["type"] == "http":
            scope = {**scope, "scheme": self._scheme}
        if any(_is_below(path, prefix) for prefix in self._ours):
            await self._pages(scope, receive, send)
            return
        for prefix, app in self._mounted.items():
            if _is_below(path, prefix):
                await app({**scope, "root_path": prefix}, receive, send)
                return
        await self._pages(scope, receive, send)


def _is_below(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(f"{prefix}/")

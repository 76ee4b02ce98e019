"""The front: sends each request to its door, by path."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send


class Front:
    """Doors at one path (the webhook's, before all, for its cost), doors under a prefix, and our pages."""

    def __init__(self, pages: ASGIApp, doors: Mapping[str, ASGIApp], mounted: Mapping[str, ASGIApp]) -> None:
        """`mounted` applications hear under which prefix they are."""
        self._pages, self._doors, self._mounted = pages, doors, mounted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Dispatch by path; lifespan goes to our pages, which own the rest."""
        path = scope.get("path", "")
        door = self._doors.get(path)
        if door is not None:
            await door(scope, receive, send)
            return
        for prefix, app in self._mounted.items():
            if path == prefix or path.startswith(f"{prefix}/"):
                await app({**scope, "root_path": prefix}, receive, send)
                return
        await self._pages(scope, receive, send)

"""The twin's pages: its own Jinja environment, its own templates, TEST in plain sight on each of them."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from sandbox.life.currencies import in_words
from sandbox.world import World

Result = TypeVar("Result")
_HERE = Path(__file__).parent

# No form-action: a browser would then block the redirect that follows a payment.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%-d %B %Y")


def _instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%-d %B %Y, %H:%M:%S UTC")


async def in_thread(threads: Executor, work: Callable[[], Result]) -> Result:
    """Do this in one of the twin's own threads, so that nobody else's are used up."""
    return await asyncio.get_running_loop().run_in_executor(threads, work)


class Pages:
    """Turns a template and its values into an answer."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._jinja = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._jinja.filters |= {"money": in_words, "instant": _instant, "day": _day}

        self._style = (_HERE / "static" / "twin.css").read_text()

    async def style(self, _: Request) -> Response:
        """The one stylesheet, out of memory: no thread is needed for it."""
        return Response(self._style, media_type="text/css", headers={"Cache-Control": "no-cache"})

    def page(self, name: str, *, status: int = 200, **values: object) -> HTMLResponse:
        """A page by the name of its template; what it is given, it escapes."""
        settings = self._world.settings
        shared = {"organisation": settings.organisation, "home": settings.public_url}
        return HTMLResponse(self._jinja.get_template(name).render(**shared, **values), status, _HEADERS)

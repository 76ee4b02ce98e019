"""Renders the twin's HTML pages, with its own Jinja environment. Each page says that it is a TEST."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from sandbox.lifecycle.currencies import format_amount
from sandbox.world import World

Result = TypeVar("Result")
_DIRECTORY = Path(__file__).parent

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


async def run_in_thread(threads: Executor, work: Callable[[], Result]) -> Result:
    """Run this in one of the twin's own threads, so that the product's threads are not used up."""
    return await asyncio.get_running_loop().run_in_executor(threads, work)


class PageRenderer:
    """Renders templates into responses. Values are escaped."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._jinja = Environment(
            loader=FileSystemLoader(_DIRECTORY / "templates"),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._jinja.filters |= {"money": format_amount, "instant": _instant, "day": _day}

        self._style = (_DIRECTORY / "static" / "twin.css").read_text()

    async def style(self, _: Request) -> Response:
        """The stylesheet. It is kept in memory, so that this needs no thread."""
        return Response(self._style, media_type="text/css", headers={"Cache-Control": "no-cache"})

    def render(self, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
        """The page of this template, with these values, the organisation's name and the twin's address."""
        settings = self._world.settings
        shared = {"organisation": settings.organisation, "home": settings.public_url}
        return HTMLResponse(self._jinja.get_template(template).render(**shared, **values), status, _HEADERS)

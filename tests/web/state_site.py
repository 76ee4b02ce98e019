"""A site that shows every state of the pages under its name."""

from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from playwright.sync_api import Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from tests.web.group_states import EVERY_STATE
from tests.web.samples import pages
from web.security import secure


@dataclass
class Site:
    """Every state under its name; what a page fetches or posts is answered from here."""

    address: str = ""
    fragment: str = "campaign"
    waiting: str = "thanks confirming"
    posted: list[str] = field(default_factory=list)

    def build(self, address: str) -> ASGIApp:
        """The app, behind the real guards."""
        self.address, made = address, pages("sandbox", address)

        async def show(request: Request) -> Response:
            state = EVERY_STATE[unquote(request.path_params["name"])]
            return made.page(state.template, **state.values)

        async def wait(_request: Request) -> Response:
            return made.page(EVERY_STATE[self.waiting].template, **EVERY_STATE[self.waiting].values)

        async def fragment(_request: Request) -> Response:
            return made.page("campaigns/_progress.html", **EVERY_STATE[self.fragment].values)

        async def give(request: Request) -> Response:
            self.posted.append((await request.body()).decode())
            return made.page(EVERY_STATE["form"].template, **EVERY_STATE["form"].values)

        routes = [
            Route("/state/{name}", show),
            Route("/wait", wait),
            Route("/c/{slug}/progress", fragment),
            Route("/c/{slug}/give", give, methods=["POST"]),
            Mount("/static", made.static),
        ]
        return secure(Starlette(routes=routes), pages=made, base_url=address, allowed_hosts=())


def opened(site: Site, page: Page, name: str) -> Page:
    """A state in the browser."""
    page.goto(f"{site.address}/state/{quote(name)}")
    return page

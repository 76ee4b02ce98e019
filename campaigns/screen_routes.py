"""What stands elsewhere than on our own pages: the big screen of a launch, and the widget in another site's frame."""

import re
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from sqlalchemy.engine import Connection, Engine
from starlette.requests import Request
from starlette.responses import Response

from campaigns import store
from campaigns.campaign import Campaign
from campaigns.routes import NoSuchCampaign, find_campaign, moved_to
from campaigns.store import GiftMeasures
from campaigns.wall_store import wall_of
from database.instants import Clock
from database.transactions import reading
from web.language import speaking
from web.pages import Pages

EVENTS_PATH = re.compile(r"/c/([a-z0-9-]{1,60})/screen/events")
NAMES_ON_SCREEN = 5


class ScreenReader:
    """Reads what a campaign's screen shows now."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages, measures: GiftMeasures) -> None:
        self._engine, self._clock, self._pages, self._measures = engine, clock, pages, measures

    def read_all(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """The fragment of each campaign in each language; one that is not there is left out."""
        fragments = {}
        with reading(self._engine) as conn:
            for slug, language in keys:
                try:
                    values = self.values(conn, find_campaign(conn, slug))
                except NoSuchCampaign:
                    continue
                with speaking(language):
                    fragments[slug, language] = self._pages.render("campaigns/_screen.html", **values)
        return fragments

    def values(self, conn: Connection, campaign: Campaign) -> dict[str, Any]:
        """What the templates of screen and widget get."""
        now = self._clock()
        openness = campaign.openness_under(store.parent_of(conn, campaign), now)
        return {
            "campaign": campaign,
            "progress": store.progress(conn, campaign, now, self._measures),
            "openness": openness.name,
            "wall": wall_of(conn, campaign, self._measures, NAMES_ON_SCREEN),
        }

    def page(self, template: str, slug: str, end: str, request: Request) -> Response:
        """A page with these values; an address from before leads to the present one."""
        with reading(self._engine) as conn:
            campaign = find_campaign(conn, slug)
            if campaign.slug != slug:
                return moved_to(f"/c/{campaign.slug}/{end}", request)
            values = self.values(conn, campaign)
        return self._pages.page(template, **values)


def screen_routes(reader: ScreenReader) -> APIRouter:
    """`/c/{slug}/screen`, the part of it that changes, and `/c/{slug}/widget`."""
    router = APIRouter()

    @router.get("/c/{slug}/screen")
    def show_screen(slug: str, request: Request) -> Response:
        return reader.page("campaigns/screen.html", slug, "screen", request)

    @router.get("/c/{slug}/screen/now")
    def show_screen_now(slug: str, request: Request) -> Response:
        return reader.page("campaigns/_screen.html", slug, "screen/now", request)

    @router.get("/c/{slug}/widget")
    def show_widget(slug: str, request: Request) -> Response:
        return reader.page("campaigns/widget.html", slug, "widget", request)

    return router

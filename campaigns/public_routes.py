"""Everything about campaigns that is open to all: their pages, what passes them on, and what stands elsewhere."""

from fastapi import APIRouter
from sqlalchemy.engine import Engine

from campaigns.routes import GivingSheet, campaign_routes
from campaigns.screen_routes import ScreenReader, screen_routes
from campaigns.sharing_routes import sharing_routes
from campaigns.store import GiftMeasures
from database.instants import Clock
from web.pages import Pages


def public_routes(
    engine: Engine, clock: Clock, pages: Pages, measures: GiftMeasures, sheet: GivingSheet | None
) -> APIRouter:
    """The home page, and everything below `/c/` but the form and the way to Stripe."""
    router = APIRouter()
    router.include_router(campaign_routes(engine, clock, pages, measures, sheet))
    router.include_router(sharing_routes(engine, clock, pages, measures))
    router.include_router(screen_routes(ScreenReader(engine, clock, pages, measures)))
    return router

"""Every page of the desk behind its door."""

from fastapi import APIRouter
from sqlalchemy.engine import Engine

from database.instants import Clock
from staff.door import Door
from treasury.books.export_routes import export_routes
from treasury.books.routes import book_routes
from treasury.donors.routes import donor_desk_routes
from treasury.gifts.routes import gift_routes
from treasury.letters.routes import letter_routes
from treasury.lists.catalogue import DESK_LISTS
from treasury.lists.menu_counts import show_menu_counts
from treasury.lists.routes import list_routes
from treasury.lost.routes import lost_routes
from treasury.match.routes import match_routes
from treasury.money.routes import money_routes
from treasury.moves.routes import move_routes
from treasury.notes.routes import note_routes
from treasury.offline.routes import offline_routes
from treasury.overview.routes import MissingSteps, nothing_is_missing, overview_routes
from treasury.recurring.routes import recurring_routes
from treasury.refunds.routes import refund_routes
from treasury.refunds.twins_routes import twin_routes
from treasury.search.routes import search_routes
from treasury.sources.routes import source_routes
from treasury.spending.routes import spending_routes
from treasury.standing_orders.routes import standing_order_routes
from treasury.supporters.routes import supporter_routes
from web.pages import Pages
from web.sessions import SessionCookie


def treasury_routes(
    engine: Engine, clock: Clock, pages: Pages, missing_steps: MissingSteps = nothing_is_missing
) -> APIRouter:
    """All routes of the desk, for members of staff who have signed in.

    `missing_steps` gives what setting up still lacks, for the first page.
    """
    door = Door(engine, clock, SessionCookie(pages.base_url))
    show_menu_counts(engine, pages, DESK_LISTS)
    router = APIRouter()
    router.include_router(overview_routes(engine, clock, pages, door, missing_steps))
    router.include_router(list_routes(engine, clock, pages, door, DESK_LISTS))
    router.include_router(gift_routes(engine, pages, door))
    router.include_router(money_routes(engine, clock, pages, door))
    router.include_router(refund_routes(engine, clock, pages, door))
    router.include_router(move_routes(engine, clock, pages, door))
    router.include_router(twin_routes(engine, clock, pages, door))
    router.include_router(offline_routes(engine, clock, pages, door))
    router.include_router(supporter_routes(engine, clock, pages, door))
    router.include_router(standing_order_routes(engine, clock, pages, door))
    router.include_router(note_routes(engine, clock, door))
    router.include_router(export_routes(engine, clock, pages, door))
    router.include_router(book_routes(engine, clock, pages, door))
    router.include_router(lost_routes(engine, clock, pages, door))
    router.include_router(recurring_routes(engine, clock, pages, door))
    router.include_router(donor_desk_routes(engine, clock, pages, door))
    router.include_router(match_routes(engine, clock, pages, door))
    router.include_router(spending_routes(engine, clock, pages, door))
    router.include_router(search_routes(engine, pages, door))
    router.include_router(source_routes(engine, pages, door))
    router.include_router(letter_routes(engine, clock, pages, door))
    return router

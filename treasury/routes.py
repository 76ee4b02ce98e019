"""Every page of the desk behind its door."""

from fastapi import APIRouter
from sqlalchemy.engine import Engine

from database.instants import Clock
from staff.door import Door
from treasury.bank.import_routes import BANK_UPLOAD_PATH
from treasury.bank.routes import bank_routes
from treasury.books.export_routes import export_routes
from treasury.books.income_routes import income_routes
from treasury.books.ledger_routes import ledger_routes
from treasury.books.routes import book_routes
from treasury.books.statement_routes import statement_routes
from treasury.checks.links_routes import link_routes
from treasury.checks.recording_routes import EVIDENCE_PATH
from treasury.checks.routes import check_routes
from treasury.checks.waiting_routes import waiting_gift_routes
from treasury.documents.routes import document_routes
from treasury.donation_reports.routes import donation_report_routes
from treasury.donors.routes import donor_desk_routes
from treasury.gift_aid.routes import gift_aid_routes
from treasury.gifts.routes import gift_routes
from treasury.letters.routes import letter_routes
from treasury.lists.catalogue import DESK_LISTS
from treasury.lists.menu_counts import show_menu_counts
from treasury.lists.routes import list_routes
from treasury.loans.routes import loan_routes
from treasury.lost.routes import lost_routes
from treasury.match.routes import match_routes
from treasury.money.routes import money_routes
from treasury.moves.routes import move_routes
from treasury.notes.routes import note_routes
from treasury.offline.import_routes import IMPORT_PATH, offline_import_routes
from treasury.offline.imported_routes import imported_gift_routes
from treasury.offline.routes import offline_routes
from treasury.overview.routes import MissingSteps, nothing_is_missing, overview_routes
from treasury.overview.trends_routes import trends_routes
from treasury.payouts.routes import payout_routes
from treasury.recurring.routes import recurring_routes
from treasury.refunds.routes import refund_routes
from treasury.refunds.twins_routes import twin_routes
from treasury.rules.routes import rule_routes
from treasury.search.routes import search_routes
from treasury.sources.routes import source_routes
from treasury.spending.routes import spending_routes
from treasury.standing_orders.routes import standing_order_routes
from treasury.supporters.routes import supporter_routes
from treasury.valuing.routes import worth_routes
from web.pages import Pages
from web.routers import joined
from web.sessions import SessionCookie

TREASURY_UPLOADS = (BANK_UPLOAD_PATH, IMPORT_PATH, EVIDENCE_PATH)
"""The paths whose forms carry a file."""


def treasury_routes(
    engine: Engine, clock: Clock, pages: Pages, missing_steps: MissingSteps = nothing_is_missing
) -> APIRouter:
    """All routes of the desk, behind its door. `missing_steps`: what setting up still lacks, for the first page."""
    door = Door(engine, clock, SessionCookie(pages.base_url))
    show_menu_counts(engine, pages, DESK_LISTS)
    parts = (
        overview_routes(engine, clock, pages, door, missing_steps),
        trends_routes(engine, clock, pages, door),
        list_routes(engine, clock, pages, door, DESK_LISTS),
        gift_routes(engine, clock, pages, door),
        document_routes(engine, clock, pages, door),
        money_routes(engine, clock, pages, door),
        refund_routes(engine, clock, pages, door),
        move_routes(engine, clock, pages, door),
        twin_routes(engine, clock, pages, door),
        offline_import_routes(engine, clock, pages, door),
        imported_gift_routes(engine, clock, pages, door),
        offline_routes(engine, clock, pages, door),
        worth_routes(engine, clock, pages, door),
        loan_routes(engine, clock, pages, door),
        bank_routes(engine, clock, pages, door),
        supporter_routes(engine, clock, pages, door),
        standing_order_routes(engine, clock, pages, door),
        note_routes(engine, clock, door),
        *_book_parts(engine, clock, pages, door),
        lost_routes(engine, clock, pages, door),
        recurring_routes(engine, clock, pages, door),
        donor_desk_routes(engine, clock, pages, door),
        match_routes(engine, clock, pages, door),
        payout_routes(engine, pages, door),
        spending_routes(engine, clock, pages, door),
        search_routes(engine, clock, pages, door),
        source_routes(engine, pages, door),
        letter_routes(engine, clock, pages, door),
        link_routes(engine, clock, pages, door),
        *_compliance_parts(engine, clock, pages, door),
    )
    return joined(parts)


def _compliance_parts(engine: Engine, clock: Clock, pages: Pages, door: Door) -> tuple[APIRouter, ...]:
    """UK political money: checks of donors, gifts that wait for one, reports, and the rules."""
    return (
        check_routes(engine, clock, pages, door),
        waiting_gift_routes(engine, clock, pages, door),
        donation_report_routes(engine, clock, pages, door),
        rule_routes(engine, clock, pages, door),
    )


def _book_parts(engine: Engine, clock: Clock, pages: Pages, door: Door) -> tuple[APIRouter, ...]:
    """The pages under Books. Those with fixed addresses come before those of a month."""
    return (
        export_routes(engine, clock, pages, door),
        ledger_routes(engine, clock, pages, door),
        statement_routes(engine, clock, pages, door),
        income_routes(engine, clock, pages, door),
        book_routes(engine, clock, pages, door),
        gift_aid_routes(engine, clock, pages, door),
    )

"""The desk's first page."""

from collections.abc import Callable
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import Connection, Engine
from starlette.responses import Response

from campaigns.store import campaigns
from database.instants import Clock
from database.transactions import reading
from ledger.accounts import Account
from ledger.views import monthly_sums
from payments.settlement.views import stripe_status
from staff.door import Door, SignedIn
from staff.member import StaffMember
from staff.permissions import Permission
from treasury.money.places import places
from treasury.money.to_do import to_do
from treasury.overview.figures import SHOWN, sheets
from treasury.overview.recent import recent_months
from web.pages import Pages

PLACES = {
    Account.CLEARING: "Not seen in both places yet",
    Account.STRIPE: "At Stripe",
    Account.IN_TRANSIT: "On its way to the bank",
    Account.BANK: "Paid out or paid in to the bank",
    Account.CASH: "In cash",
    Account.SUSPENSE: "Of a kind that nobody knows",
}
MissingSteps = Callable[[StaffMember], object | None]
"""What a member of staff still has to set up (`setup.checklist.Checklist`); None where nothing is missing."""


def nothing_is_missing(_member: StaffMember) -> None:
    """Everything is set up."""


def overview_routes(engine: Engine, clock: Clock, pages: Pages, door: Door, missing_steps: MissingSteps) -> APIRouter:
    """`/desk`."""
    router = APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)

    @router.get("/desk")
    def show_desk(reader: Reader) -> Response:
        with reading(engine) as conn:
            sums, titles = monthly_sums(conn, SHOWN), _titles(conn)
            currencies, stripe = places(conn), stripe_status(conn)
            waiting = to_do(conn, clock())
        shown = sheets(sums)
        return pages.page(
            "treasury/desk.html",
            private=True,
            member=reader.member,
            now=clock(),
            sheets=shown,
            recent=recent_months(sums, [sheet.currency for sheet in shown], _today(clock, pages)),
            titles=titles,
            currencies=currencies,
            stripe=stripe,
            to_do=waiting,
            place_names=PLACES,
            missing=missing_steps(reader.member),
        )

    return router


def _today(clock: Clock, pages: Pages) -> date:
    return pages.wording.local_day(clock())


def _titles(conn: Connection) -> dict[int, str]:
    return {campaign.id: campaign.title for campaign in campaigns(conn)}

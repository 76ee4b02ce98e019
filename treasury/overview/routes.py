"""The desk's first page, and the list of entries behind each of its figures."""

from collections.abc import Callable
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy import Connection, Engine
from starlette.responses import Response

from campaigns.store import campaigns
from database.instants import Clock
from database.transactions import reading
from ledger.accounts import Account, Figure
from ledger.views import EntryChoice, monthly_sums, sums_of
from payments.books.views import list_lengths
from payments.gifts.views import movements
from payments.settlement.views import stripe_status
from staff.door import Door, SignedIn
from staff.member import StaffMember
from staff.permissions import Permission
from treasury.money.places import places
from treasury.money.to_do import to_do
from treasury.overview.figures import SHOWN, list_address, month_code, sheets
from web.pages import Pages

PAGE_ROWS = 50
PLACES = {
    Account.CLEARING: "Not seen in both places yet",
    Account.STRIPE: "At Stripe",
    Account.IN_TRANSIT: "On its way to the bank",
    Account.BANK: "At the bank",
    Account.CASH: "In cash",
    Account.SUSPENSE: "Of a kind that nobody knows",
}
# A form sends an empty field as empty text.
NUMBER = r"^[0-9]{0,9}$"
MONTH = r"^(20[0-9]{2}-(0[1-9]|1[0-2]))?$"
CURRENCY = r"^([A-Z]{3})?$"


MissingSteps = Callable[[StaffMember], object | None]
"""What a member of staff still has to set up (`setup.checklist.Checklist`); None where nothing is missing."""


def nothing_is_missing(_member: StaffMember) -> None:
    """Everything is set up."""


def choice_of(
    figure: Figure = Figure.RAISED,
    campaign: Annotated[str, Query(pattern=NUMBER)] = "",
    month: Annotated[str, Query(pattern=MONTH)] = "",
    currency: Annotated[str, Query(pattern=CURRENCY)] = "",
) -> EntryChoice:
    """The choice of entries in the query of an address."""
    return EntryChoice(
        figure,
        int(campaign) if campaign else None,
        date.fromisoformat(f"{month}-01") if month else None,
        currency or None,
    )


def overview_routes(engine: Engine, clock: Clock, pages: Pages, door: Door, missing_steps: MissingSteps) -> APIRouter:
    """`/desk` and `/desk/gifts`."""
    router = APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)

    @router.get("/desk")
    def show_desk(reader: Reader) -> Response:
        with reading(engine) as conn:
            sums, titles = monthly_sums(conn, SHOWN), _titles(conn)
            currencies, stripe, lengths = places(conn), stripe_status(conn), list_lengths(conn)
            waiting = to_do(conn, clock())
        return pages.page(
            "treasury/desk.html",
            private=True,
            member=reader.member,
            now=clock(),
            sheets=sheets(sums),
            titles=titles,
            currencies=currencies,
            stripe=stripe,
            lengths=lengths,
            to_do=waiting,
            place_names=PLACES,
            missing=missing_steps(reader.member),
        )

    @router.get("/desk/gifts")
    def list_gifts(
        reader: Reader,
        choice: Annotated[EntryChoice, Depends(choice_of)],
        before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
    ) -> Response:
        with reading(engine) as conn:
            rows = movements(conn, choice, PAGE_ROWS + 1, before)
            totals, titles = sums_of(conn, choice), _titles(conn)
        shown = rows[:PAGE_ROWS]
        return pages.page(
            "treasury/gifts.html",
            private=True,
            member=reader.member,
            choice=choice,
            month_code=month_code(choice),
            movements=shown,
            totals=totals,
            titles=titles,
            older=list_address(choice, shown[-1].entry) if len(rows) > PAGE_ROWS else None,
            newest=list_address(choice) if before else None,
        )

    return router


def _titles(conn: Connection) -> dict[int, str]:
    return {campaign.id: campaign.title for campaign in campaigns(conn)}

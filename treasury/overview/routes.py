"""The desk's first page."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import Engine
from starlette.responses import Response

from compliance.held_views import held_in_all
from compliance.report_words import KIND_WORDS
from database.instants import Clock
from database.transactions import reading
from ledger.accounts import Account
from ledger.periods import month_after, month_before, month_of
from ledger.views import monthly_sums
from payments.bank.views import proved_to_bank
from payments.gifts.giver_views import givers_of
from payments.gifts.promised_views import promised_sums
from payments.gifts.recurring_views import expected_sums
from payments.gifts.recurring_words import EVERY, PER
from payments.settlement.views import stripe_status
from staff.door import Door, SignedIn
from staff.member import StaffMember
from staff.permissions import Permission
from treasury.lists.dispute_words import dispute_words
from treasury.money.places import places
from treasury.money.to_do import to_do
from treasury.overview.figures import SHOWN
from treasury.overview.recent import moved_in, recent_months
from treasury.overview.standing import standings
from treasury.recurring.names import decline_words
from web.pages import Pages

PLACES = {
    Account.CLEARING: "Told by Stripe, not yet in its balance",
    Account.STRIPE: "At Stripe",
    Account.IN_TRANSIT: "On its way to the bank",
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
        now, today = clock(), _today(clock, pages)
        this_month = month_of(today)
        a_year_ago = this_month.replace(year=this_month.year - 1)
        with reading(engine) as conn:
            sums = monthly_sums(conn, SHOWN, month_before(this_month))
            money = standings(places(conn), promised_sums(conn), expected_sums(conn))
            proved = proved_to_bank(conn, month_before(this_month))
            givers, stripe = givers_of(conn, this_month), stripe_status(conn)
            waiting = to_do(conn, now, today, proved)
            held = held_in_all(conn)
        return pages.page(
            "treasury/desk.html",
            private=True,
            member=reader.member,
            now=now,
            recent=recent_months(sums, [each.currency for each in money] or moved_in(sums), today),
            standings=money,
            givers=givers,
            proved=proved,
            last_month=month_before(this_month),
            this_month=this_month,
            a_year_ago=a_year_ago,
            a_year_ago_end=month_after(a_year_ago) - timedelta(days=1),
            stripe=stripe,
            to_do=waiting,
            held=held,
            today=today,
            kinds=KIND_WORDS,
            place_names=PLACES,
            every=EVERY,
            per=PER,
            decline_words=decline_words,
            dispute_words=dispute_words,
            missing=missing_steps(reader.member),
        )

    return router


def _today(clock: Clock, pages: Pages) -> date:
    return pages.wording.local_day(clock())

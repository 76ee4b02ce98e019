"""`/desk/trends`: what came in over a year, who stays, what is to come, and by which links it came."""

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.engine import Engine
from starlette.responses import Response

from campaigns.campaign import CampaignState
from campaigns.store import GiftMeasures, campaigns, progress_of
from database.instants import Clock
from database.transactions import reading
from ledger.giving_total_store import giving_totals
from ledger.periods import month_of
from ledger.views import money_paths, monthly_sums
from payments.gifts.campaign_views import donors_by_campaign, monthly_by_campaign
from payments.gifts.offline_store import uncounted_by_campaign
from payments.gifts.recurring_views import expected_sums
from payments.gifts.retention_views import monthly_givers
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.overview.figures import SHOWN, sheets
from treasury.overview.money_trail import money_trail
from treasury.overview.retention import cohorts, months_after, survival
from treasury.overview.trends import currency_trends, months_up_to, target_rows
from web.pages import Pages

PATH = "/desk/trends"


def trends_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """The charts. They are drawn from kept totals and indexes, however many gifts there are."""
    router = APIRouter()
    measures = GiftMeasures(donors_by_campaign, monthly_by_campaign, uncounted=uncounted_by_campaign)
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)

    @router.get(PATH)
    def show_trends(reader: Reader) -> Response:
        now, zone = clock(), pages.wording.zone
        months = months_up_to(month_of(pages.wording.local_day(now)))
        with reading(engine) as conn:
            totals, expected = giving_totals(conn, months[0]), expected_sums(conn)
            givers = monthly_givers(conn, months, zone)
            known, sums, paths = campaigns(conn), monthly_sums(conn, SHOWN), money_paths(conn)
            public = [campaign for campaign in known if campaign.state is not CampaignState.DRAFT]
            targets = target_rows(progress_of(conn, public, now, measures))
        survived = survival(givers, months)
        return pages.page(
            "treasury/trends.html",
            private=True,
            member=reader.member,
            months=months,
            forecast_months=[months[-1], *months_after(months[-1])],
            trends=currency_trends(totals, expected, survived, months),
            targets=targets,
            cohorts=cohorts(givers, months),
            survived=survived,
            sheets=sheets(sums),
            trails=[money_trail(path) for path in paths],
            titles={campaign.id: campaign.title for campaign in known},
        )

    return router

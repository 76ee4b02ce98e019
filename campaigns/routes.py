"""The public pages of campaigns."""

from fastapi import APIRouter
from sqlalchemy.engine import Engine
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from campaigns.campaign import Campaign, Openness, Progress
from campaigns.store import campaign_by_slug, campaigns, progress, progress_of
from database.instants import Clock
from database.transactions import reading
from ledger.money import Money
from web.accept import wants_json
from web.errors import NotFound
from web.pages import Pages


class NoSuchCampaign(NotFound):
    """Nobody campaigns at this address."""

    def __init__(self) -> None:
        super().__init__("There is no campaign at this address.")


def campaign_routes(engine: Engine, clock: Clock, pages: Pages) -> APIRouter:
    """`/` lists campaigns, `/c/{slug}` shows one, `/c/{slug}/progress` its bar alone (JSON for programs)."""
    router = APIRouter()

    def find(slug: str) -> tuple[Campaign, Progress, Openness]:
        now = clock()
        with reading(engine) as conn:
            campaign = campaign_by_slug(conn, slug)
            if campaign is None:
                raise NoSuchCampaign
            return campaign, progress(conn, campaign, now), campaign.openness(now)

    @router.get("/")
    def list_campaigns() -> Response:
        now = clock()
        with reading(engine) as conn:
            found = progress_of(conn, campaigns(conn), now)
        by_openness = {openness: [pair for pair in found if pair[0].openness(now) is openness] for openness in Openness}
        return pages.page(
            "campaigns/list.html",
            open=by_openness[Openness.OPEN],
            not_yet=by_openness[Openness.NOT_YET],
            closed=by_openness[Openness.CLOSED],
        )

    @router.get("/c/{slug}")
    def show_campaign(slug: str) -> Response:
        campaign, so_far, openness = find(slug)
        return pages.page("campaigns/page.html", campaign=campaign, progress=so_far, openness=openness.name)

    @router.get("/c/{slug}/progress")
    def show_progress(slug: str, request: Request) -> Response:
        campaign, so_far, openness = find(slug)
        if wants_json(request):
            return JSONResponse(_as_json(campaign, so_far), headers={"Cache-Control": "no-cache"})
        return pages.page("campaigns/_progress.html", campaign=campaign, progress=so_far, openness=openness.name)

    return router


def _as_json(campaign: Campaign, so_far: Progress) -> dict[str, object]:
    return {
        "campaign": campaign.slug,
        "currency": campaign.currency.code,
        "raised": _written(so_far.raised),
        "target": None if so_far.target is None else _written(so_far.target),
        "gifts": so_far.gifts,
        "percent": so_far.percent,
        "days_left": so_far.days_left,
    }


def _written(amount: Money) -> str:
    """Decimal text: a JSON number would be read as a float."""
    return str(amount.decimal)

"""The public pages of campaigns."""

from fastapi import APIRouter
from sqlalchemy.engine import Engine
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from campaigns import store
from campaigns.campaign import Campaign, Openness, Progress, Target
from database.instants import Clock
from database.transactions import reading
from ledger.money import Money
from web.accept import wants_json
from web.errors import NotFound
from web.pages import Pages


class NoSuchCampaign(NotFound):
    """No campaign has this address."""

    def __init__(self) -> None:
        super().__init__("There is no campaign at this address.")


def campaign_routes(engine: Engine, clock: Clock, pages: Pages) -> APIRouter:
    """`/` lists campaigns, `/c/{slug}` shows one, `/c/{slug}/progress` its bar alone (JSON for programs)."""
    router = APIRouter()

    def find(slug: str) -> tuple[Campaign, Progress, Openness]:
        now = clock()
        with reading(engine) as conn:
            campaign = store.campaign_by_slug(conn, slug)
            if campaign is None:
                raise NoSuchCampaign
            return campaign, store.progress(conn, campaign, now), campaign.openness(now)

    @router.get("/")
    def list_campaigns() -> Response:
        now = clock()
        with reading(engine) as conn:
            shown = store.progress_of(conn, store.campaigns(conn), now)
        by_openness = {openness: [pair for pair in shown if pair[0].openness(now) is openness] for openness in Openness}
        return pages.page(
            "campaigns/list.html",
            open=by_openness[Openness.OPEN],
            not_yet=by_openness[Openness.NOT_YET],
            closed=by_openness[Openness.CLOSED],
        )

    @router.get("/c/{slug}")
    def show_campaign(slug: str) -> Response:
        campaign, progress, openness = find(slug)
        return pages.page("campaigns/page.html", campaign=campaign, progress=progress, openness=openness.name)

    @router.get("/c/{slug}/progress")
    def show_progress(slug: str, request: Request) -> Response:
        campaign, progress, openness = find(slug)
        if wants_json(request):
            return JSONResponse(_as_json(campaign, progress), headers={"Cache-Control": "no-cache"})
        return pages.page("campaigns/_progress.html", campaign=campaign, progress=progress, openness=openness.name)

    return router


def _as_json(campaign: Campaign, progress: Progress) -> dict[str, object]:
    return {
        "campaign": campaign.slug,
        "currency": campaign.currency.code,
        "raised": _plain_size(progress.raised),
        "target_kind": progress.target_kind.value,
        "target": _plain_size(progress.target),
        "reached": _plain_size(progress.reached),
        "gifts": progress.gifts,
        "percent": progress.percent,
        "days_left": progress.days_left,
    }


def _plain_size(size: Target | None) -> str | int | None:
    """A count as a number. An amount as decimal text: a JSON number would be read as a float."""
    return str(size.decimal) if isinstance(size, Money) else size

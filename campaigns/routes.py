"""The public pages of campaigns."""

from dataclasses import replace
from datetime import datetime

from fastapi import APIRouter
from sqlalchemy.engine import Connection, Engine
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from campaigns import store
from campaigns.campaign import Campaign, CampaignState, Openness, Progress, Target
from campaigns.store import GiftMeasures
from campaigns.updates_store import updates_of
from database.instants import Clock
from database.transactions import reading
from ledger.money import Money
from staff.member import StaffMember
from web.accept import wants_json
from web.errors import NotFound
from web.pages import Pages
from web.picture_store import picture_by_hash, pictures_by_hash


class NoSuchCampaign(NotFound):
    """No campaign has this address."""

    def __init__(self) -> None:
        super().__init__("There is no campaign at this address.")


def campaign_routes(engine: Engine, clock: Clock, pages: Pages, measures: GiftMeasures | None = None) -> APIRouter:
    """`/` lists campaigns, `/c/{slug}` shows one, `/c/{slug}/progress` its bar alone (JSON for programs).

    An address that a campaign had before answers 301.
    """
    public = PublicPages(engine, clock, pages, measures)
    router = APIRouter()
    router.add_api_route("/", public.list, methods=["GET"])
    router.add_api_route("/c/{slug}", public.show, methods=["GET"])
    router.add_api_route("/c/{slug}/progress", public.show_progress, methods=["GET"])
    return router


class PublicPages:
    """What everybody sees of campaigns."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages, measures: GiftMeasures | None) -> None:
        self._engine, self._clock, self._pages, self._measures = engine, clock, pages, measures

    def list(self) -> Response:
        """Every campaign but drafts, in the order of what can be done for it."""
        now = self._clock()
        with reading(self._engine) as conn:
            campaigns = store.campaigns(conn)
            shown = store.progress_of(conn, campaigns, now, self._measures)
            pictures = pictures_by_hash(conn, [campaign.picture for campaign in campaigns if campaign.picture])
        by_openness = {openness: [pair for pair in shown if pair[0].openness(now) is openness] for openness in Openness}
        return self._pages.page(
            "campaigns/list.html",
            pictures=pictures,
            open=by_openness[Openness.OPEN],
            paused=by_openness[Openness.PAUSED],
            not_yet=by_openness[Openness.NOT_YET],
            closed=by_openness[Openness.CLOSED],
        )

    def show(self, slug: str, request: Request) -> Response:
        """A campaign's page."""
        with reading(self._engine) as conn:
            campaign = find_campaign(conn, slug)
            if campaign.slug != slug:
                return moved_to(f"/c/{campaign.slug}", request)
            return campaign_page(conn, self._pages, campaign, self._clock(), self._measures)

    def show_progress(self, slug: str, request: Request) -> Response:
        """Its bar, for pages that keep it fresh; figures for programs."""
        now = self._clock()
        with reading(self._engine) as conn:
            campaign = find_campaign(conn, slug)
            progress = store.progress(conn, campaign, now, self._measures)
        if campaign.slug != slug:
            return moved_to(f"/c/{campaign.slug}/progress", request)
        if wants_json(request):
            return JSONResponse(_as_json(campaign, progress), headers={"Cache-Control": "no-cache"})
        openness = campaign.openness(now).name
        return self._pages.page("campaigns/_progress.html", campaign=campaign, progress=progress, openness=openness)


def find_campaign(conn: Connection, slug: str) -> Campaign:
    """The campaign that the public finds at an address, also at one that it had before. Raises NoSuchCampaign."""
    campaign = store.public_campaign(conn, slug)
    if campaign is None:
        raise NoSuchCampaign
    return campaign


def moved_to(path: str, request: Request) -> Response:
    """The answer at an address that a campaign had before: its present one, with the same query."""
    return RedirectResponse(f"{path}?{request.url.query}" if request.url.query else path, 301)


def campaign_page(
    conn: Connection,
    pages: Pages,
    campaign: Campaign,
    now: datetime,
    measures: GiftMeasures | None,
    preview_by: StaffMember | None = None,
) -> Response:
    """A campaign's page; a preview for staff shows it as if it were published."""
    shown = replace(campaign, state=CampaignState.PUBLISHED) if preview_by else campaign
    return pages.page(
        "campaigns/page.html",
        private=preview_by is not None,
        campaign=campaign,
        progress=store.progress(conn, shown, now, measures),
        openness=(campaign if campaign.state is not CampaignState.DRAFT else shown).openness(now).name,
        picture=picture_by_hash(conn, campaign.picture),
        updates=updates_of(conn, campaign.id),
        preview_by=preview_by,
    )


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

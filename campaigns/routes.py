"""The public pages of campaigns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from fastapi import APIRouter
from sqlalchemy.engine import Connection, Engine
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from campaigns import store
from campaigns.campaign import Campaign, CampaignState, Openness, Progress, Target
from campaigns.groups import find_groups
from campaigns.qr import qr_png, qr_svg
from campaigns.store import GiftMeasures
from campaigns.updates_store import updates_of
from database.instants import Clock
from database.transactions import reading
from ledger.money import Money
from staff.member import StaffMember
from web.accept import wants_json
from web.errors import NotFound
from web.language import translated
from web.pages import Pages
from web.picture_store import picture_by_hash, pictures_by_hash
from web.typed import compact

LONGEST_SEARCH = 100
QR_KINDS = {"svg": (qr_svg, "image/svg+xml"), "png": (qr_png, "image/png")}
# An address is for good: what it once led to, it leads to.
QR_HEADERS = {"Cache-Control": "public, max-age=86400"}


class NoSuchCampaign(NotFound):
    """No campaign has this address."""

    def __init__(self) -> None:
        super().__init__(translated("There is no campaign at this address."))


# The values of the giving form's first questions, for a campaign and the code of the link that led to it.
GivingSheet = Callable[[Campaign, str], Mapping[str, object]]


def campaign_routes(
    engine: Engine,
    clock: Clock,
    pages: Pages,
    measures: GiftMeasures | None = None,
    sheet: GivingSheet | None = None,
) -> APIRouter:
    """`/` lists campaigns, `/c/{slug}` shows one, `/c/{slug}/progress` its bar alone (JSON for programs).

    An address that a campaign had before answers 301.
    """
    public = PublicPages(engine, clock, pages, measures, sheet)
    router = APIRouter()
    router.add_api_route("/", public.list, methods=["GET"])
    router.add_api_route("/c/{slug}", public.show, methods=["GET"])
    router.add_api_route("/c/{slug}/progress", public.show_progress, methods=["GET"])
    router.add_api_route("/c/{slug}/qr.{kind}", public.show_qr, methods=["GET"])
    return router


class PublicPages:
    """What everybody sees of campaigns."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        pages: Pages,
        measures: GiftMeasures | None,
        sheet: GivingSheet | None,
    ) -> None:
        self._engine, self._clock, self._pages, self._measures = engine, clock, pages, measures
        self._sheet = sheet

    def list(self) -> Response:
        """Every campaign but drafts, in the order of what can be done for it, with its groups."""
        now = self._clock()
        with reading(self._engine) as conn:
            campaigns = [campaign for campaign in store.campaigns(conn) if campaign.parent_id is None]
            groups = store.group_names(conn)
            shown = store.progress_of(conn, campaigns, now, self._measures)
            pictures = pictures_by_hash(conn, [campaign.picture for campaign in campaigns if campaign.picture])
        by_openness = {openness: [pair for pair in shown if pair[0].openness(now) is openness] for openness in Openness}
        return self._pages.page(
            "campaigns/list.html",
            pictures=pictures,
            groups=groups,
            open=by_openness[Openness.OPEN],
            paused=by_openness[Openness.PAUSED],
            not_yet=by_openness[Openness.NOT_YET],
            closed=by_openness[Openness.CLOSED],
        )

    def show(self, slug: str, request: Request, group: str = "", ref: str = "") -> Response:
        """A campaign's page. `group` looks for a group by name; `ref` is the code of the link that led here."""
        with reading(self._engine) as conn:
            campaign = find_campaign(conn, slug)
            if campaign.slug != slug:
                return moved_to(f"/c/{campaign.slug}", request)
            return campaign_page(
                conn,
                self._pages,
                campaign,
                self._clock(),
                self._measures,
                PageVisit(group, sheet=self._sheet, source=ref),
            )

    def show_progress(self, slug: str, request: Request) -> Response:
        """Its bar, for pages that keep it fresh; figures for programs."""
        now = self._clock()
        with reading(self._engine) as conn:
            campaign = find_campaign(conn, slug)
            progress = store.progress(conn, campaign, now, self._measures)
            openness = campaign.openness_under(store.parent_of(conn, campaign), now).name
        if campaign.slug != slug:
            return moved_to(f"/c/{campaign.slug}/progress", request)
        if wants_json(request):
            return JSONResponse(_as_json(campaign, progress), headers={"Cache-Control": "no-cache"})
        return self._pages.page("campaigns/_progress.html", campaign=campaign, progress=progress, openness=openness)

    def show_qr(self, slug: str, kind: str, request: Request) -> Response:
        """A QR code that leads to its page, as `svg` or `png`."""
        if kind not in QR_KINDS:
            raise NotFound
        with reading(self._engine) as conn:
            campaign = find_campaign(conn, slug)
        if campaign.slug != slug:
            return moved_to(f"/c/{campaign.slug}/qr.{kind}", request)
        draw, media_type = QR_KINDS[kind]
        return Response(draw(f"{self._pages.base_url}/c/{slug}"), media_type=media_type, headers=QR_HEADERS)


def find_campaign(conn: Connection, slug: str) -> Campaign:
    """The campaign that the public finds at an address, also at one that it had before. Raises NoSuchCampaign.

    Nobody finds a group whose campaign is a draft.
    """
    campaign = store.public_campaign(conn, slug)
    parent = store.parent_of(conn, campaign) if campaign else None
    if campaign is None or (parent is not None and parent.state is CampaignState.DRAFT):
        raise NoSuchCampaign
    return campaign


def moved_to(path: str, request: Request) -> Response:
    """The answer at an address that a campaign had before: its present one, with the same query."""
    return RedirectResponse(f"{path}?{request.url.query}" if request.url.query else path, 301)


@dataclass(frozen=True, slots=True)
class PageVisit:
    """What is looked for on a campaign's page: a group by name; and who previews it, if anybody does.

    `sheet` makes the first questions of the form, for donors who came by the link `source`.
    """

    find: str = ""
    preview_by: StaffMember | None = None
    sheet: GivingSheet | None = None
    source: str = ""


def campaign_page(
    conn: Connection,
    pages: Pages,
    campaign: Campaign,
    now: datetime,
    measures: GiftMeasures | None,
    visit: PageVisit,
) -> Response:
    """A campaign's page, with its groups; a preview for staff shows it as if it were published."""
    preview_by, parent = visit.preview_by, store.parent_of(conn, campaign)
    shown = replace(campaign, state=CampaignState.PUBLISHED) if preview_by else campaign
    (_, whole), *groups = store.progress_of(conn, [shown, *store.groups_of(conn, campaign)], now, measures)
    as_shown = campaign if campaign.state is not CampaignState.DRAFT else shown
    decides = as_shown if preview_by else as_shown.decided_by(parent, now)
    sheet = visit.sheet if decides.openness(now) is Openness.OPEN and not preview_by else None
    return pages.page(
        "campaigns/page.html",
        sheet=sheet and sheet(campaign, visit.source),
        private=preview_by is not None,
        campaign=campaign,
        progress=whole,
        openness=decides.openness(now).name,
        decides=decides,
        parent=parent,
        found=find_groups(groups, whole, compact(visit.find)[:LONGEST_SEARCH]) if groups else None,
        picture=picture_by_hash(conn, campaign.picture),
        updates=updates_of(conn, campaign.id),
        preview_by=preview_by,
    )


def _as_json(campaign: Campaign, progress: Progress) -> dict[str, object]:
    return {
        "campaign": campaign.slug,
        "currency": campaign.currency.code,
        "raised": _plain_size(progress.raised),
        "matched": _plain_size(progress.matched),
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

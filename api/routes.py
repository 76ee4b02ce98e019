"""What programs read, under `/api/v1`, and the description of it: `/api/openapi.json`, and `/api` for people."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from fastapi.openapi.utils import get_openapi
from sqlalchemy import Engine
from starlette.responses import JSONResponse, Response

from api.answers import (
    campaign_list,
    campaign_of_slug,
    donor_list,
    donor_of_id,
    gift_list,
    gifts_of_ids,
    totals_of_days,
)
from api.door import ApiDoor
from api.queries import DaysQuery, DonorQuery, GiftQuery, PageQuery
from api.rates import MOST_A_MINUTE, RateBound
from api.reference import reference_of
from api.shapes import CampaignList, CampaignShape, DonorList, DonorShape, GiftList, GiftShape, Totals
from api.token_routes import token_routes
from api.tokens import ApiToken, TokenScope
from database.instants import Clock
from database.transactions import reading_one_state
from web.errors import NotFound
from web.pages import Pages
from web.problems import API_ROOT, PROBLEM_TYPE, Problem

SCHEME = "token"
_REFUSALS = {
    401: "No token, or one that is wrong, expired or revoked.",
    403: "The token lacks the scope.",
    404: "It is not there.",
    422: "A parameter cannot be read.",
    429: "More requests in a minute than a token has. `Retry-After` says how many seconds to wait.",
    503: "Busy. `Retry-After` says how many seconds to wait.",
}
_PROBLEM = {"content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": words, **_PROBLEM} for status, words in _REFUSALS.items()
}
Id = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{1,100}$", description="Which one.")]


def api_routes(engine: Engine, clock: Clock, pages: Pages, bound: RateBound | None = None) -> APIRouter:
    """All that programs read, what describes it, and the desk's pages of their tokens."""

    def local_day(now: datetime) -> date:
        return pages.wording.local_day(now)  # the organisation's time zone may have changed since the start

    door = ApiDoor(engine, clock, local_day, bound or RateBound())
    read = APIRouter(responses=RESPONSES)
    read.include_router(_money_routes(engine, door))
    read.include_router(_gift_routes(engine, pages, door))
    read.include_router(_donor_routes(engine, door))
    router = APIRouter()
    router.include_router(read)
    router.include_router(_description(pages, read))
    router.include_router(token_routes(engine, clock, pages))
    return router


def _money_routes(engine: Engine, door: ApiDoor) -> APIRouter:
    router = APIRouter()
    needs, security = [Depends(door.needs(TokenScope.TOTALS))], _security(TokenScope.TOTALS)

    @router.get(
        API_ROOT + "/campaigns", summary="Every campaign and its totals", dependencies=needs, openapi_extra=security
    )
    def list_campaigns(query: Annotated[PageQuery, Query()]) -> CampaignList:
        """Campaigns and their local groups in the order in which they were made, drafts among them."""
        with reading_one_state(engine) as conn:
            return campaign_list(conn, query)

    @router.get(
        API_ROOT + "/campaigns/{slug}",
        summary="One campaign and its totals",
        dependencies=needs,
        openapi_extra=security,
    )
    def read_campaign(slug: Id) -> CampaignShape:
        """The campaign that has this slug now."""
        with reading_one_state(engine) as conn:
            campaign = campaign_of_slug(conn, slug)
        if campaign is None:
            raise NotFound
        return campaign

    @router.get(API_ROOT + "/totals", summary="What was given in some days", dependencies=needs, openapi_extra=security)
    def read_totals(query: Annotated[DaysQuery, Query()]) -> Totals:
        """By campaign and currency, as the books have it: the same figures as at the desk."""
        with reading_one_state(engine) as conn:
            return totals_of_days(conn, query.first_day, query.last_day)

    return router


def _gift_routes(engine: Engine, pages: Pages, door: ApiDoor) -> APIRouter:
    router = APIRouter()
    Reader = Annotated[ApiToken, Depends(door.needs(TokenScope.GIFTS))]  # noqa: N806 (a type)
    security = _security(TokenScope.GIFTS)

    @router.get(API_ROOT + "/gifts", summary="Gifts", openapi_extra=security)
    def list_gifts(reader: Reader, query: Annotated[GiftQuery, Query()]) -> GiftList:
        """The oldest first. A refund changes a gift that stands earlier: `updated_since` gives what changed."""
        with reading_one_state(engine) as conn:
            return gift_list(conn, query, pages.wording.zone, with_donors=reader.may(TokenScope.DONORS))

    @router.get(API_ROOT + "/gifts/{gift_id}", summary="One gift", openapi_extra=security)
    def read_gift(reader: Reader, gift_id: Id) -> GiftShape:
        """In whatever state it is."""
        with reading_one_state(engine) as conn:
            gifts = gifts_of_ids(conn, [gift_id], with_donors=reader.may(TokenScope.DONORS))
        if not gifts:
            raise NotFound
        return gifts[0]

    return router


def _donor_routes(engine: Engine, door: ApiDoor) -> APIRouter:
    router = APIRouter()
    needs, security = [Depends(door.needs(TokenScope.DONORS))], _security(TokenScope.DONORS)

    @router.get(API_ROOT + "/donors", summary="Donors", dependencies=needs, openapi_extra=security)
    def list_donors(query: Annotated[DonorQuery, Query()]) -> DonorList:
        """People, each once however often they gave. Whoever was erased is not among them."""
        with reading_one_state(engine) as conn:
            return donor_list(conn, query)

    @router.get(API_ROOT + "/donors/{donor_id}", summary="One donor", dependencies=needs, openapi_extra=security)
    def read_donor(donor_id: Id) -> DonorShape:
        """A donor who was merged into another leads to that person."""
        with reading_one_state(engine) as conn:
            donor = donor_of_id(conn, donor_id)
        if donor is None:
            raise NotFound
        return donor

    return router


def _security(scope: TokenScope) -> dict[str, Any]:
    return {"security": [{SCHEME: [scope.value]}]}


def _description(pages: Pages, read: APIRouter) -> APIRouter:
    router = APIRouter()

    @cache
    def schema() -> Mapping[str, Any]:
        return openapi_of(read, pages.base_url)

    @router.get("/api/openapi.json")
    def read_schema() -> Response:
        return JSONResponse(schema(), headers={"Cache-Control": "public, max-age=300"})

    @router.get("/api")
    def show_reference() -> Response:
        return pages.page("api/reference.html", reference=reference_of(schema()), most=MOST_A_MINUTE)

    return router


def openapi_of(read: APIRouter, base_url: str) -> dict[str, Any]:
    """The OpenAPI document of the routes that programs read."""
    schema = get_openapi(
        title="Farthing",
        version="1",
        summary="Gifts, totals and donors, for programs.",
        description="Send a token as `Authorization: Bearer farthing_…`. It only reads.",
        routes=read.routes,
        servers=[{"url": base_url}],
    )
    components = schema["components"]
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    components["schemas"] |= problem.pop("$defs") | {"Problem": problem}
    components["securitySchemes"] = {SCHEME: {"type": "http", "scheme": "bearer", "bearerFormat": "farthing_…"}}
    return schema

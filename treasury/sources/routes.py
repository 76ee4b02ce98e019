"""`/desk/campaigns/{number}/sources`: how to write links to a campaign's form, and what each code brought."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from sqlalchemy.engine import Engine
from starlette.responses import Response

from campaigns.store import campaign_by_id
from database.transactions import reading
from payments.gifts.detail_views import covers_of, sources_of
from staff.door import Door, SignedIn
from staff.permissions import Permission
from web.errors import NotFound
from web.pages import Pages

PATH = "/desk/campaigns/{number}/sources"
CampaignNumber = Annotated[int, Path(ge=1, lt=2**31)]


def source_routes(engine: Engine, pages: Pages, door: Door) -> APIRouter:
    """The page of a campaign's links, for whoever reads campaigns and may see this one."""
    router = APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_CAMPAIGNS))]  # noqa: N806 (a type)

    @router.get(PATH)
    def show_sources(reader: Reader, number: CampaignNumber) -> Response:
        with reading(engine) as conn:
            campaign = campaign_by_id(conn, number)
            if campaign is None or not reader.may_see_campaign(number):
                raise NotFound
            sources, covers = sources_of(conn, campaign), covers_of(conn, campaign)
        return pages.page(
            "treasury/sources.html",
            private=True,
            member=reader.member,
            campaign=campaign,
            sources=sources,
            covers=covers,
        )

    return router
